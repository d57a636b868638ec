"""The port ``Examiner`` for ActiveCampaign: at most twenty made-up contacts, on a list that is empty."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from secrets import token_hex
from typing import Final

from leleka.core.configuration import Network
from leleka.core.messages import Message
from leleka.core.ports.examination import Finding, Fit, Instruments, Journal, Remaining, Traces
from leleka.core.secret import Secret
from leleka.destinations.activecampaign.contact_json import list_id_of
from leleka.destinations.activecampaign.doctor import (
    points_of_imports,
    points_of_people,
    points_of_refusals,
    points_of_replies,
)
from leleka.destinations.activecampaign.doctor.bench import PARTS, Bench, made_up, unsettled
from leleka.destinations.activecampaign.doctor.contacts import Contacts
from leleka.destinations.activecampaign.doctor.imports import Imports, ended, queue_emptied
from leleka.destinations.activecampaign.doctor.wire import Wire
from leleka.destinations.activecampaign.hosts import normalise_host
from leleka.destinations.activecampaign.response_parsing import is_deleted, number_of, plain
from leleka.destinations.activecampaign.settings import Settings, check_key
from leleka.errors import Conflict, NeedsAttention, NotFound
from leleka.transport.client import GuardedClient

_KEY_HEADER: Final = "Api-Token"
_ABSENT: Final = 404
_STATUSES: Final = ("", "0", "1", "2", "3")  # of all, and of each by itself
_MOST: Final = 20
_SURFACES: Final = 600.0  # seconds after which the queue shows what was sent without an answer
_TEXT: Final = "text"
# What no examination of twenty contacts can tell, and why.
_BEYOND: Final = {
    "imports_per_minute": "takes_the_limit", "single_imports_per_minute": "takes_the_limit",
    "window": "takes_the_limit", "refused_imports_count": "takes_the_limit",
    "bounced_resubscribed": "nobody_bounced", "bounced_unsubscribed": "nobody_bounced",
    "unconfirmed_subscribed": "nobody_unconfirmed",
    "failing_domains": "other_domain", "contact_limit": "reaches_the_plan", "retention_seconds": "takes_days",
    "contacts_per_second": "takes_many", "exclude_automations": "automations_unseen",
    "callback": "needs_public_url",
}  # fmt: skip


class ActiveCampaignExaminer:
    def __init__(self, settings: Settings, network: Network, tools: Instruments) -> None:
        host = normalise_host(settings.host, network)
        self._where = str(host)
        self._tools = tools
        self._http = GuardedClient(host.origin, {_KEY_HEADER: check_key(settings.key.reveal())}, tools.clock)
        self._stranger = GuardedClient(host.origin, {_KEY_HEADER: Secret(token_hex(32))}, tools.clock)
        self._wire = Wire(self._http, tools, self._where)
        self._contacts = Contacts(self._wire, self._where)

    def fit(self, target: str) -> Fit:
        number = list_id_of(target)
        heard = self._wire.ask(f"lists/{number}")
        if heard.status == _ABSENT:
            raise NotFound("LIST_NOT_FOUND", target=target)
        found = self._wire.read(f"lists/{number}").found.get("list")
        if not isinstance(found, dict) or is_deleted(found):
            raise NotFound("LIST_NOT_FOUND.deleted", target=target)
        for status in _STATUSES:
            people = self._people(number, status)
            if people:
                raise Conflict("DOCTOR_LIST_NOT_EMPTY", target=target, people=people)
        return Fit(target, plain(found.get("name")) or target)

    def _people(self, number: int, status: str) -> int:
        query = {"listid": str(number), "limit": "100", **({"status": status} if status else {})}
        heard = self._wire.read("contacts", query)
        meta = heard.found.get("meta")
        total = number_of(meta.get("total")) if isinstance(meta, dict) else None
        return max(len(heard.rows("contacts")), total or 0)

    def addresses(self, domain: str) -> Sequence[str]:
        return made_up(token_hex(5), domain)[:_MOST]

    def examine(self, fit: Fit, addresses: Collection[str], journal: Journal) -> Iterator[Finding]:
        bench = Bench(
            self._wire,
            Imports(self._wire, self._tools, journal),
            self._contacts,
            self._tools,
            dict(zip(PARTS, addresses, strict=True)),
            list_id_of(fit.target),
            self._text_field(),
        )
        yield from points_of_replies.of_a_bad_key(Wire(self._stranger, self._tools, self._where))
        yield from points_of_imports.begin(bench)
        yield from points_of_replies.of_a_batch(bench)
        yield from points_of_refusals.examine(bench)
        yield from points_of_people.exclusions(bench)
        points_of_imports.send_first_round(bench)
        bench.imports.finish()
        yield from points_of_imports.read_first_round(bench)
        yield points_of_people.excluded(bench)
        yield from points_of_people.reading(bench)
        points_of_imports.send_second_round(bench)
        bench.imports.finish()
        yield from points_of_imports.read_second_round(bench)
        yield from points_of_people.leave(bench)
        done = points_of_people.delete(bench)
        bench.imports.finish()
        yield from points_of_people.returned(bench)
        yield from points_of_people.deleted(bench, done)
        yield from points_of_replies.of_everything(bench)
        for name, why in _BEYOND.items():
            yield unsettled(name, why)

    def _text_field(self) -> int | None:
        """Return a custom field that takes any text: what is written there goes to made-up contacts alone."""
        rows = self._wire.read("fields", {"limit": "100"}).rows("fields")
        found = (number_of(row.get("id")) for row in rows if row.get("type") == _TEXT)
        return next((number for number in found if number is not None), None)

    def remove(self, traces: Traces) -> Iterable[Remaining]:
        arrived = self._have_arrived(traces)
        refused: dict[str, None] = {}
        for address in traces.addresses:
            try:
                left = self._contacts.remove(address)
            except NeedsAttention as error:
                if error.code != "DOCTOR_OTHER_CONTACTS":
                    raise
                yield Remaining(
                    address, Message("remaining.unreadable")
                )  # the others are looked for all the same
                continue
            refused |= dict.fromkeys(left)
            if not left and not arrived:
                yield Remaining(address, Message("remaining.may_arrive"))
        for address in refused:
            yield Remaining(address, Message("remaining.refused"))

    def _have_arrived(self, traces: Traces) -> bool:
        """Return whether nothing that left can still arrive. For how long the account knows a batch is not documented:
        an empty queue does as well.
        """
        if traces.unanswered:
            self._tools.wait(_SURFACES)
        elif ended(self._wire, self._tools, traces.batches):
            return True
        return queue_emptied(self._wire, self._tools)

    def close(self) -> None:
        self._http.close()
        self._stranger.close()


def open_examiner(settings: Settings, network: Network, tools: Instruments) -> ActiveCampaignExaminer:
    """Raises ``InvalidInput`` for a host or key that cannot be right; asks nothing of the network."""
    return ActiveCampaignExaminer(settings, network, tools)
