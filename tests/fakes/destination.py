"""A destination in memory, with a dict for a database.

It passes the contract suite that every destination passes. ``script`` says how the next sends end; when it is
empty they are accepted. What was applied is in ``people``, what was sent in ``sent``; nothing is asserted
here.
"""

import hashlib
import itertools
import json
import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leleka.core.messages import Message
from leleka.core.outcomes import (
    Accepted,
    Cause,
    Ending,
    Outcome,
    Pending,
    Refused,
    RefusedRow,
    Reject,
    Settled,
    Unknown,
)
from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import (
    Action,
    Body,
    Change,
    Check,
    CheckStatus,
    Exclusion,
    Field,
    Limits,
    Listed,
    Match,
    Membership,
    Suppressed,
    SuppressedPage,
    SuppressionReason,
    Target,
)
from leleka.core.secret import Secret
from leleka.errors import InvalidInput, Problem

LIMITS = Limits(
    rows=250,
    bytes=390_000,
    requests_per_minute=100,
    single_requests_per_minute=20,
    requests_per_second=5,
    seconds_in_flight=60.0,
)
_PLAUSIBLE = re.compile(r"[^@\s]+@[^@\s]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_IN_FIELDS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@dataclass
class Person:
    """What the remote side holds of one address. ``lists`` maps a list's id to active, unsubscribed,
    bounced or never_confirmed.
    """

    id: int
    values: dict[str, str] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    lists: dict[str, str] = field(default_factory=dict)


def subscribe(person: Person, target: str) -> None:
    """What an import does: never over an unsubscription, always over a sign-up that was not confirmed."""
    if person.lists.get(target) in {None, "never_confirmed"}:
        person.lists[target] = "active"


@dataclass(frozen=True)
class Step:
    """How one send ends. ``applies`` queues the contacts whatever the outcome says: a reply that was lost."""

    outcome: Outcome
    applies: bool = False


@dataclass
class Batch:
    """An accepted request. ``applied`` is False until the queue has reached it."""

    contacts: list[dict[str, Any]]
    ending: Ending = Ending.COMPLETED
    failures: tuple[str, ...] = ()
    applied: bool = False


def covered(address: str, exclusions: Iterable[Exclusion]) -> bool:
    """Return whether one of the exclusions covers an address: what the warehouse asks in SQL."""
    says: dict[Match, Callable[[str], bool]] = {
        Match.EXACT: address.__eq__,
        Match.BEGINS: address.startswith,
        Match.ENDS: address.endswith,
    }
    return any(says[one.match](one.phrase) for one in exclusions)


class FakeDestination:
    """The port ``Destination``. With ``slow`` batches wait for ``work``; otherwise they are applied at once."""

    def __init__(self, clock: Clock, *, key_accepted: bool = True, slow: bool = False) -> None:
        self.clock = clock
        self.key_accepted = key_accepted
        self.slow = slow
        self.lists: dict[str, str] = {"7": "News"}
        self.custom_fields: dict[str, Field] = {"field:1": Field("field:1", "Segment", "text")}
        self.people: dict[str, Person] = {}
        self.script: deque[Step] = deque()
        self.excluded: set[str] = set()  # no question tells of them
        self.exclusion_list: list[Exclusion] = []
        self.sent: list[Body] = []
        self.batches: dict[str, Batch] = {}
        self.automations_run = 0
        self.closed = False
        self._ids = itertools.count(1)

    def person(self, address: str) -> Person:
        """Return the one with that address, created if need be."""
        if address not in self.people:
            self.people[address] = Person(next(self._ids))
        return self.people[address]

    def work(self, newest_first: bool = False) -> None:
        """Process the queue until it is empty."""
        waiting = [batch for batch in self.batches.values() if not batch.applied]
        for batch in reversed(waiting) if newest_first else waiting:
            self._apply(batch)

    def check(self, target: str | None) -> Iterable[Check]:
        right = {"address": "", "key": "" if self.key_accepted else "KEY_REFUSED", "lists": ""}
        if target is not None:
            right["list"] = "" if target in self.lists else "LIST_NOT_FOUND"
        failed = False
        for name, code in right.items():
            standing = CheckStatus.SKIPPED if failed else CheckStatus.FAILED if code else CheckStatus.PASSED
            failed = failed or bool(code)
            shown = code if standing is CheckStatus.FAILED else ""
            gone = shown == "LIST_NOT_FOUND"
            yield Check(
                name, standing, Message("CHECK_SKIPPED"), Problem(shown) if shown else None, gone=gone
            )

    def targets(self) -> Sequence[Target]:
        return [Target(key, name) for key, name in self.lists.items()]

    def fields(self) -> Sequence[Field]:
        standard = [Field(key, key, "text") for key in ("first_name", "last_name", "phone")]
        return [*standard, *self.custom_fields.values()]

    def suppressed(self, target: str, after: int = 0) -> Iterable[Suppressed]:
        for address, person in self._by_id(after):
            standing = person.lists.get(target, "active")
            if standing != "active":
                yield Suppressed(address, SuppressionReason(standing), person.id)

    def suppressed_page(self, target: str, reason: SuppressionReason, after: int) -> SuppressedPage:
        """All in one page; who is suppressed for another reason comes with the unsubscribed."""
        others = {SuppressionReason.BOUNCED, SuppressionReason.NEVER_CONFIRMED}
        wanted = {reason} if reason in others else set(SuppressionReason) - others
        people = [one for one in self.suppressed(target, after) if one.reason in wanted]
        return SuppressedPage(tuple(people), None, 0)

    def exclusions(self, target: str) -> Iterable[Exclusion]:  # noqa: ARG002 - they are for every list
        return list(self.exclusion_list)

    def contacts(self, target: str, fields: Collection[str] = (), after: int = 0) -> Iterable[Listed]:
        for address, person in self._by_id(after):
            if person.lists.get(target) == "active":
                yield Listed(person.id, address, {key: person.values.get(key, "") for key in fields})

    def list_size(self, target: str) -> int | None:
        return len(list(self.contacts(target)))

    def is_listed(self, target: str, address: str) -> bool:
        return any(one.address == address for one in self.contacts(target))

    def membership(self, target: str, address: str) -> Membership:
        known = self.people.get(address)
        return Membership(known.lists.get(target, "not_on_list") if known else "no_contact")

    def agrees(self, sent: str, held: str) -> bool:
        return sent == held

    def render(self, change: Change, *, automations: bool) -> bytes:
        if not change.target.isdigit():
            raise InvalidInput("LIST_ID_INVALID")
        texts = [("email", change.address), *change.values, *(("a tag", tag) for tag in change.tags)]
        for key, text in texts:
            if (_CONTROL_IN_FIELDS if key.startswith("field:") else _CONTROL).search(text):
                raise Reject("TEXT_CONTROL_CHAR.contact", field=key, character="a control character")
        contact = {
            "address": change.address,
            "values": dict(change.values),
            "tags": list(change.tags) if change.action is Action.MEMBER else [],
            "action": change.action.value,
            "target": change.target,
        }
        try:
            content = json.dumps(contact, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise Reject("TEXT_NOT_UNICODE.contact") from None
        if len(content) + self.envelope_bytes(automations=automations) > LIMITS.bytes:
            raise Reject("ROW_TOO_LARGE", size=len(content), most=LIMITS.bytes)
        return content

    def outline(self, change: Change, *, automations: bool) -> None:
        """Every contact is rendered."""

    def assemble(self, contacts: Sequence[bytes], *, automations: bool) -> Body:
        opening, closing = self._envelope(automations)
        content = opening + b",".join(contacts) + closing
        return Body(content, len(contacts), hashlib.sha256(content).hexdigest())

    def envelope_bytes(self, *, automations: bool) -> int:
        return sum(map(len, self._envelope(automations)))

    def send(self, body: Body, deadline: float) -> Outcome:
        if self.clock.monotonic() >= deadline:
            return Refused(Cause.NOT_SENT, "the deadline had passed")
        if not self.key_accepted:
            return Refused(Cause.FORBIDDEN, "the key was refused")
        self.sent.append(body)
        step = self.script.popleft() if self.script else None
        if step is not None:
            if step.applies:
                batch_id = step.outcome.batch_id if isinstance(step.outcome, Accepted) else None
                self._queue(body, batch_id)
            return step.outcome
        contacts = json.loads(body.content)["contacts"]
        wrong = [index for index, one in enumerate(contacts) if not _PLAUSIBLE.fullmatch(one["address"])]
        if wrong or not 0 < len(contacts) <= LIMITS.rows or len(body.content) > LIMITS.bytes:
            rows = tuple(RefusedRow(index, "incorrect format") for index in wrong)
            return Refused(Cause.INVALID, "the content was refused", rows)
        return Accepted(self._queue(body, None))

    def poll(self, accepted: Accepted) -> Pending | Settled:
        batch = self.batches.get(accepted.batch_id)
        if batch is None:
            return Pending("not known yet", known=False)
        return Settled(batch.ending, batch.failures) if batch.applied else Pending("waiting")

    def queue_empty(self) -> bool:
        return all(batch.applied for batch in self.batches.values())

    def contact_count(self) -> int | None:
        return len(self.people)

    def rekey(self, secrets: Mapping[str, Secret]) -> None:
        self.key_accepted = all(secret.reveal() for secret in secrets.values())

    def close(self) -> None:
        self.closed = True

    def lose_reply(self) -> None:
        """Let the next send be applied, and its reply be lost."""
        self.script.append(Step(Unknown("no whole answer came"), applies=True))

    def _queue(self, body: Body, batch_id: str | None) -> str:
        content = json.loads(body.content)
        self.automations_run += content["automations"]
        key = batch_id or f"batch-{len(self.batches) + 1}"
        self.batches[key] = Batch(content["contacts"])
        if not self.slow:
            self._apply(self.batches[key])
        return key

    def _apply(self, batch: Batch) -> None:
        batch.applied = True
        failures = []
        for one in batch.contacts if batch.ending is Ending.COMPLETED else ():
            if one["address"] in self.excluded or covered(one["address"], self.exclusion_list):
                failures.append(one["address"])
                continue
            person = self.person(one["address"])
            person.values.update(one["values"])
            person.tags.update(one["tags"])
            if one["action"] == Action.MEMBER:
                subscribe(person, one["target"])
            elif one["action"] == Action.UNSUBSCRIBE:
                person.lists[one["target"]] = "unsubscribed"
        batch.failures = batch.failures or tuple(failures)

    def _by_id(self, after: int) -> Iterator[tuple[str, Person]]:
        found = [(address, person) for address, person in self.people.items() if person.id > after]
        yield from sorted(found, key=lambda pair: pair[1].id)

    def _envelope(self, automations: bool) -> tuple[bytes, bytes]:
        return b'{"contacts":[', b'],"automations":%d}' % automations
