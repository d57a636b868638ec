"""Ledgers where certainty was lost: doubted, or made again from the outcomes of runs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from leleka.core.data_matching import DataMatching, Leavers
from leleka.core.plan import DueRow, SettledRun, Span, Verdict
from leleka.core.ports.destination import Listed
from leleka.core.statuses import Ended
from leleka.warehouse import ledger as warehouse_ledger
from leleka.warehouse import ledger_repair, reconciliation
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.reconciliation import Sent
from tests.contract.warehouse.engine_runs import LINES, planned
from tests.contract.warehouse.engine_suite import EngineSuite
from tests.fakes.diff_tables import PROFILES, Tables
from tests.fakes.run_stories import PEOPLE


class LedgersContract(EngineSuite):
    """What an engine must make of outcomes."""

    def test_a_ledger_is_doubted_or_made_again_from_outcomes(self, engine: Engine, tmp_path: Path) -> None:
        tables = Tables(engine, tmp_path / "lake")
        told = (Verdict(Span(0, 2), Ended.DELIVERED), Verdict(Span(3, 3), Ended.UNCONFIRMED, "NO_ANSWER"))
        settled = warehouse_ledger.settle(
            engine, tables.lake, planned(tables), name="e", ledger=None, leavers=Leavers(), verdicts=told
        )
        assert settled.ledger
        known = {row["address"]: row["state"] for row in tables.read(settled.ledger)}
        assert sorted(known.values()) == ["member", "member", "member", "unconfirmed"]
        doubted = ledger_repair.doubted(engine, tables.lake, name="e", ledger=settled.ledger)
        made, people = ledger_repair.rebuilt(
            engine, tables.lake, name="e", outcomes=[settled.outcomes, settled.outcomes]
        )
        assert people == 4
        for reference in (doubted, made):
            rows = tables.read(reference)
            assert {row["address"]: row["state"] for row in rows} == known
            assert {row["held"] for row in rows} == {"uncertain"}

    def test_who_holds_something_else_than_was_sent_is_due_again(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        tables = Tables(engine, tmp_path / "lake")
        told = [Verdict(Span(0, 99), Ended.DELIVERED)]
        settled = warehouse_ledger.settle(
            engine, tables.lake, planned(tables), name="e", ledger=None, leavers=Leavers(), verdicts=told
        )
        assert settled.ledger
        held = {row["address"] for row in tables.read(settled.ledger)}
        cities = {str(one["email"]).lower(): one["city"] or "" for one in PEOPLE.values()}
        cities |= {"ada@example.test": "Elsewhere"}
        listed = [Listed(number, address, {"city": cities[address]}) for number, address in enumerate(held)]

        def differs(row: DueRow, values: Mapping[str, str]) -> Sequence[str]:
            return () if values["city"].strip() == (row.values[1] or "") else ("city",)

        sent = Sent(tables.profiles(PEOPLE), PROFILES, DataMatching("email", LINES), Leavers(), differs)
        found = reconciliation.compare(
            engine,
            tables.lake,
            name="e",
            ledger=settled.ledger,
            listed=listed,
            sent=lambda: sent,
        )
        assert (found.values, found.missing, found.fields) == (len(held), 0, {"city": 1})
        assert found.different_sample == (("ada@example.test", ("city",)),)
        assert found.ledger
        uncertain = {row["address"] for row in tables.read(found.ledger) if row["held"] == "uncertain"}
        assert uncertain == {"ada@example.test"}

    def test_what_an_outcome_proves_of_the_list_is_in_a_ledger_made_again(
        self, engine: Engine, tmp_path: Path
    ) -> None:
        """Who was to be changed was there, however it ended; who was refused after an unknown copy may be there."""
        tables = Tables(engine, tmp_path / "lake")
        refused = Verdict(Span(0, 99), Ended.REJECTED, "REFUSED_BY_ACTIVECAMPAIGN")

        def settled(ledger: str | None, *verdicts: Verdict) -> SettledRun:
            plan = planned(tables, ledger=ledger)
            return warehouse_ledger.settle(
                engine, tables.lake, plan, name="e", ledger=ledger, leavers=Leavers(), verdicts=verdicts
            )

        def rebuilt(*runs: SettledRun) -> dict[str, str]:
            outcomes = [one.outcomes for one in runs]
            made, _ = ledger_repair.rebuilt(engine, tables.lake, name="e", outcomes=outcomes)
            return {row["address"]: row["state"] for row in tables.read(made)}

        doubted = replace(refused, span=Span(2, 2), doubted=True)
        first = settled(
            None, Verdict(Span(0, 1), Ended.DELIVERED), doubted, replace(refused, span=Span(3, 99))
        )
        members = {
            row["address"] for row in tables.read(str(first.ledger)) if row["held"] not in {None, "uncertain"}
        }
        (unsure,) = (row["address"] for row in tables.read(str(first.ledger)) if row["held"] == "uncertain")
        assert rebuilt(first) == dict.fromkeys(members, "member") | {unsure: "unconfirmed"}
        later = settled(
            ledger_repair.doubted(engine, tables.lake, name="e", ledger=str(first.ledger)), refused
        )
        assert rebuilt(later) == dict.fromkeys(members, "member")
        assert rebuilt(first, later) == rebuilt(first)
