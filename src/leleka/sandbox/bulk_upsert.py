"""What an import does to contacts: upsert by address, tags only added, nobody re-subscribed who
unsubscribed.
"""

from dataclasses import dataclass
from typing import cast

from leleka.sandbox.behaviour import Behaviour
from leleka.sandbox.catalogue import Catalogue
from leleka.sandbox.contacts import Contact, ContactBook, Status
from leleka.sandbox.fault_draws import Draws
from leleka.sandbox.messages import text, whole_number
from leleka.sandbox.validation import Row

_ATTRIBUTES = (
    ("first_name", "first_name"),
    ("last_name", "last_name"),
    ("phone", "phone"),
    ("customer_acct_name", "account_name"),
)


@dataclass(slots=True)
class Outcome:
    """One row: whether the contact is new, exists already, or was refused."""

    email: str
    contact: Contact | None = None
    created: bool = False
    refused: bool = False
    listed: bool = False  # reported in `success` or `failure`


class Upsert:
    def __init__(
        self, contacts: ContactBook, catalogue: Catalogue, behaviour: Behaviour, draws: Draws
    ) -> None:
        self._contacts = contacts
        self._catalogue = catalogue
        self._behaviour = behaviour
        self._draws = draws
        self._refuses = draws.has("row_refused")
        moved = {
            Status.BOUNCED: behaviour.bounced_resubscribed,
            Status.UNCONFIRMED: behaviour.unconfirmed_subscribed,
        }
        self._stays = frozenset(status for status, moves in moved.items() if not moves)
        self._skips = draws.has("row_skipped")

    def rows(self, rows: list[Row], now: float) -> list[Outcome]:
        """In order. A second row for one address is merged, skipped or refused, depending on the switch."""
        if self._behaviour.duplicate_in_batch == "last_wins":
            return [self.row(row, now) for row in rows]
        seen: set[str] = set()
        outcomes = []
        for row in rows:
            email = address(row)
            if email not in seen:
                outcomes.append(self.row(row, now))
            elif self._behaviour.duplicate_in_batch == "second_fails":
                outcomes.append(Outcome(email, refused=True, listed=True))
            seen.add(email)
        return outcomes

    def row(self, row: Row, now: float) -> Outcome:
        email = address(row)
        kept_out = self._kept_out(row, email)
        if kept_out is not None:
            return kept_out
        contact = self._contacts.find(email)
        created = contact is None
        if contact is None:
            limit = self._behaviour.contact_limit
            if limit is not None and len(self._contacts) >= limit:
                return Outcome(email, refused=True, listed=True)
            contact = self._contacts.add(email, now)
        self._write(contact, row, now)
        held_back = self._subscribe(contact, row)
        if held_back and self._behaviour.unsubscribed_in_failure:
            return Outcome(email, contact, created=created, refused=True, listed=True)
        return Outcome(
            email,
            contact,
            created=created,
            listed=created or self._behaviour.updated_contacts == "in_success",
        )

    def _kept_out(self, row: Row, email: str) -> Outcome | None:
        """The outcome of a row that changes nothing; an archived contact may be restored on the way."""
        if self._catalogue.exclusions and any(self._catalogue.excluding(email, lists_of(row))):
            return Outcome(email, refused=True, listed=self._behaviour.excluded_in_failure)
        if self._skips and self._draws.row("row_skipped", email):
            return Outcome(email)
        if self._fails_late(email) or self._unknown_fails(row):
            return Outcome(email, refused=True, listed=True)
        archived = self._contacts.archived(email)
        if archived is None:
            return None
        if self._behaviour.archived_import == "restored":
            self._contacts.restore(archived)
            return None
        failed = self._behaviour.archived_import == "in_failure"
        return Outcome(email, refused=failed, listed=failed)

    def _fails_late(self, email: str) -> bool:
        local, _, domain = email.rpartition("@")
        if self._behaviour.apostrophe_fails and "'" in local:
            return True
        if domain in self._behaviour.failing_domains:
            return True
        return self._refuses and self._draws.row("row_refused", email) is not None

    def _unknown_fails(self, row: Row) -> bool:
        behaviour = self._behaviour
        if "rows_fail" not in {behaviour.unknown_list, behaviour.unknown_field}:
            return False
        lists, fields = unknown_references([row], self._catalogue)
        return bool(
            (lists and behaviour.unknown_list == "rows_fail")
            or (fields and behaviour.unknown_field == "rows_fail")
        )

    def _write(self, contact: Contact, row: Row, now: float) -> None:
        for name, attribute in _ATTRIBUTES:
            value = row.get(name)
            if value is not None and (value or self._behaviour.empty_clears):
                setattr(contact, attribute, value)
        changes = {
            number: text(entry.get("value"))
            for number, entry in entries(row, "fields", "id")
            if number in self._catalogue.fields and (entry.get("value") or self._behaviour.empty_clears)
        }
        if changes:
            self._contacts.set_fields(contact, changes)
        tags = cast("list[str]", row.get("tags") or [])
        if tags:
            self._tag(contact, tags, now)
        contact.updated = now

    def _tag(self, contact: Contact, tags: list[str], now: float) -> None:
        held = {tag.lower() for tag in contact.tags}
        fresh = []
        for tag in tags:
            if not self._catalogue.has_tag(tag):
                self._catalogue.add_tag(tag, now)
            if tag.lower() not in held:
                held.add(tag.lower())
                fresh.append(tag)
        self._contacts.set_tags(contact, (*contact.tags, *fresh))

    def _subscribe(self, contact: Contact, row: Row) -> bool:
        """Whether the import asks to subscribe somebody who has unsubscribed before."""
        held_back = False
        for number, _ in entries(row, "subscribe", "listid"):
            status = contact.status_on(number)
            if status == Status.UNSUBSCRIBED:
                held_back = True
            elif status in self._stays:
                continue
            elif number in self._catalogue.lists:
                self._contacts.place(contact, number, Status.ACTIVE)
        for number, _ in entries(row, "unsubscribe", "listid"):
            if number in self._catalogue.lists and self._leaves(contact.status_on(number)):
                self._contacts.place(contact, number, Status.UNSUBSCRIBED)
        return held_back

    def _leaves(self, status: int | None) -> bool:
        """Whether `unsubscribe` makes an unsubscriber of somebody with that status on the list."""
        if status is None:
            return self._behaviour.unlisted_unsubscribed
        return status != Status.BOUNCED or self._behaviour.bounced_unsubscribed


def address(row: Row) -> str:
    return text(row["email"]).strip().lower()


def lists_of(row: Row) -> set[int]:
    """The lists that a row asks to be subscribed to."""
    return {number for number, _ in entries(row, "subscribe", "listid")}


def entries(row: Row, name: str, key: str) -> list[tuple[int, dict[str, object]]]:
    """The validated `[{id, …}]` under a name, each with its id as a number."""
    found = cast("list[dict[str, object]]", row.get(name))
    if not found:
        return []
    return [(whole_number(entry[key]) or 0, entry) for entry in found]


def unknown_references(rows: list[Row], catalogue: Catalogue) -> tuple[set[int], set[int]]:
    """The lists and fields that these rows refer to and the account does not have."""
    lists = {
        number
        for row in rows
        for name in ("subscribe", "unsubscribe")
        for number, _ in entries(row, name, "listid")
    }
    fields = {number for row in rows for number, _ in entries(row, "fields", "id")}
    return lists - catalogue.lists.keys(), fields - catalogue.fields.keys()
