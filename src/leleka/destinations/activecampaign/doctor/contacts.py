"""Made-up contacts at the account: found, read, and removed; nobody else's is ever touched."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from leleka.core.ports.examination import Exchange
from leleka.destinations.activecampaign.doctor.wire import Heard, Wire
from leleka.destinations.activecampaign.response_parsing import number_of
from leleka.errors import Conflict, NeedsAttention

_ABSENT: Final = 404


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as the account lists it."""

    id: int
    row: Mapping[str, Any]

    def text(self, name: str) -> str:
        value = self.row.get(name)
        return value if isinstance(value, str) else "" if value is None else str(value)


class Contacts:
    def __init__(self, wire: Wire, where: str) -> None:
        self._wire = wire
        self._where = where
        self.last: Heard | None = None

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """The latest question, as evidence."""
        return (self.last.exchange,) if self.last else ()

    def find(self, address: str) -> list[Contact]:
        """Return the contacts with exactly this address, in whatever case.

        Raises ``NeedsAttention`` where the account answers with somebody else's.
        """
        self.last = self._wire.read("contacts", {"email": address})
        found = []
        for row in self.last.rows("contacts"):
            number = number_of(row.get("id"))
            if number is None or str(row.get("email", "")).strip().lower() != address.lower():
                raise NeedsAttention("DOCTOR_OTHER_CONTACTS", where=self._where)
            found.append(Contact(number, row))
        return found

    def one(self, address: str) -> Contact | None:
        return next(iter(self.find(address)), None)

    def refuse_known(self, address: str) -> None:
        """Raises ``Conflict`` for an address that the account holds already: it is not ours to write to."""
        if self.find(address):
            raise Conflict("DOCTOR_ADDRESS_TAKEN", address=address)

    def status_on(self, contact: Contact, target: int) -> int | None:
        """Return the status of a contact on a list; None where it is not on it."""
        self.last = self._wire.read(f"contacts/{contact.id}/contactLists")
        rows = [row for row in self.last.rows("contactlists") if number_of(row.get("list")) == target]
        return number_of(rows[0].get("status")) if rows else None

    def value_of(self, contact: Contact, field: int) -> str:
        """Return what a contact holds in a custom field."""
        self.last = self._wire.read(f"contacts/{contact.id}/fieldValues")
        rows = [row for row in self.last.rows("fieldvalues") if number_of(row.get("field")) == field]
        return str(rows[0].get("value") or "") if rows else ""

    def delete(self, contact: Contact) -> Heard:
        self.last = self._wire.delete(f"contacts/{contact.id}", f"contacts/{contact.id}")
        return self.last

    def remove(self, address: str) -> list[str]:
        """Remove every contact with this address; return those that are left, as the account writes them."""
        for one in self.find(address):
            heard = self.delete(one)
            if not heard.succeeded and heard.status != _ABSENT:
                break
        return [one.text("email") for one in self.find(address)]
