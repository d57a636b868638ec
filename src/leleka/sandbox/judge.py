"""The sandbox's own record of what a well-behaved client would not do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import orjson

from leleka.sandbox.batches import Batch
from leleka.sandbox.bulk_upsert import address, entries, lists_of
from leleka.sandbox.catalogue import Catalogue
from leleka.sandbox.contacts import ContactBook, Status
from leleka.sandbox.limits import Gauge
from leleka.sandbox.timing import Timing, own_stamp
from leleka.sandbox.validation import MOST_BYTES, MOST_ROWS, Payload, Row

Key = TypeVar("Key", str, int)

_KEPT = 1000  # violations kept in full; all are counted
_UNANSWERED_SECONDS = 900.0
_ALWAYS_ALLOWED = frozenset({"email", "exclude_automations"})


@dataclass(frozen=True, slots=True)
class Violation:
    rule: str
    detail: str
    time: str


class Judge:
    def __init__(self, timing: Timing, contacts: ContactBook, catalogue: Catalogue) -> None:
        self._timing = timing
        self._contacts = contacts
        self._catalogue = catalogue
        self.requests = Gauge(1.0, 5)
        self.imports = Gauge(60.0, 100)
        self.single_imports = Gauge(60.0, 20)
        self.allowed_keys: frozenset[str] = frozenset()
        self.tolerance = 0.0
        self.hidden_exclusions_listed = True  # nobody can know of those that are not
        self.violations: list[Violation] = []
        self.counts: dict[str, int] = {}
        self._open_rows: dict[str, dict[int, int]] = {}  # address -> batch number -> hash of the row
        self._addresses: dict[int, list[str]] = {}  # of the open batches
        self._open_sets: dict[
            int, dict[int, int]
        ] = {}  # hash of the addresses -> batch number -> hash of the body
        self._unanswered: dict[
            int, tuple[int, float]
        ] = {}  # hash of the addresses -> hash of the body, until

    def note(self, rule: str, detail: str) -> None:
        self.counts[rule] = self.counts.get(rule, 0) + 1
        if len(self.violations) < _KEPT:
            self.violations.append(Violation(rule, detail, own_stamp(self._timing.now())))

    def arrival(self) -> None:
        if self.requests.exceeded(self._timing.now(), self.tolerance) and not self._timing.unlimited:
            self.note("too_many_requests", "more than 5 requests within a second")

    def import_arrival(self, payload: Payload) -> None:
        """Checks everything that an import's body alone shows, before the sandbox answers it."""
        size = len(payload.contacts)
        if len(payload.body) > MOST_BYTES:
            self.note("too_large", f"{len(payload.body)} bytes")
        gauge, name = (self.single_imports, "single") if size == 1 else (self.imports, "multi")
        if gauge.exceeded(self._timing.now(), self.tolerance) and not self._timing.unlimited:
            self.note(f"too_many_{name}_imports", f"more than {gauge.allowed} within a minute")
        if size > MOST_ROWS:
            self.note("too_many_rows", f"{size} contacts")
        for row, problem in zip(payload.contacts, payload.problems, strict=True):
            if problem:
                email = row.get("email", "") if isinstance(row, dict) else ""
                self.note("invalid_row", f"{mask(str(email))}: {problem}")
        rows = payload.sound_rows()
        for row in rows:
            self._judge_keys(row)
            self._judge_subscription(row)
        self._judge_repetition(rows, payload.body)

    def unanswered(self, payload: Payload) -> None:
        """The client cannot know whether this was accepted: for a while it may only be repeated unchanged."""
        if not self._timing.unlimited:
            until = self._timing.now() + _UNANSWERED_SECONDS
            self._unanswered[_set_of(payload.sound_rows())] = (hash(payload.body), until)

    def accepted(self, batch: Batch, rows: list[Row], body: bytes) -> None:
        addresses = [address(row) for row in rows]
        for email, row in zip(addresses, rows, strict=True):
            self._open_rows.setdefault(email, {})[batch.number] = _fingerprint(row)
        self._open_sets.setdefault(_set_of(rows), {})[batch.number] = hash(body)
        self._addresses[batch.number] = addresses

    def finished(self, batch: Batch) -> None:
        addresses = self._addresses.pop(batch.number, [])
        for email in addresses:
            _forget(self._open_rows, email, batch.number)
        _forget(self._open_sets, hash(frozenset(addresses)), batch.number)

    def activated(self, email: str, list_id: int, *, bounced: bool) -> None:
        """`contactLists` with status 1 over somebody who had left the list or could not be reached."""
        rule, what = ("bounced_activated", "bounced on") if bounced else ("resubscribed", "unsubscribed from")
        self.note(rule, f"{mask(email)} had {what} list {list_id}; contactLists status 1")

    def _judge_keys(self, row: Row) -> None:
        if not self.allowed_keys:
            return
        unmapped = {
            key
            for key in _keys(row)
            if key not in self.allowed_keys and key.partition(":")[0] not in self.allowed_keys
        }
        if unmapped:
            self.note("unmapped_key", f"{mask(address(row))}: {', '.join(sorted(unmapped))}")

    def _judge_subscription(self, row: Row) -> None:
        wanted = lists_of(row)
        if not wanted:
            return
        email = address(row)
        if self._catalogue.exclusions and any(
            self.hidden_exclusions_listed or not one.hidden
            for one in self._catalogue.excluding(email, wanted)
        ):
            self.note("excluded_sent", mask(email))
        contact = self._contacts.find(email)
        for number in wanted if contact else ():
            status = contact.status_on(number) if contact else None
            if status == Status.UNSUBSCRIBED:
                self.note("unsubscribed_sent", f"{mask(email)} for list {number}")
            elif status == Status.BOUNCED:
                self.note("bounced_sent", f"{mask(email)} for list {number}")
            elif status == Status.UNCONFIRMED:
                self.note("unconfirmed_sent", f"{mask(email)} for list {number}")

    def _judge_repetition(self, rows: list[Row], body: bytes) -> None:
        if not rows or not (self._open_rows or self._unanswered):
            return
        addresses, content = _set_of(rows), hash(body)
        earlier = set(self._open_sets.get(addresses, {}).values())
        unanswered, until = self._unanswered.pop(addresses, (content, 0.0))
        if until > self._timing.now():
            earlier.add(unanswered)
        if earlier - {content}:
            self.note(
                "batch_changed", f"{len(rows)} addresses sent again with other bytes before the first ended"
            )
            return
        for row in rows:
            held = self._open_rows.get(address(row))
            if held and set(held.values()) - {_fingerprint(row)}:
                self.note(
                    "two_open_batches", f"{mask(address(row))} with other content in an unfinished batch"
                )


def mask(email: str) -> str:
    """a***@example.com: enough to recognise one's own test data."""
    local, at, domain = email.rpartition("@")
    return f"{local[:1]}***{at}{domain}"


def _keys(row: Row) -> set[str]:
    """`email`, `first_name`, and with their numbers `fields:3`, `subscribe:1`, `unsubscribe:1`."""
    keys = set(row) - _ALWAYS_ALLOWED - {"fields", "subscribe", "unsubscribe"}
    for name, key in (("fields", "id"), ("subscribe", "listid"), ("unsubscribe", "listid")):
        keys |= {f"{name}:{number}" for number, _ in entries(row, name, key)}
    return keys


def _fingerprint(row: Row) -> int:
    return hash(orjson.dumps(row, option=orjson.OPT_SORT_KEYS))


def _set_of(rows: Iterable[Row]) -> int:
    return hash(frozenset(address(row) for row in rows))


def _forget(held: dict[Key, dict[int, int]], key: Key, number: int) -> None:
    numbers = held.get(key, {})
    numbers.pop(number, None)
    if not numbers:
        held.pop(key, None)
