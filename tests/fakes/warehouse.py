"""A warehouse in memory: people by address, the ledger as address to fingerprint."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from leleka.core.data_matching import Leavers
from leleka.core.plan import (
    Counts,
    DueRow,
    Kind,
    Planned,
    PlannedRow,
    Selection,
    SettledRun,
    Span,
    Verdict,
)
from leleka.core.ports.destination import Exclusion, Suppressed
from leleka.core.ports.warehouse import Pack, PlainContacts
from leleka.core.statuses import Ended
from tests.fakes.destination import covered

UNCERTAIN = "uncertain"
_CHUNK = 100


@dataclass(frozen=True)
class Outcome:
    """The outcome of a row of the last settled run."""

    ended: Ended
    code: str
    detail: str


class PlannedRows(ABC):
    """What a plan in memory tells of its rows."""

    @abstractmethod
    def rows_of(self, plan: str) -> Iterable[PlannedRow]: ...

    @abstractmethod
    def addresses(self, plan: str, spans: Sequence[Span]) -> Sequence[tuple[int, str]]: ...

    def values(self, selection: Selection, column: str, most: int) -> Sequence[tuple[str, int]]:  # noqa: ARG002 - fakes of accounts have fields without options
        return ()

    def excluded(self, plan: str, exclusions: Sequence[Exclusion], spans: Sequence[Span]) -> AbstractSet[str]:
        return {address for _, address in self.addresses(plan, spans) if covered(address, exclusions)}

    def added(self, plan: str, spans: Mapping[int, Sequence[Span]]) -> Mapping[int, int]:
        return {number: len(self.unlisted(plan, some, ())) for number, some in spans.items()}

    def unlisted(self, plan: str, spans: Sequence[Span], listed: Iterable[str]) -> Sequence[int]:
        there = set(listed)
        return [
            row.seq
            for row in self.rows_of(plan)
            if row.seq is not None
            and row.due.kind is Kind.ADDED
            and row.due.address not in there
            and any(span.first <= row.seq <= span.last for span in spans)
        ]


class MemoryWarehouse(PlannedRows):
    """``core.plan.Warehouse`` for members without leavers. ``people`` maps an address to its values."""

    def __init__(self, people: Mapping[str, tuple[str | None, ...]]) -> None:
        self.people = dict(people)
        self.plans: dict[str, list[PlannedRow]] = {}
        self.selected: dict[str, int] = {}
        self.ledgers: dict[str, dict[str, str]] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.longest_read = 0

    def rows_of(self, plan: str) -> Iterable[PlannedRow]:
        return self.plans[plan]

    def plan(
        self,
        selection: Selection,
        *,
        suppressed: Iterable[Suppressed],
        waiting: Iterable[str],
        pack: Pack,
        plain: PlainContacts | None = None,  # noqa: ARG002 - pack takes all
    ) -> Planned:
        out = {one.address for one in suppressed} | set(waiting)
        out |= {address for address in self.people if covered(address, selection.exclusions)}
        held = self.ledgers.get(selection.ledger or "", {})
        wanted = {address: values for address, values in self.people.items() if address not in out}
        due = [
            DueRow(address, address, Kind.CHANGED if address in held else Kind.ADDED, repr(values), values)
            for address, values in wanted.items()
            if held.get(address) != repr(values)
        ]
        reference = f"plan-{len(self.plans) + 1}"
        rows = [
            row for first in range(0, len(due), _CHUNK) for row in pack(tuple(due[first : first + _CHUNK]))
        ]
        self.plans[reference] = rows
        self.selected[reference] = len(wanted)
        return Planned(reference, Counts(selected=len(wanted), added=len(due)), len(held))

    def contacts(self, plan: str, span: Span) -> Sequence[tuple[int, bytes]]:
        found = [
            (row.seq, row.contact)
            for row in self.plans[plan]
            if row.seq is not None and row.contact is not None and span.first <= row.seq <= span.last
        ]
        self.longest_read = max(self.longest_read, len(found))
        return found

    def addresses(self, plan: str, spans: Sequence[Span]) -> Sequence[tuple[int, str]]:
        return [
            (row.seq, row.due.address)
            for row in self.plans[plan]
            if row.seq is not None and any(span.first <= row.seq <= span.last for span in spans)
        ]

    def sequence(self, plan: str, addresses: Sequence[str], spans: Sequence[Span]) -> Mapping[str, int]:
        return {
            row.due.address: row.seq
            for row in self.plans[plan]
            if row.seq is not None
            and row.due.address in addresses
            and any(span.first <= row.seq <= span.last for span in spans)
        }

    def settle(
        self,
        plan: str,
        *,
        name: str,
        ledger: str | None,
        leavers: Leavers,  # noqa: ARG002 - there are none
        verdicts: Sequence[Verdict],
    ) -> SettledRun:
        by_seq: dict[int, Verdict] = {}
        for verdict in verdicts:
            for seq in range(verdict.span.first, verdict.span.last + 1):
                if seq in by_seq:
                    raise AssertionError(f"row {seq} is spoken of twice")
                by_seq[seq] = verdict
        held = dict(self.ledgers.get(ledger or "", {}))
        self.outcomes = {}
        for row in self.plans[plan]:
            told = self._told(row, by_seq)
            self.outcomes[row.due.address] = told
            if told.ended is Ended.DELIVERED:
                held[row.due.address] = row.due.fingerprint
            elif told.ended is Ended.UNCONFIRMED or told.code == "BATCH_FAILED":
                held[row.due.address] = UNCERTAIN
        reference = f"ledger-{len(self.ledgers) + 1}"
        self.ledgers[reference] = held
        return SettledRun(f"outcomes-{name}", reference, self._counts(plan))

    def _told(self, row: PlannedRow, by_seq: Mapping[int, Verdict]) -> Outcome:
        if row.seq is None:
            return Outcome(Ended.REJECTED, row.code, row.detail)
        verdict = by_seq.get(row.seq)
        if verdict is None:
            return Outcome(Ended.NOT_ATTEMPTED, "RUN_STOPPED", "")
        return Outcome(verdict.ended, verdict.code, verdict.detail)

    def _counts(self, plan: str) -> Counts:
        codes: dict[Ended, Counter[str]] = {ended: Counter() for ended in Ended}
        for told in self.outcomes.values():
            codes[told.ended][told.code] += 1
        selected = self.selected[plan]
        return Counts(
            selected=selected,
            unchanged=selected - len(self.outcomes),
            delivered=codes[Ended.DELIVERED].total(),
            unconfirmed=codes[Ended.UNCONFIRMED].total(),
            excluded=codes[Ended.EXCLUDED],
            rejected=codes[Ended.REJECTED],
            not_attempted=codes[Ended.NOT_ATTEMPTED],
        )
