"""Plans and settlements made for real, each held against the reference in plain Python."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from leleka.core.data_matching import LeaverPolicy, Leavers
from leleka.core.plan import DueRow, Kind, Planned, PlannedRow, Selection, SettledRun, Span, Verdict
from leleka.core.ports.destination import Suppressed, SuppressionReason
from leleka.core.statuses import Ended
from leleka.warehouse import ledger, plan_snapshots
from leleka.warehouse.engines.port import Engine
from tests.fakes import diff_reference as reference
from tests.fakes.diff_tables import PROFILES, Tables


class Runs:
    """Plans and settles for real, and holds every result against the reference."""

    def __init__(self, session: Engine, root: Path) -> None:
        self.tables = Tables(session, root)
        self.snapshot: str | None = None
        self.ledger: dict[str, reference.Entry] = {}
        self.fingerprints: dict[reference.Content, str] = {reference.UNCERTAIN: ledger.UNCERTAIN}

    def run(
        self,
        wanted: reference.Input,
        verdict_of: Mapping[str, tuple[str, str]],
        too_large: Sequence[str] = (),
    ) -> None:
        expected = reference.plan(wanted, self.ledger)
        planned = self.plan(wanted, too_large)
        rows = self.tables.plan_rows(planned.reference)
        self._rows_are(rows, expected)
        assert planned.counts.selected == len(wanted.selected)
        assert planned.known == sum(e.held is not None and e.state == "member" for e in self.ledger.values())
        ended = {a: verdict_of[a] for a in expected.due} | dict.fromkeys(
            too_large, ("rejected", "ROW_TOO_LARGE")
        )
        settled = self.settle(planned, wanted, rows, ended)
        self._counts_are(settled, wanted, expected, ended)
        following = reference.settle(wanted, self.ledger, expected, ended)
        if settled.ledger is not None:
            self.snapshot = settled.ledger
        else:
            assert following == self.ledger
        self.ledger = following
        self._ledger_is(following)

    def plan(self, wanted: reference.Input, too_large: Sequence[str] = ()) -> Planned:
        lay = self.tables
        profiles = lay.profiles(wanted.profiles)
        book = lay.addresses(profiles)
        half = sorted(wanted.selected)[: len(wanted.selected) // 2 + 1]
        selection = Selection(
            name="ключ",
            profiles=profiles,
            table=PROFILES,
            addresses=book,
            members=(lay.members(half), lay.members(wanted.selected)),
            matching=wanted.matching,
            leavers=wanted.leavers,
            ledger=self.snapshot,
            resend_refused=wanted.resend,
            elsewhere=((lay.members(wanted.elsewhere), book),) if wanted.elsewhere else (),
        )
        numbers = iter(range(10_000))

        def pack(due: Sequence[DueRow]) -> Sequence[PlannedRow]:
            return [_packed(row, numbers, wanted.leavers, too_large) for row in due]

        return plan_snapshots.write_plan(
            lay.session,
            lay.lake,
            selection,
            suppressed=[
                Suppressed(a, SuppressionReason(reason), 1) for a, reason in wanted.suppressed.items()
            ],
            waiting=[*wanted.waiting, *wanted.waiting],
            pack=pack,
        )

    def settle(
        self,
        planned: Planned,
        wanted: reference.Input,
        rows: list[dict[str, Any]],
        ended: Mapping[str, tuple[str, str]],
    ) -> SettledRun:
        verdicts = [
            Verdict(
                Span(row["seq"], row["seq"]), Ended(ended[row["address"]][0]), ended[row["address"]][1], ""
            )
            for row in rows
            if row["seq"] is not None and ended[row["address"]][1] != "RUN_STOPPED"
        ]
        lay = self.tables
        return ledger.settle(
            lay.session,
            lay.lake,
            lay.lake.open(planned.reference),
            name="ключ",
            ledger=self.snapshot,
            leavers=wanted.leavers,
            verdicts=verdicts,
        )

    def _rows_are(self, rows: list[dict[str, Any]], expected: reference.Expected) -> None:
        assert len({row["address"] for row in rows}) == len(rows)
        found = {
            row["address"]: (row["kind"], tuple(map(_unshown, row["contact_values"])))
            for row in _valued(rows)
        }
        assert found == {a: (due.kind, due.values) for a, due in expected.due.items()}
        for row in rows:
            due = expected.due[row["address"]]
            if due.kind != "left" or due.content[1] is not LeaverPolicy.KEEP:
                told = self.fingerprints.setdefault(due.content, row["fingerprint"])
                assert told == row["fingerprint"]
        assert len(set(self.fingerprints.values())) == len(self.fingerprints)

    def _counts_are(
        self,
        settled: SettledRun,
        wanted: reference.Input,
        expected: reference.Expected,
        ended: Mapping[str, tuple[str, str]],
    ) -> None:
        counts = settled.counts
        assert counts.selected == counts.accounted() == len(wanted.selected)
        outcomes = [row for row in self.tables.read(settled.outcomes) if row["kind"] != "left"]
        members = {a: ended[a] for a, due in expected.due.items() if due.kind != "left"}
        assert sorted((row["ended"], row["code"]) for row in outcomes) == sorted(
            [*expected.others.values(), *members.values()]
        )
        leavers = [a for a, due in expected.due.items() if due.kind == "left"]
        assert sum(counts.left.values()) == len(leavers)
        done = reference.left_as(wanted.leavers.policy)
        kept = wanted.leavers.policy is LeaverPolicy.KEEP
        assert counts.left.get(done, 0) == sum(kept or ended[a][0] == "delivered" for a in leavers)

    def _ledger_is(self, expected: Mapping[str, reference.Entry]) -> None:
        rows = self.tables.read(self.snapshot) if self.snapshot else []
        assert len({row["address"] for row in rows}) == len(rows)
        found = {r["address"]: (r["held"], r["refused"], r["refused_code"], r["state"]) for r in rows}
        known = self.fingerprints
        assert found == {
            a: (known[e.held] if e.held else None, known[e.refused] if e.refused else None, e.code, e.state)
            for a, e in expected.items()
        }


def _packed(row: DueRow, numbers: Iterator[int], leavers: Leavers, too_large: Sequence[str]) -> PlannedRow:
    if row.kind is Kind.LEFT and leavers.policy is LeaverPolicy.KEEP:
        return PlannedRow(row, None, None, detail=_shown(row.values))
    if row.address in too_large:
        return PlannedRow(row, None, None, "ROW_TOO_LARGE", _shown(row.values))
    return PlannedRow(row, next(numbers), b"{}", detail=_shown(row.values), warnings=("FIELD_TOO_LONG",))


def _shown(values: Sequence[str | None]) -> str:
    """The values ride along in the detail, so that they can be read back from the plan."""
    return "\x1f".join("\x1e" if value is None else value for value in values)


def _valued(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "contact_values": row["detail"].split("\x1f") if row["detail"] else ()} for row in rows]


def _unshown(value: str) -> str | None:
    return None if value == "\x1e" else value
