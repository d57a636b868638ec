"""An account that is examined: a list that nobody is on, beside people of whom nothing may change."""

from typing import Any, Final

from leleka.core.clock import SystemClock
from leleka.core.messages import Message
from leleka.messages.progress import in_english
from leleka.services.connections import doctor
from leleka.services.connections.doctor import CleanedUp, Concluded, Examined, Proposal
from tests.integration.office import ALICE, Office

LIST: Final = "2"
DOMAIN: Final = "example.com"
IMPORT: Final = "POST /api/3/import/bulk_import"
# What the judge forbids, and the doctor does on purpose with contacts of its own: it imports somebody whom it
# unsubscribed or who is excluded, and asks what too many rows, too many bytes and a malformed row are answered.
ON_PURPOSE: Final = frozenset(
    {"unsubscribed_sent", "excluded_sent", "too_many_rows", "too_large", "invalid_row"}
)
BYSTANDERS: Final = ("ada@example.com", "bo@example.com", "cy@example.com", "di@example.com")


class Told:
    """What was said and found meanwhile."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.found: list[Concluded] = []

    def say(self, said: Message) -> None:
        self.said.append(in_english(said))


def account(office: Office) -> dict[str, Any]:
    """Return everything that people have at the account: contacts with all they hold, lists, fields, exclusions."""
    with office.sandbox.lock:
        sandbox = office.sandbox.account
        sandbox.tick()
        contacts = {
            one.email: (
                one.id,
                one.first_name,
                one.last_name,
                one.phone,
                one.fields,
                one.tags,
                one.memberships,
            )
            for one in sandbox.contacts.everyone()
        }
        catalogue = sandbox.catalogue
        return {
            "contacts": contacts,
            "lists": sorted(catalogue.lists),
            "fields": sorted(catalogue.fields),
            "tags": sorted(catalogue.tags),
            "exclusions": sorted(catalogue.exclusions),
        }


def settle_in(office: Office) -> None:
    """Make the connection, and people at the account: on another list, unsubscribed, bounced, unconfirmed."""
    office.apply()
    office.forgiven |= ON_PURPOSE
    for verb, email in zip(("sign_up", "unsubscribe", "bounce", "sign_up"), BYSTANDERS, strict=True):
        office.ask(verb, {"email": email, "list": 1})


def proposed(target: str = LIST, domain: str = DOMAIN) -> Proposal:
    return doctor.propose(ALICE, "Sandbox", target, domain, SystemClock())


def examined(told: Told | None = None) -> Examined:
    told = told or Told()
    return doctor.examine(ALICE, proposed(), SystemClock(), told.say, told.found.append)


def clean_up(patience: float = 1.0) -> CleanedUp:
    return doctor.clean_up(ALICE, "Sandbox", SystemClock(), Told().say, patience=patience)
