"""The contacts of one account: a million in little memory, indexed by address, id, list and status."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from enum import IntEnum
from heapq import merge


class Status(IntEnum):
    UNCONFIRMED = 0
    ACTIVE = 1
    UNSUBSCRIBED = 2
    BOUNCED = 3


SUPPRESSED = frozenset({Status.UNSUBSCRIBED, Status.BOUNCED})
Memberships = tuple[tuple[int, int], ...]  # (list, status), ascending by list


class Contact:
    """One contact. Tuples that many contacts share are interned by the book."""

    __slots__ = (
        "account_name",
        "created",
        "email",
        "field_ids",
        "field_values",
        "first_name",
        "id",
        "last_name",
        "memberships",
        "phone",
        "tags",
        "updated",
    )

    def __init__(self, number: int, email: str, now: float) -> None:
        self.id = number
        self.email = email
        self.first_name = ""
        self.last_name = ""
        self.phone = ""
        self.account_name = ""
        self.field_ids: tuple[int, ...] = ()
        self.field_values: tuple[str, ...] = ()
        self.tags: tuple[str, ...] = ()
        self.memberships: Memberships = ()
        self.created = now
        self.updated = now

    @property
    def fields(self) -> dict[int, str]:
        return dict(zip(self.field_ids, self.field_values, strict=True))

    def status_on(self, list_id: int) -> int | None:
        for listed, status in self.memberships:
            if listed == list_id:
                return status
        return None


class ContactBook:
    def __init__(self) -> None:
        self._rows: list[Contact | None] = []  # the contact with id n is at n - 1
        self._by_email: dict[str, Contact] = {}
        self._archived: dict[str, Contact] = {}  # by address: no list, search or number leads to them
        self._listed: dict[tuple[int, int], array[int]] = {}  # (list, status) -> ids, ascending
        # almost all contacts have the same few of these: one tuple is kept of each
        self._shared_memberships: dict[Memberships, Memberships] = {}
        self._shared_ids: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._shared_tags: dict[tuple[str, ...], tuple[str, ...]] = {}

    def __len__(self) -> int:
        return len(self._by_email)

    def find(self, email: str) -> Contact | None:
        return self._by_email.get(email.strip().lower())

    def get(self, number: int) -> Contact | None:
        return self._rows[number - 1] if 0 < number <= len(self._rows) else None

    def add(self, email: str, now: float) -> Contact:
        contact = Contact(len(self._rows) + 1, email, now)
        self._rows.append(contact)
        self._by_email[email] = contact
        return contact

    def rename(self, contact: Contact, email: str) -> None:
        del self._by_email[contact.email]
        contact.email = email
        self._by_email[email] = contact

    def remove(self, contact: Contact) -> None:
        for list_id, status in contact.memberships:
            self._unlist(contact.id, list_id, status)
        self._rows[contact.id - 1] = None
        del self._by_email[contact.email]

    def archived(self, email: str) -> Contact | None:
        return self._archived.get(email.strip().lower())

    def count_archived(self) -> int:
        return len(self._archived)

    def archive(self, contact: Contact) -> None:
        """The contact keeps its number and its lists, for the day it is restored."""
        self.remove(contact)
        self._archived[contact.email] = contact

    def restore(self, contact: Contact) -> Contact:
        del self._archived[contact.email]
        self._rows[contact.id - 1] = contact
        self._by_email[contact.email] = contact
        for list_id, status in contact.memberships:
            self._list(contact.id, list_id, status)
        return contact

    def place(self, contact: Contact, list_id: int, status: int) -> None:
        """Adds the contact to a list with a status, or changes its status there."""
        before = contact.status_on(list_id)
        if before == status:
            return
        if before is not None:
            self._unlist(contact.id, list_id, before)
        others = [entry for entry in contact.memberships if entry[0] != list_id]
        placed: Memberships = tuple(sorted([*others, (list_id, status)]))
        contact.memberships = self._shared_memberships.setdefault(placed, placed)
        self._list(contact.id, list_id, status)

    def set_fields(self, contact: Contact, changes: dict[int, str]) -> None:
        """An empty value clears the field."""
        values = contact.fields | changes
        kept = {number: values[number] for number in sorted(values) if values[number]}
        ids = tuple(kept)
        contact.field_ids = self._shared_ids.setdefault(ids, ids)
        contact.field_values = tuple(kept.values())

    def set_tags(self, contact: Contact, tags: tuple[str, ...]) -> None:
        contact.tags = self._shared_tags.setdefault(tags, tags)

    def count(self, list_id: int, status: int) -> int:
        return len(self._listed.get((list_id, status), ()))

    def statuses_of(self, list_id: int) -> dict[int, int]:
        return {status: self.count(list_id, status) for status in Status if self.count(list_id, status)}

    def drop_list(self, list_id: int) -> None:
        """Deleting a list also deletes its memberships."""
        members = [number for status in Status for number in self._listed.pop((list_id, status), ())]
        for contact in [*map(self.get, members), *self._archived.values()]:
            if contact is not None:
                left: Memberships = tuple(entry for entry in contact.memberships if entry[0] != list_id)
                contact.memberships = self._shared_memberships.setdefault(left, left)

    def on_list(self, list_id: int, status: int | None, above: int = 0) -> Iterator[Contact]:
        """Ascending by id, from the first id above `above`: a page costs no more than what it shows."""
        chosen = [
            self._ids_above(ids, above)
            for (listed, held), ids in list(self._listed.items())
            if listed == list_id and status in (None, held)
        ]
        for number in merge(*chosen):
            contact = self.get(number)
            if contact is not None:
                yield contact

    def count_on_list(self, list_id: int, status: int | None, above: int = 0) -> int:
        return sum(
            len(ids) - bisect_right(ids, above)
            for (listed, held), ids in self._listed.items()
            if listed == list_id and status in (None, held)
        )

    def everyone(self, above: int = 0) -> Iterator[Contact]:
        for position in range(max(above, 0), len(self._rows)):
            contact = self._rows[position]
            if contact is not None:
                yield contact

    @staticmethod
    def _ids_above(ids: "array[int]", above: int) -> Iterator[int]:
        # by position and limited to the current length: the index may grow during a long read
        position = bisect_right(ids, above)
        while position < len(ids):
            number = ids[position]
            yield number
            position += 1
            if position > len(ids) or ids[position - 1] != number:
                position = bisect_right(ids, number)

    def _list(self, number: int, list_id: int, status: int) -> None:
        ids = self._listed.setdefault((list_id, status), array("I"))
        if not ids or ids[-1] < number:
            ids.append(number)
        else:
            ids.insert(bisect_left(ids, number), number)

    def _unlist(self, number: int, list_id: int, status: int) -> None:
        ids = self._listed[list_id, status]
        position = bisect_left(ids, number)
        del ids[position]
