"""What the points of an examination work on: the addresses by their part in it, the list, and what was noticed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from leleka.core.messages import Message
from leleka.core.ports.examination import Exchange, Finding, Instruments, Value
from leleka.destinations.activecampaign.doctor.contacts import Contact, Contacts
from leleka.destinations.activecampaign.doctor.imports import Import, Imports, Row, row
from leleka.destinations.activecampaign.doctor.wire import Wire

# What each made-up contact is for, in the order of the addresses.
PARTS: Final = (
    "base", "twice", "list", "field", "apostrophe", "long", "outsider", "leaver", "archived", "beside",
    "malformed", "excluded", "capitals",
)  # fmt: skip
EXCLUDED: Final = (
    "leleka-doctor-excluded"  # an exclusion that begins so settles what becomes of excluded people
)


def made_up(token: str, domain: str) -> list[str]:
    """Return the addresses of one examination, in the order of ``PARTS``."""
    odd = {
        "apostrophe": f"leleka-doctor-{token}-o'n@{domain}",
        "malformed": f"leleka-doctor-{token}-bad@@{domain}",
        "excluded": f"{EXCLUDED}-{token}@{domain}",
        "capitals": f"LELEKA-DOCTOR-{token.upper()}-TWICE@{domain}",
    }
    return [odd.get(part, f"leleka-doctor-{token}-{part}@{domain}") for part in PARTS]


@dataclass(slots=True)
class Bench:
    wire: Wire
    imports: Imports
    contacts: Contacts
    tools: Instruments
    addresses: dict[str, str]
    target: int
    text_field: int | None  # a custom field for text, where the account has one
    kept: dict[str, Import] = field(default_factory=dict)

    def row(self, part: str, **values: object) -> Row:
        return row(self.addresses[part], **values)

    def subscribed(self, part: str, **values: object) -> Row:
        return self.row(part, **values, subscribe=[{"listid": self.target}])

    def send(self, name: str, *rows: Row, first: Sequence[str] = ()) -> Import:
        """Send an import and keep it by name; addresses in ``first`` must not be known to the account yet.

        Where an earlier import may still be at work on one of the addresses, that one is kept in its place: which of
        the two would win nobody knows.
        """
        for part in first:
            self.contacts.refuse_known(self.addresses[part])
        self.kept[name] = self.imports.open_with(rows) or self.imports.send(*rows)
        return self.kept[name]

    def find(self, part: str) -> Contact | None:
        return self.contacts.one(self.addresses[part])

    def arrived(self, name: str, part: str, one: Import) -> Contact | Finding:
        """Return whom an import that is over made or changed, or the point as it stays open."""
        return unfinished(name, one) or self.find(part) or unsettled(name, "vanished", *self.evidence(one))

    def evidence(self, one: Import) -> tuple[Exchange, ...]:
        return (*one.exchanges, *self.contacts.exchanges)


def met(name: str, value: Value, *exchanges: Exchange) -> Finding:
    """Return a point that is settled."""
    return Finding(name, settled=True, value=value, exchanges=exchanges)


def unsettled(name: str, why: str, *exchanges: Exchange) -> Finding:
    """Return a point that stays open; ``why`` is a reason of ``messages``."""
    return Finding(name, settled=False, why=Message(f"unsettled.{why}"), exchanges=exchanges)


def unfinished(name: str, one: Import) -> Finding | None:
    """Return why an import tells nothing of a point; None where it completed."""
    if one.completed:
        return None
    if one.refused:
        return unsettled(name, "import_refused", *one.exchanges)
    if one.settled is not None:
        return unsettled(name, "batch_failed", *one.exchanges)
    return unsettled(name, "not_ended" if one.batch else "unanswered", *one.exchanges)
