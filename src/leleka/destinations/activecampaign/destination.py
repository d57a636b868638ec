"""An ActiveCampaign account as a destination: bulk import only, never a re-subscription."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from leleka.core.configuration import Network
from leleka.core.outcomes import Accepted, Outcome, Pending, Settled
from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import (
    Body,
    Change,
    Check,
    Destination,
    Exclusion,
    Field,
    FieldType,
    Listed,
    Membership,
    Suppressed,
    SuppressedPage,
    SuppressionReason,
    Target,
)
from leleka.core.ports.outline import Outline
from leleka.core.ports.turn import Turn, at_once
from leleka.core.secret import Secret
from leleka.destinations.activecampaign import contact_json, held_values
from leleka.destinations.activecampaign.client import Client
from leleka.destinations.activecampaign.connection_test import check_steps
from leleka.destinations.activecampaign.exclusions import exclusions_of
from leleka.destinations.activecampaign.field_options import Options, between_options
from leleka.destinations.activecampaign.hosts import Host, normalise_host
from leleka.destinations.activecampaign.response_parsing import is_deleted, number_of, plain, rows_of
from leleka.destinations.activecampaign.settings import Settings, check_key
from leleka.errors import NeedsAttention, TryLater
from leleka.transport.client import GuardedClient

_KEY_HEADER: Final = "Api-Token"
_ACTIVE: Final = 1
_STATUS: Final = {
    SuppressionReason.NEVER_CONFIRMED: 0,
    SuppressionReason.UNSUBSCRIBED: 2,
    SuppressionReason.BOUNCED: 3,
}
_MEMBERSHIPS: Final = {
    0: Membership.NEVER_CONFIRMED,
    _ACTIVE: Membership.ACTIVE,
    2: Membership.UNSUBSCRIBED,
    3: Membership.BOUNCED,
    None: Membership.NOT_ON_LIST,
}
_TAKES: Final = {
    "date": FieldType.DATE,
    "datetime": FieldType.DATETIME,
    "number": FieldType.NUMBER,
    "currency": FieldType.NUMBER,
}
_STANDARD_FIELDS: Final = (
    Field("first_name", "First name", "text"),
    Field("last_name", "Last name", "text"),
    Field("phone", "Phone", "text"),
)


def open_account(settings: Settings, network: Network, clock: Clock, turn: Turn) -> Destination:
    """Raises ``InvalidInput`` for a host or key that cannot be right; asks nothing of the network."""
    host = normalise_host(settings.host, network)
    key = check_key(settings.key.reveal())
    return ActiveCampaign(host, GuardedClient(host.origin, {_KEY_HEADER: key}, clock), clock, turn)


class ActiveCampaign:
    """The port ``Destination``. ``http`` already carries the key."""

    def __init__(self, host: Host, http: GuardedClient, clock: Clock, turn: Turn = at_once) -> None:
        self._host = host
        self._http = http
        self._client = Client(http, clock, str(host), turn)

    def __repr__(self) -> str:
        return f"ActiveCampaign({self._host})"

    def check(self, target: str | None) -> Iterable[Check]:
        return check_steps(self._client, self._host, target)

    def targets(self) -> Sequence[Target]:
        try:
            rows = self._client.rows("lists", "lists")
            return [_target(row) for row in rows if not is_deleted(row)]
        except NeedsAttention as refusal:
            if refusal.code != "KEY_REFUSED":
                raise
            raise NeedsAttention("LISTS_FORBIDDEN.hidden", where=str(self._host)) from None

    def fields(self) -> Sequence[Field]:
        options = Options()
        rows = self._client.rows("fields", "fields", options.read)
        return [*_STANDARD_FIELDS, *(_field(row, options) for row in rows)]

    def suppressed_page(self, target: str, reason: SuppressionReason, after: int) -> SuppressedPage:
        page = self._client.contacts_page(contact_json.list_id_of(target), _STATUS[reason], after)
        people = tuple(Suppressed(one.address, reason, one.id) for one in page.people)
        return SuppressedPage(people, page.after, page.pages_left)

    def exclusions(self, target: str) -> Iterable[Exclusion]:
        return exclusions_of(self._client, str(self._host), contact_json.list_id_of(target))

    def contacts(self, target: str, fields: Collection[str] = (), after: int = 0) -> Iterable[Listed]:
        return self._client.contacts(contact_json.list_id_of(target), _ACTIVE, after, fields)

    def list_size(self, target: str) -> int | None:
        return self._client.list_size(contact_json.list_id_of(target), _ACTIVE)

    def is_listed(self, target: str, address: str) -> bool:
        return self._client.is_listed(contact_json.list_id_of(target), _ACTIVE, address)

    def membership(self, target: str, address: str) -> Membership:
        contact = self._client.contact_of(address)
        if contact is None:
            return Membership.NO_CONTACT
        status = self._client.status_on(contact, contact_json.list_id_of(target))
        return _MEMBERSHIPS.get(status, Membership.OTHER)

    def agrees(self, sent: str, held: str) -> bool:
        return held_values.agrees(sent, held)

    def render(self, change: Change, *, automations: bool) -> bytes:
        return contact_json.render(change, automations=automations)

    def outline(self, change: Change, *, automations: bool) -> Outline | None:
        return contact_json.outline(change, automations=automations)

    def assemble(self, contacts: Sequence[bytes], *, automations: bool) -> Body:
        return contact_json.assemble(contacts, automations=automations)

    def envelope_bytes(self, *, automations: bool) -> int:
        return contact_json.envelope_bytes(automations=automations)

    def send(self, body: Body, deadline: float) -> Outcome:
        return self._client.import_contacts(body.content, deadline)

    def poll(self, accepted: Accepted) -> Pending | Settled:
        return self._client.import_info(accepted.batch_id)

    def queue_empty(self) -> bool:
        """What cannot be read counts as not empty: an empty queue ends quarantines."""
        outstanding = rows_of(self._client.get("import/bulk_import").get("outstanding"))
        if outstanding is None:
            raise TryLater("ANSWER_UNREADABLE.waiting", where=str(self._host))
        return all(
            number_of(row.get("batches")) == 0 and number_of(row.get("contacts")) == 0 for row in outstanding
        )

    def contact_count(self) -> int | None:
        return self._client.contact_count()

    def rekey(self, secrets: Mapping[str, Secret]) -> None:
        self._http.replace(_KEY_HEADER, check_key(secrets["key"].reveal()))

    def close(self) -> None:
        self._client.close()


def _target(row: Mapping[str, Any]) -> Target:
    return Target(str(number_of(row.get("id"))), _text(row.get("name")))


def _field(row: Mapping[str, Any], options: Options) -> Field:
    kind, number = _text(row.get("type")), number_of(row.get("id"))
    return Field(
        f"field:{number}",
        _text(row.get("title")),
        kind,
        _TAKES.get(kind),
        options.of(kind, number),
        between_options(kind),
    )


def _text(value: object) -> str:
    return plain(value) or "(no name)"
