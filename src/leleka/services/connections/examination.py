"""An examination of an account while it works: its turn in the account's pace, and what it writes ahead."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from django.db import IntegrityError, transaction

from leleka.core.clock import utc_now
from leleka.core.messages import Message
from leleka.core.ports.clock import Clock
from leleka.core.ports.examination import Examiner, Instruments, Remaining, Traces
from leleka.core.ports.outbox import clamp_future
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

    def __init__(self, account: int, clock: Clock, scale: TimeScale) -> None:
        self._mine = Examination.objects.filter(account=account)
        self._clock = clock
        self._alive = scale.wait(_ALIVE)

    def sending(self) -> None:
        self._mine.update(unanswered=True)

    def answered(self, batch: str) -> None:
        if batch:
            known = self._mine.get().batches
            self._mine.update(batches=[*known, batch], unanswered=False)
        else:
            self._mine.update(unanswered=False)

    def beat(self) -> None:
        self._mine.update(alive_until=self._clock.now() + self._alive)

    def stop(self) -> None:
        self._mine.update(alive_until=0.0)


@contextmanager
def opened(connection: Connection, clock: Clock, say: Say, patience: float) -> Iterator[tuple[Examiner, Log]]:
    """Open the account of a connection for an examination, and close it.

    Raises ``NeedsAttention`` for a kind of destination that has nothing to examine.
    """
    spec, network = spec_of(connection.type), installation_configuration.configuration().network
    if spec.examine is None:
        raise NeedsAttention("DOCTOR_NOT_OFFERED", where=connection.name, title=spec.title)
    scale = TimeScale(network.speed(connection.host))
    log = Log(connection.account_id, clock, scale)
    turn = turn_of(connection.account_id, spec.limits, scale, clock)
    imports = ImportLimiter(spec.limits, scale, clock, share=connection.share)

    @contextmanager
    def watched() -> Iterator[None]:
        log.beat()
        with turn():
            yield

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


def begin(actor: Actor, account: Account, addresses: Sequence[str], clock: Clock) -> None:
    """Write down what is going to be made. Raises ``Conflict`` where an examination is under way, or left something."""
    try:
        with transaction.atomic():
            Examination.objects.create(
                account=account, addresses=list(addresses), asked_by=actor.name[:200], began_at=utc_now(clock)
            )
    except IntegrityError:
        raise unfinished(account) from None


def refuse_unfinished(account: Account) -> None:
    """Raises ``Conflict``."""
    if Examination.objects.filter(account=account).exists():
        raise unfinished(account)


def unfinished(account: Account) -> Conflict:
    return Conflict("DOCTOR_UNFINISHED", where=account.name)


def remove(examiner: Examiner, log: Log, account: Account) -> tuple[Remaining, ...]:
    """Remove what an examination made; what remains stays written down."""
    row = Examination.objects.get(account=account)
    traces = Traces(tuple(row.addresses), tuple(row.batches), row.unanswered)
    remaining = tuple(examiner.remove(traces))
    mine = Examination.objects.filter(pk=row.pk)
    if remaining:
        mine.update(addresses=[one.address for one in remaining])
        log.stop()
    else:
        mine.delete()
    return remaining
