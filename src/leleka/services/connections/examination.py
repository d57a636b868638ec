"""An examination of an account while it works: its turn in the account's pace, and what it writes ahead."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from secrets import token_hex
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from leleka.core.clock import utc_now
from leleka.core.messages import Message
from leleka.core.ports.clock import Clock
from leleka.core.ports.examination import Examiner, Instruments, Remaining, Traces
from leleka.core.ports.outbox import clamp_future
from leleka.core.ports.turn import Underway
from leleka.destinations.registry import spec_of
from leleka.engine.rate_limit import ImportLimiter, TimeScale
from leleka.errors import Conflict, NeedsAttention
from leleka.services.access.actor import Actor
from leleka.services.connections.keys import secrets_of
from leleka.services.connections.open_destination import settings_of, turn_of
from leleka.services.installation import configuration as installation_configuration
from leleka.state.lease import is_over
from leleka.state.models import Account, Connection, Examination

_ALIVE: Final = 120.0  # seconds that a process counts as living after it was last heard of
_SLICE: Final = 30.0  # the longest it is silent
_LOOK: Final = 0.5

Say = Callable[[Message], None]


class Log:
    """``core.ports.examination.Journal`` in the database, and the sign that the process lives."""

    def __init__(self, clock: Clock, scale: TimeScale) -> None:
        self._clock = clock
        self._alive = scale.wait(_ALIVE)
        self._row = 0  # from when something may be written on
        self._owner = token_hex(16)

    def begin(self, actor: Actor, account: Account, addresses: Sequence[str]) -> None:
        """Write down what is going to be made. Raises ``Conflict`` where another examination is, or left something."""
        try:
            with transaction.atomic():
                self._row = Examination.objects.create(
                    account=account,
                    addresses=list(addresses),
                    asked_by=actor.name[:200],
                    began_at=utc_now(self._clock),
                    owner=self._owner,
                ).pk
        except IntegrityError:
            raise unfinished(account) from None

    def take_over(self, row: Examination) -> bool:
        """Take over what a process left that is dead, or stands still: from now on it writes and sends nothing more."""
        same = Examination.objects.filter(pk=row.pk, owner=row.owner, alive_until=row.alive_until)
        taken = same.update(owner=self._owner, alive_until=self._clock.now() + self._alive)
        self._row = row.pk
        return bool(taken)

    def sending(self) -> None:
        """Raises ``Conflict`` where another process took this one for dead and cleaned up after it."""
        if not self._mine.update(unanswered=F("unanswered") + 1):
            raise Conflict("DOCTOR_TAKEN_OVER")

    def answered(self, batch: str) -> None:
        known = self._mine.values_list("batches", flat=True).first() or []
        more = [*known, batch] if batch else known
        self._mine.update(batches=more, unanswered=F("unanswered") - 1)

    def beat(self) -> None:
        self._mine.update(alive_until=self._clock.now() + self._alive)

    def stop(self) -> None:
        self._mine.update(alive_until=0.0)

    def traces(self) -> Traces | None:
        """Return what was written down; None where nothing is left to remove."""
        row = self._mine.first()
        return Traces(tuple(row.addresses), tuple(row.batches), bool(row.unanswered)) if row else None

    def left(self, addresses: Sequence[str]) -> None:
        """Keep what could not be removed; forget the examination where that is nothing."""
        if addresses:
            self._mine.update(addresses=list(addresses))
        else:
            self._mine.delete()

    @property
    def _mine(self) -> QuerySet[Examination]:
        rows = Examination.objects
        return rows.filter(pk=self._row, owner=self._owner)


@contextmanager
def opened(connection: Connection, clock: Clock, say: Say, patience: float) -> Iterator[tuple[Examiner, Log]]:
    """Open the account of a connection for an examination, and close it.

    Raises ``NeedsAttention`` for a kind of destination that has nothing to examine.
    """
    spec, network = spec_of(connection.type), installation_configuration.configuration().network
    if spec.examine is None:
        raise NeedsAttention("DOCTOR_NOT_OFFERED", where=connection.name, title=spec.title)
    scale = TimeScale(network.speed(connection.host))
    log = Log(clock, scale)
    turn = turn_of(connection.account_id, spec.limits, scale, clock)
    imports = ImportLimiter(spec.limits, scale, clock, share=connection.share)

    @contextmanager
    def watched(*, importing: bool = False) -> Iterator[Underway]:
        log.beat()
        with turn(importing=importing) as underway:
            yield underway

    def wait(seconds: float) -> None:
        left = seconds
        while left > 0:
            log.beat()
            clock.sleep(scale.wait(min(left, _SLICE)))
            left -= _SLICE

    def import_turn(rows: int) -> None:
        take_turn(connection.account_id, clock, imports.interval(rows), log.beat)

    tools = Instruments(clock, watched, import_turn, wait, patience, say)
    settings = spec.settings(**settings_of(connection), **secrets_of(connection))
    examiner = spec.examine(settings, network, tools)
    try:
        yield examiner, log
    finally:
        examiner.close()


def take_turn(account: int, clock: Clock, interval: float, beat: Callable[[], None]) -> None:
    """Wait for the account's next import, and set the one after it. Raises ``Conflict`` where a run delivers."""
    while True:
        refuse_delivering(account, clock)
        now, row = clock.now(), Account.objects.get(pk=account)
        at = max(clamp_future(moment, now) for moment in (row.next_send_at, row.paused_until))
        if at > now:
            beat()
            clock.sleep(min(at - now, _LOOK))
            continue
        mine = Account.objects.filter(pk=account, next_send_at=row.next_send_at)
        if mine.update(next_send_at=now + interval):  # of two who saw it free, one looks again
            return


def refuse_delivering(account: int, clock: Clock) -> None:
    """Raises ``Conflict`` while a run has the account's delivery lane."""
    run = Account.objects.select_related("lane__export").get(pk=account).lane
    if run is not None and run.finished_at is None and not is_over(run.lease_until, clock.now()):
        raise Conflict("DOCTOR_DELIVERING", run=run.pk, name=run.export.name)


def refuse_unfinished(account: Account) -> None:
    """Raises ``Conflict``."""
    if Examination.objects.filter(account=account).exists():
        raise unfinished(account)


def unfinished(account: Account) -> Conflict:
    return Conflict("DOCTOR_UNFINISHED", where=account.name)


def remove(examiner: Examiner, log: Log) -> tuple[Remaining, ...]:
    """Remove what an examination made; what remains stays written down. Raises ``Conflict`` where another process took
    that over.
    """
    traces = log.traces()
    if traces is None:
        raise Conflict("DOCTOR_TAKEN_OVER")
    remaining = tuple(examiner.remove(traces))
    log.left([one.address for one in remaining])
    return remaining
