"""Comparing what an export is known to have delivered, and what was sent, with the list itself, read page by page."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from leleka.core.data_matching import DataMatching, LeaverPolicy, leavers_of, matching_of
from leleka.core.messages import Message
from leleka.core.plan import DueRow
from leleka.core.ports.clock import Clock, OutOfPatience
from leleka.core.ports.destination import Listed
from leleka.engine.attentive_clock import AttentiveClock
from leleka.engine.batch_packing import Packer
from leleka.engine.guards import check_destination, gone_meanwhile
from leleka.errors import Conflict, NotFound, TryLater
from leleka.services.connections.open_destination import Opened, opened
from leleka.services.exports.contracts import Reconciled
from leleka.services.exports.queries import connection_of
from leleka.services.installation import database_outage, lake_sessions
from leleka.services.installation.configuration import configuration
from leleka.services.sources import catalogue
from leleka.state.models import AttemptRow, Export, Ledger, Measure, Run, Source
from leleka.warehouse import reconciliation
from leleka.warehouse.reconciliation import Sent

LONGEST: Final = 4 * 3600.0  # seconds: five million contacts at full pace; an account may go on for ever
SILENT: Final = 900.0  # seconds without a contact: no account may ask for a longer pause
_PULSE: Final = 1.0  # seconds between two looks whether to go on
_MINUTE: Final = 60.0
_TELL_EVERY: Final = 5.0  # seconds between two progress messages
_MOST_PATIENT: Final = 60.0  # seconds that an account may ask for before the first page

Say = Callable[[Message], None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """``ledger`` was compared with the list. ``repaired`` is another one, in which the missing and the different people
    are due again; "" where there are none.
    """

    figures: Reconciled
    ledger: str
    repaired: str


class _Reader:
    """Reads a list, and looks about once a second whether that is still of use: ``look`` raises where it is not."""

    def __init__(self, clock: Clock, look: Callable[[], None], say: Say) -> None:
        self._clock = clock
        self._look = look
        self._say = say
        self.patience = database_outage.Patience(
            configuration().database_patience_seconds, AttentiveClock(clock, self.beat), say
        )
        self._began = self._heard = self._look_at = self._tell_at = clock.monotonic()
        self.told: set[str] = set()  # the fields of which the account told what somebody holds

    def contacts(self, ask: Callable[[int], Iterable[Listed]], about: int) -> Iterator[Listed]:
        """Return the contacts of a list that is thought to hold ``about`` so many; ``ask`` gives those behind an id."""
        read = after = 0
        while True:
            try:
                for one in ask(after):
                    read, after = read + 1, one.id
                    self._noted(one, read, about)
                    yield one
                break
            except database_outage.ERRORS as error:  # requests have their turn by it
                self.patience.after(error)
        self._say(Message("COMPARING_LIST", read=read))

    def _noted(self, one: Listed, read: int, about: int) -> None:
        self.told.update(one.values)
        self.patience.answered(read)
        self.heard()
        if self._heard >= self._tell_at:
            self._tell_at = self._heard + _TELL_EVERY
            self._say(self._progress(read, max(about, read)))

    def _progress(self, read: int, about: int) -> Message:
        seconds = (self._heard - self._began) * (about - read) / read
        if seconds < _MINUTE:
            return Message("READING_LIST_PART", read=read, about=about)
        return Message("READING_LIST_LEFT", read=read, about=about, minutes=round(seconds / _MINUTE))

    def heard(self) -> None:
        """It goes on."""
        self._heard = self._clock.monotonic()
        self.beat()

    def beat(self) -> None:
        """Raises what ``look`` raises, and ``OutOfPatience``."""
        now = self._clock.monotonic()
        if now >= self._look_at:
            self._look_at = now + _PULSE
            try:
                self._look()
            except database_outage.ERRORS:
                database_outage.let_go()  # it may answer again before the list is read
        if now - self._heard >= SILENT or now - self._began >= LONGEST:
            raise OutOfPatience

    def impatient(self) -> TryLater:
        """Return why it was ended."""
        if self._clock.monotonic() - self._began >= LONGEST:
            return TryLater("RECONCILE_TOO_LONG", hours=round(LONGEST / 3600))
        return TryLater("RECONCILE_TOO_LONG.silent", minutes=round(SILENT / 60))


def ledger_of(export: Export) -> Ledger:
    """Return the pointer to what the export's list is known to hold. Raises ``NotFound`` before the first run."""
    connection = connection_of(export)
    found = Ledger.objects.filter(export=export, account=connection.account, target=export.target).first()
    if found is None:
        raise NotFound("LEDGER_MISSING", where=export.name)
    return found


def refuse_running(export: Export) -> None:
    """Raises ``Conflict`` while a run is under way."""
    if Run.objects.filter(export=export, finished_at__isnull=True).exists():
        raise Conflict("RUN_IN_PROGRESS.reconcile", where=export.name)


def compare(export: Export, clock: Clock, say: Say, pulse: Callable[[], None]) -> Comparison:
    """Compare an export's ledger, and what was sent, with the list's active contacts. ``pulse`` is called about once a
    second, and may raise.

    Raises ``Conflict`` where a run is under way or sends meanwhile, ``TryLater`` where it takes too long.
    """
    ledger = ledger_of(export)
    refuse_running(export)

    def look() -> None:
        pulse()
        _refuse_moved(export, ledger)

    say(Message("READING_LIST"))
    reader = _Reader(clock, look, say)
    try:
        found, gone = _compared(export, ledger.snapshot, reader, AttentiveClock(clock, reader.beat))
    except OutOfPatience:
        raise reader.impatient() from None
    if gone is not None:
        raise gone
    database_outage.outlast(reader.patience, look)
    untold = tuple(key for key in _fields(export) if found.listed and key not in reader.told)
    return Comparison(_figures(export, found, untold), ledger.snapshot, found.ledger or "")


def _compared(
    export: Export, ledger: str, reader: _Reader, clock: AttentiveClock
) -> tuple[reconciliation.Compared, Exception | None]:
    """Return what was found, and what is wrong with a list that is gone by now: everybody would be missing there."""
    lake = lake_sessions.lake()
    with lake_sessions.session() as session, opened(connection_of(export), clock) as account:
        check_destination(account.destination, export.target, clock.sleep, patience=_MOST_PATIENT)
        ask = partial(account.destination.contacts, export.target, _fields(export))
        found = reconciliation.compare(
            session,
            lake,
            name=export.name,
            ledger=ledger,
            listed=reader.contacts(ask, reconciliation.confirmed(session, lake, ledger)),
            sent=partial(_sent, export, account, reader),
        )
        return found, gone_meanwhile(account.destination, export.target, reader.heard)


def _refuse_moved(export: Export, ledger: Ledger) -> None:
    """Raises ``Conflict`` where a run sends, or has sent: the list is another by now."""
    sends = AttemptRow.objects.filter(batch__run__export=export, batch__run__finished_at__isnull=True)
    if sends.exists() or not Ledger.objects.filter(pk=ledger.pk, snapshot=ledger.snapshot).exists():
        raise Conflict("RUN_IN_PROGRESS.sent", where=export.name)


def _fields(export: Export) -> Sequence[str]:
    matching, leavers = matching_of(export.matching), leavers_of(export.leavers)
    marked = [leavers.field] if leavers.policy is LeaverPolicy.MARK else []
    return sorted({*(line.to for line in matching.lines), *marked})


def _sent(export: Export, account: Opened, reader: _Reader) -> Sent | None:
    """Return what tells what was sent; None where the profiles, or a column that is mapped, are not there any more."""
    matching, leavers = matching_of(export.matching), leavers_of(export.leavers)
    profiles = Source.objects.filter(is_profiles=True).exclude(snapshot="").first()
    if profiles is None or not lake_sessions.lake().is_sound(profiles.snapshot):
        return None
    destination = account.destination
    measures = _measures(matching)
    known = catalogue.with_measures(catalogue.of_files(), {row.name: row.type for row in measures})
    table = known.profile_table
    if any(table.column(line.column) is None for line in matching.lines):
        return None
    packer = Packer(
        destination,
        account.limits,
        target=export.target,
        table=table,
        matching=matching,
        leavers=leavers,
        automations=export.automations,
    )

    def differs(row: DueRow, held: Mapping[str, str]) -> Sequence[str]:
        reader.heard()
        change, _ = packer.change(row)
        return [key for key, text in change.values if key in held and not destination.agrees(text, held[key])]

    return Sent(
        profiles.snapshot,
        table,
        matching,
        leavers,
        differs,
        [(row.name, row.snapshot) for row in measures],
    )


def _measures(matching: DataMatching) -> Sequence[Measure]:
    """Return the measures that are mapped and have values."""
    mapped = Measure.objects.filter(name__in=[line.column for line in matching.lines]).order_by("name")
    return [row for row in mapped if lake_sessions.lake().is_sound(row.snapshot)]


def _figures(export: Export, found: reconciliation.Compared, untold: tuple[str, ...]) -> Reconciled:
    return Reconciled(
        export=export.name,
        target=export.target,
        held=found.held,
        listed=found.listed,
        missing=found.missing,
        foreign=found.foreign,
        missing_sample=found.missing_sample,
        compared=found.values,
        not_compared=found.unknown,
        different=found.different,
        fields=found.fields,
        different_sample=found.different_sample,
        untold=untold,
    )
