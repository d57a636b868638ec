"""``leleka doctor``: what an account's documentation leaves open is asked of the account itself, and kept with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from leleka.core.clock import utc_now
from leleka.core.made_up_addresses import check_domain
from leleka.core.messages import Message
from leleka.core.ports.clock import Clock
from leleka.core.ports.examination import Examiner, Exchange, Finding, Fit, Remaining, Value
from leleka.core.ports.outbox import clamp_future
from leleka.errors import Conflict, LelekaError, NotFound
from leleka.messages.progress import in_english, meaning
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.connections import examination
from leleka.services.connections.examination import Log, Say
from leleka.services.connections.queries import Learned, learned_of
from leleka.state.models import Account, Connection, Examination

PATIENCE: Final = 15 * 60.0  # seconds of the account's time that imports are waited for
_TRUSTED: Final = frozenset({"archived_import", "updated_contacts"})
_ROW_BASE: Final = "reason_index_base"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an examination would do, for somebody to confirm."""

    connection: str
    host: str
    fit: Fit
    domain: str
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Concluded:
    """One point as it is shown; ``meaning`` is why it stays open where it is not settled."""

    name: str
    settled: bool
    value: Value
    meaning: str
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """A made-up contact that is still at the account, or may still arrive."""

    address: str
    why: str


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of an examination. ``removed`` of its addresses are certainly not at the account."""

    connection: str
    host: str
    list: str
    domain: str
    points: tuple[Concluded, ...]
    removed: int
    remaining: tuple[Left, ...]


@dataclass(frozen=True, slots=True)
class CleanedUp:
    connection: str
    removed: int
    remaining: tuple[Left, ...]


def propose(actor: Actor, name: str, target: str, domain: str, clock: Clock) -> Proposal:
    """Return what would be sent where; the list is looked at, and nothing is written.

    Raises ``Forbidden``, ``InvalidInput``, ``NotFound``, and ``Conflict`` where somebody is on the list, a run delivers
    to the account, or an earlier examination left something.
    """
    require(actor, Permission.CONNECTIONS)
    connection = _find(name)
    checked = check_domain(domain)
    examination.refuse_unfinished(connection.account)
    examination.refuse_delivering(connection.account_id, clock)
    with examination.opened(connection, clock, _silent, PATIENCE) as (examiner, _):
        fit = examiner.fit(target)
        addresses = tuple(examiner.addresses(checked))
    return Proposal(name, connection.host, fit, checked, addresses)


def examine(
    actor: Actor,
    proposal: Proposal,
    clock: Clock,
    say: Say,
    found: Callable[[Concluded], None],
    *,
    patience: float = PATIENCE,
) -> Examined:
    """Do what was proposed, remove what it made, and keep with the account what was found, whatever ends it.

    Raises as ``propose`` does, and what keeps the account from answering.
    """
    require(actor, Permission.CONNECTIONS)
    connection = _find(proposal.connection)
    if connection.host != proposal.host:
        raise Conflict("DOCTOR_MOVED", connection=connection.name, host=proposal.host, now=connection.host)
    findings: list[Finding] = []
    remaining = _all_of(proposal.addresses)
    with examination.opened(connection, clock, say, patience) as (examiner, log):
        examination.refuse_delivering(connection.account_id, clock)
        examiner.fit(proposal.fit.target)  # people may have come while somebody thought about it
        log.begin(actor, connection.account, proposal.addresses)
        try:
            for one in examiner.examine(proposal.fit, proposal.addresses, log):
                findings.append(one)
                found(_shown(one))
        finally:
            say(Message("REMOVING_MADE_UP"))
            try:
                remaining = _removed(examiner, log, proposal.addresses)
            finally:
                _keep(actor, connection, proposal, findings, remaining)
    return _examined(connection, proposal, findings, remaining)


def clean_up(actor: Actor, name: str, clock: Clock, say: Say, *, patience: float = PATIENCE) -> CleanedUp:
    """Remove what an examination left whose process died, or whose removal was refused.

    Raises ``NotFound`` where there is nothing, ``Conflict`` while it is still under way.
    """
    require(actor, Permission.CONNECTIONS)
    connection = _find(name)
    row = Examination.objects.filter(account=connection.account).first()
    if row is None:
        raise NotFound("DOCTOR_NOTHING_LEFT", where=name)
    now = clock.now()
    if now < clamp_future(row.alive_until, now):
        raise Conflict(
            "DOCTOR_UNDER_WAY", where=name, who=row.asked_by, seconds=round(row.alive_until - now) + 1
        )
    count = len(row.addresses)
    with examination.opened(connection, clock, say, patience) as (examiner, log):
        if not log.take_over(row):
            raise Conflict("DOCTOR_TAKEN_OVER")
        remaining = _all_of(row.addresses)
        try:
            remaining = examination.remove(examiner, log)
        finally:
            log.stop()
            told = {"removed": count - len(remaining), "remaining": len(remaining)}
            made = {"examined_by": row.asked_by, "examined_at": row.began_at.isoformat()}
            record(actor, "connection clean up", name, {**told, **made})
    return CleanedUp(name, count - len(remaining), tuple(map(_left, remaining)))


def show(actor: Actor, name: str) -> Sequence[Learned]:
    """Return what examinations of a connection's account found, by setting."""
    require(actor, Permission.CONNECTIONS)
    return learned_of(_find(name).account)


def _all_of(addresses: Sequence[str]) -> tuple[Remaining, ...]:
    return tuple(Remaining(one, Message("NOT_REMOVED_YET")) for one in addresses)


def _removed(examiner: Examiner, log: Log, addresses: Sequence[str]) -> tuple[Remaining, ...]:
    try:
        return examination.remove(examiner, log)
    except LelekaError:
        return _all_of(addresses)
    finally:
        log.stop()


def _keep(
    actor: Actor,
    connection: Connection,
    proposal: Proposal,
    findings: Sequence[Finding],
    remaining: Sequence[Remaining],
) -> None:
    settled = {one.name: one.value for one in findings if one.settled}
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=connection.account_id)
        # What deliveries trust is not kept from an examination before one that could not tell.
        open_now = {one.name for one in findings if not one.settled} & _TRUSTED
        account.learned = {name: value for name, value in account.learned.items() if name not in open_now}
        account.learned_at = {name: at for name, at in account.learned_at.items() if name not in open_now}
        account.learned |= settled
        account.learned_at |= dict.fromkeys(settled, utc_now().isoformat())
        if settled.get(_ROW_BASE) in {0, 1}:
            account.row_base = int(str(settled[_ROW_BASE]))
        account.save(update_fields=("learned", "learned_at", "row_base"))
        told = {
            "list": proposal.fit.target,
            "domain": proposal.domain,
            "contacts": len(proposal.addresses),
            "concluded": settled,
            "open": [one.name for one in findings if not one.settled],
            "remaining": len(remaining),
        }
        record(actor, "connection examine", connection.name, told)


def _examined(
    connection: Connection, proposal: Proposal, findings: Sequence[Finding], remaining: Sequence[Remaining]
) -> Examined:
    return Examined(
        connection.name,
        connection.host,
        proposal.fit.target,
        proposal.domain,
        tuple(map(_shown, findings)),
        len(proposal.addresses) - len(remaining),
        tuple(map(_left, remaining)),
    )


def _shown(one: Finding) -> Concluded:
    said = meaning(one.name, one.value) if one.settled else one.why
    return Concluded(one.name, one.settled, one.value, in_english(said), one.exchanges)


def _left(one: Remaining) -> Left:
    return Left(one.address, in_english(one.why))


def _find(name: str) -> Connection:
    row = Connection.objects.select_related("account").filter(name=name).first()
    if row is None:
        known = list(Connection.objects.order_by("name").values_list("name", flat=True))
        raise NotFound("CONNECTION_UNKNOWN.listed", name=name, known=known)
    return row


def _silent(_: Message) -> None:
    """Nothing is said while it is only looked at."""
