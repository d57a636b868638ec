"""A warehouse in memory with leavers, suppression and refused rows: the ledger's rules, without an engine."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from leleka.core.data_matching import DataMatching, LeaverPolicy, Leavers
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
from leleka.core.ports.destination import Suppressed
from leleka.core.ports.warehouse import Pack, PlainContacts
from leleka.core.statuses import Ended
from tests.fakes.warehouse import PlannedRows

UNCERTAIN = "uncertain"
LEFT = "left"
_NO_END = frozenset({Ended.UNCONFIRMED, Ended.NOT_ATTEMPTED})
Values = tuple[str | None, ...]


def fingerprint(field: str, values: Values | None) -> str:
    """What the remote side is to hold: another field, or another value, is another content."""
    return f"{field}={values!r}"


@dataclass(frozen=True)
class Entry:
    """What the ledger holds of an address."""

    held: str | None = None
    refused: str | None = None
    member: bool = True


@dataclass(frozen=True)
class Plan:
    rows: list[PlannedRow]
    selected: int
    unchanged: int
    excluded: Counter[str]
    rejected: Counter[str]
    waiting: int
    waiting_leavers: int = 0
    field: str = ""


class SimWarehouse(PlannedRows):
    """``core.plan.Warehouse``. ``people`` are the members as they now are."""

    def __init__(self, people: Mapping[str, Values], name: str = "") -> None:
        self.name = name
        self.people = dict(people)
        self.plans: dict[str, Plan] = {}
        self.ledgers: dict[str, dict[str, Entry]] = {}
        self.delivered: dict[str, list[PlannedRow]] = {}
        self.parents: dict[str, str] = {}  # of each ledger, "" for the first
        self.left_over = 0  # rows without a final outcome in the last run

    def rows_of(self, plan: str) -> Iterable[PlannedRow]:
        return self.plans[plan].rows

    def plan(
        self,
        selection: Selection,
        *,
        suppressed: Iterable[Suppressed],
        waiting: Iterable[str],
        pack: Pack,
        plain: PlainContacts | None = None,  # noqa: ARG002 - pack takes all
    ) -> Planned:
        ledger = self.ledgers.get(selection.ledger or "", {})
        out, waits = {one.address for one in suppressed}, set(waiting)
        field = _field(selection.matching)
        plan = Plan([], len(self.people), 0, Counter(), Counter(), 0, field=field)
        due = []
        for address, values in self.people.items():
            entry, wanted = ledger.get(address, Entry()), fingerprint(field, values)
            if address in out:
                plan.excluded["UNSUBSCRIBED"] += 1
            elif address in waits:
                plan = replace(plan, waiting=plan.waiting + 1)
            elif entry.held == wanted:
                plan = replace(plan, unchanged=plan.unchanged + 1)
            elif entry.refused == wanted:
                plan.rejected["REFUSED"] += 1
            else:
                kind = Kind.CHANGED if entry.held and entry.member else Kind.ADDED
                due.append(DueRow(address, address, kind, wanted, values))
        left = self._leavers(selection.leavers, ledger, out)
        mine = [row for row in left if row.address not in waits]
        plan = replace(plan, waiting_leavers=len(left) - len(mine))
        due += mine
        for first in range(0, len(due), 100):
            plan.rows.extend(pack(tuple(due[first : first + 100])))
        reference = f"{self.name}/plan-{len(self.plans) + 1}"
        self.plans[reference] = plan
        added = sum(row.due.kind is Kind.ADDED for row in plan.rows)
        changed = sum(row.due.kind is Kind.CHANGED for row in plan.rows)
        leavers = {"LEFT": len(plan.rows) - added - changed}
        return Planned(reference, Counts(plan.selected, added, changed, left=leavers), len(ledger))

    def _leavers(self, leavers: Leavers, ledger: Mapping[str, Entry], out: set[str]) -> list[DueRow]:
        mark = leavers.policy is LeaverPolicy.MARK
        return [
            DueRow(address, address, Kind.LEFT, LEFT, ())
            for address, entry in ledger.items()
            if address not in self.people and entry.held is not None
            if (LEFT not in {entry.held, entry.refused} and address not in out if mark else entry.member)
        ]

    def contacts(self, plan: str, span: Span) -> Sequence[tuple[int, bytes]]:
        return [
            (row.seq, row.contact)
            for row in self.plans[plan].rows
            if row.seq is not None and row.contact is not None and span.first <= row.seq <= span.last
        ]

    def addresses(self, plan: str, spans: Sequence[Span]) -> Sequence[tuple[int, str]]:
        return [
            (row.seq, row.due.address)
            for row in self.plans[plan].rows
            if row.seq is not None and any(span.first <= row.seq <= span.last for span in spans)
        ]

    def sequence(self, plan: str, addresses: Sequence[str], spans: Sequence[Span]) -> Mapping[str, int]:
        return {address: seq for seq, address in self.addresses(plan, spans) if address in addresses}

    def settle(
        self, plan: str, *, name: str, ledger: str | None, leavers: Leavers, verdicts: Sequence[Verdict]
    ) -> SettledRun:
        by_seq = _by_seq(verdicts)
        entries = dict(self.ledgers.get(ledger or "", {}))
        told = [(row, _told(row, by_seq, leavers)) for row in self.plans[plan].rows]
        for row, verdict in told:
            _enter(entries, row.due, verdict)
        self._returned(entries, plan)
        reference = self._publish(ledger, entries, told)
        waited = self.plans[plan].waiting + self.plans[plan].waiting_leavers
        self.left_over = waited + sum(end.ended in _NO_END for _, end in told)
        return SettledRun(f"outcomes-{name}", reference, self._counts(self.plans[plan], told))

    def confirm(
        self, plan: str, *, name: str, ledger: str | None, leavers: Leavers, verdicts: Sequence[Verdict]
    ) -> str | None:
        """Enter what came after the end of a run: only the rows that the verdicts name."""
        del name, leavers
        by_seq = _by_seq(verdicts)
        entries = dict(self.ledgers.get(ledger or "", {}))
        told = [(row, by_seq[row.seq]) for row in self.plans[plan].rows if row.seq in by_seq]
        for row, verdict in told:
            _enter(entries, row.due, verdict)
        return self._publish(ledger, entries, told) if told else None

    def _publish(
        self, before: str | None, entries: dict[str, Entry], told: Sequence[tuple[PlannedRow, Verdict]]
    ) -> str:
        reference = f"ledger-{len(self.ledgers) + 1}"
        self.parents[reference] = before or ""
        self.ledgers[reference] = entries
        self.delivered[reference] = [row for row, end in told if row.seq is not None and _went(end)]
        return reference

    def _returned(self, entries: dict[str, Entry], plan: str) -> None:
        """Whoever returns unchanged is a member again."""
        due = {row.due.address for row in self.plans[plan].rows}
        for address, entry in entries.items():
            if address not in due and entry.held == fingerprint(
                self.plans[plan].field, self.people.get(address)
            ):
                entries[address] = replace(entry, member=True)

    def _counts(self, plan: Plan, told: Sequence[tuple[PlannedRow, Verdict]]) -> Counts:
        codes: dict[Ended, Counter[str]] = {ended: Counter() for ended in Ended}
        for row, verdict in told:
            if row.due.kind is not Kind.LEFT:
                codes[verdict.ended][verdict.code] += 1
        waiting = Counter(WAITING_FOR_EARLIER_SEND=plan.waiting) if plan.waiting else Counter()
        return Counts(
            selected=plan.selected,
            unchanged=plan.unchanged,
            delivered=codes[Ended.DELIVERED].total(),
            unconfirmed=codes[Ended.UNCONFIRMED].total(),
            excluded=dict(plan.excluded + codes[Ended.EXCLUDED]),
            rejected=dict(plan.rejected + codes[Ended.REJECTED]),
            not_attempted=dict(waiting + codes[Ended.NOT_ATTEMPTED]),
        )


def _field(matching: DataMatching) -> str:
    return matching.lines[0].to


def _by_seq(verdicts: Sequence[Verdict]) -> dict[int, Verdict]:
    by_seq: dict[int, Verdict] = {}
    for verdict in verdicts:
        for seq in range(verdict.span.first, verdict.span.last + 1):
            if seq in by_seq:
                raise AssertionError(f"row {seq} is spoken of twice")
            by_seq[seq] = verdict
    return by_seq


def _went(verdict: Verdict) -> bool:
    return verdict.ended is Ended.DELIVERED


def _told(row: PlannedRow, by_seq: Mapping[int, Verdict], leavers: Leavers) -> Verdict:
    nowhere = Span(0, 0)
    if row.seq is None and row.due.kind is Kind.LEFT and leavers.policy is LeaverPolicy.KEEP:
        return Verdict(nowhere, Ended.UNCHANGED, "LEFT")
    if row.seq is None:
        return Verdict(nowhere, Ended.REJECTED, row.code, row.detail)
    return by_seq.get(row.seq, Verdict(nowhere, Ended.NOT_ATTEMPTED, "RUN_STOPPED"))


def _enter(entries: dict[str, Entry], due: DueRow, verdict: Verdict) -> None:
    entry, left = entries.get(due.address), due.kind is Kind.LEFT
    if verdict.ended is Ended.DELIVERED:
        entries[due.address] = Entry(due.fingerprint, None, member=not left)
    elif left and verdict.code == "LEFT" and entry:
        entries[due.address] = replace(entry, member=False)
    elif verdict.ended is Ended.REJECTED:
        known = entry or Entry()
        held = UNCERTAIN if known.held and verdict.doubted else known.held
        entries[due.address] = replace(known, held=held, refused=due.fingerprint)
    elif entry and (verdict.ended is Ended.UNCONFIRMED or verdict.code == "BATCH_FAILED"):
        entries[due.address] = replace(entry, held=UNCERTAIN)
