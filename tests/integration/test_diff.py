"""What a plan promises, one promise per test; the sequences are in tests/property/test_diff.py."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from leleka.core.data_matching import DataMatching, LeaverPolicy, Leavers, Line, WhenEmpty
from leleka.core.plan import DueRow, Planned, PlannedRow, Selection, Span, Verdict
from leleka.core.ports.destination import Suppressed, SuppressionReason
from leleka.core.statuses import Ended
from leleka.warehouse import ledger as warehouse_ledger
from leleka.warehouse import plan_snapshots
from leleka.warehouse.engines.duckdb import open_session
from tests.fakes.diff_tables import PROFILES, Tables

MARK = Leavers(LeaverPolicy.MARK, "field:9", "yes", "no")
NAME, CITY = Line("name", "first_name"), Line("city", "field:1")


@dataclass
class Export:
    """One export over people given as id -> (address, name, city)."""

    tables: Tables
    people: dict[str, tuple[str | None, str | None, str | None]]
    matching: DataMatching = field(default_factory=lambda: DataMatching("email", (NAME,)))
    leavers: Leavers = field(default_factory=Leavers)
    selected: set[str] | None = None
    elsewhere: set[str] = field(default_factory=set)
    suppressed: dict[str, str] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    resend: bool = False
    ledger: str | None = None
    planned: Planned | None = None

    def plan(self) -> list[str]:
        """Return the addresses that are due, those of leavers with a minus before them."""
        lay = self.tables
        rows = {i: {"email": e, "name": n, "city": c} for i, (e, n, c) in self.people.items()}
        profiles = lay.profiles(rows)
        book = lay.addresses(profiles)
        selection = Selection(
            name="e",
            profiles=profiles,
            table=PROFILES,
            addresses=book,
            members=(lay.members(self.people if self.selected is None else self.selected),),
            matching=self.matching,
            leavers=self.leavers,
            ledger=self.ledger,
            resend_refused=self.resend,
            elsewhere=((lay.members(self.elsewhere), book),) if self.elsewhere else (),
        )
        numbers = iter(range(1_000))

        def pack(due: Sequence[DueRow]) -> Sequence[PlannedRow]:
            sent = self.leavers.policy is not LeaverPolicy.KEEP
            return [
                PlannedRow(row, next(numbers), b"{}")
                if sent or row.kind != "left"
                else PlannedRow(row, None, None)
                for row in due
            ]

        suppressed = [Suppressed(a, SuppressionReason(r), 1) for a, r in self.suppressed.items()]
        self.planned = plan_snapshots.write_plan(
            lay.session, lay.lake, selection, suppressed=suppressed, waiting=self.waiting, pack=pack
        )
        rows_planned = lay.plan_rows(self.planned.reference)
        return [("-" if row["kind"] == "left" else "") + row["address"] for row in rows_planned]

    def run(self, ended: Ended = Ended.DELIVERED, code: str = "", *, doubted: bool = False) -> list[str]:
        """Plan, give every row the same outcome, settle; return what was due."""
        due = self.plan()
        assert self.planned is not None
        settled = warehouse_ledger.settle(
            self.tables.session,
            self.tables.lake,
            self.tables.lake.open(self.planned.reference),
            name="e",
            ledger=self.ledger,
            leavers=self.leavers,
            verdicts=[Verdict(Span(0, 999), ended, code, doubted=doubted)],
        )
        assert settled.counts.accounted() == settled.counts.selected
        self.ledger = settled.ledger or self.ledger
        return due

    def states(self) -> dict[str, str]:
        rows: list[dict[str, Any]] = self.tables.read(self.ledger) if self.ledger else []
        return {row["address"]: row["state"] for row in rows}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tables]:
    with open_session(tmp_path_factory.mktemp("spill"), threads=1) as session:
        yield Tables(session, tmp_path_factory.mktemp("lake") / "lake")


@pytest.fixture
def export(tables: Tables) -> Export:
    return Export(
        tables,
        {"1": ("a@x.test", "Ада", "Київ"), "2": ("b@x.test", "Bob", None), "3": ("c@x.test", None, "")},
    )


def test_an_unchanged_second_run_plans_nothing(export: Export) -> None:
    """I-9."""
    assert export.run() == ["a@x.test", "b@x.test", "c@x.test"]
    assert export.run() == []


def test_a_new_line_concerns_only_those_who_have_something_in_it(export: Export) -> None:
    export.run()
    export.matching = DataMatching("email", (NAME, CITY))
    assert export.plan() == ["a@x.test"]


def test_a_new_line_that_clears_concerns_everybody(export: Export) -> None:
    export.run()
    export.matching = DataMatching("email", (NAME, Line("city", "field:1", WhenEmpty.CLEAR)))
    assert export.plan() == ["a@x.test", "b@x.test", "c@x.test"]


def test_clear_instead_of_keep_concerns_those_whose_value_is_empty(export: Export) -> None:
    export.run()
    export.matching = DataMatching("email", (Line("name", "first_name", WhenEmpty.CLEAR),))
    assert export.plan() == ["c@x.test"]


def test_the_order_of_lines_and_tags_is_nothing_to_send(export: Export) -> None:
    export.matching = DataMatching("email", (NAME, CITY), ("x", "y"))
    export.run()
    export.matching = DataMatching("email", (CITY, NAME), ("y", "x"))
    assert export.plan() == []


def test_a_phone_country_concerns_only_those_who_have_a_phone(export: Export) -> None:
    export.matching = DataMatching("email", (Line("city", "phone"),))
    export.run()
    export.matching = replace(export.matching, phone_country="UA")
    assert export.plan() == ["a@x.test"]


def test_a_leaver_is_planned_exactly_once_and_marked(export: Export) -> None:
    export.leavers = MARK
    export.run()
    export.selected = {"1", "2"}
    assert export.run() == ["-c@x.test"]
    assert export.states() == {"a@x.test": "member", "b@x.test": "member", "c@x.test": "left"}
    assert export.run() == []


def test_a_leaver_who_is_kept_is_noted_once_and_comes_back_without_a_request(export: Export) -> None:
    export.run()
    export.selected = {"1", "2"}
    assert export.run() == ["-c@x.test"]
    assert export.run() == []
    export.selected = None
    assert export.run() == []
    assert export.states()["c@x.test"] == "member"


def test_who_is_in_another_export_to_the_same_list_has_not_left_it(export: Export) -> None:
    export.leavers = MARK
    export.run()
    export.selected, export.elsewhere = {"1"}, {"3"}
    assert export.run() == ["-b@x.test"]
    export.elsewhere = set()
    assert export.run() == ["-c@x.test"]


def test_a_suppressed_or_waiting_leaver_is_not_marked(export: Export) -> None:
    """Writing to them could create the contact again, or overtake what was sent before (I-5, I-21)."""
    export.leavers = MARK
    export.run()
    export.selected, export.suppressed, export.waiting = {"1"}, {"b@x.test": "unsubscribed"}, ("c@x.test",)
    assert export.plan() == []


def test_suppressed_and_waiting_people_are_never_planned(export: Export) -> None:
    export.suppressed = {"a@x.test": "unsubscribed", "b@x.test": "bounced"}
    export.waiting = ("c@x.test",)
    assert export.plan() == []
    assert export.planned is not None
    assert export.planned.counts.excluded == {"BOUNCED": 1, "UNSUBSCRIBED": 1}
    assert export.planned.counts.not_attempted == {"WAITING_FOR_EARLIER_SEND": 1}


def test_a_refused_row_is_not_planned_until_it_changes(export: Export) -> None:
    export.run(Ended.REJECTED, "NOT_IMPORTED")
    assert export.plan() == []
    assert export.planned is not None
    assert export.planned.counts.rejected == {"NOT_IMPORTED": 3}
    export.people["2"] = ("b@x.test", "Bohdan", None)
    assert export.plan() == ["b@x.test"]


def test_refused_rows_are_planned_again_when_asked_for(export: Export) -> None:
    export.run(Ended.REJECTED, "NOT_IMPORTED")
    export.resend = True
    assert export.run() == ["a@x.test", "b@x.test", "c@x.test"]


def test_a_refused_leaver_is_planned_again_only_when_asked_for(export: Export) -> None:
    export.leavers = MARK
    export.run()
    export.selected = {"1", "2"}
    export.run(Ended.REJECTED, "NOT_IMPORTED")
    assert export.plan() == []
    export.resend = True
    assert export.plan() == ["-c@x.test"]


def test_who_was_refused_from_the_start_does_not_count_as_known(export: Export) -> None:
    """The guard's 30 % relate to the people whom the list is known to hold (I-11)."""
    export.run(Ended.REJECTED, "NOT_IMPORTED")
    export.plan()
    assert export.planned is not None
    assert export.planned.known == 0


def test_a_run_that_was_stopped_leaves_the_ledger_as_it_was(export: Export) -> None:
    export.run()
    before = export.ledger
    export.people["2"] = ("b@x.test", "Bohdan", None)
    assert export.run(Ended.NOT_ATTEMPTED, "RUN_STOPPED") == ["b@x.test"]
    assert export.ledger == before
    assert export.plan() == ["b@x.test"]


def test_of_two_profiles_with_one_address_one_is_planned(export: Export) -> None:
    export.people["9"] = ("A@X.test", "Other", None)
    assert export.plan() == ["a@x.test", "b@x.test", "c@x.test"]
    assert export.planned is not None
    assert export.planned.counts.excluded == {"EMAIL_DUPLICATE": 1}


def test_who_was_unsubscribed_by_the_export_stays_excluded(export: Export) -> None:
    export.leavers = Leavers(LeaverPolicy.UNSUBSCRIBE)
    export.run()
    export.selected = {"1", "2"}
    assert export.run() == ["-c@x.test"]
    export.selected = None
    assert export.run() == []
    assert export.planned is not None
    assert export.planned.counts.excluded == {"UNSUBSCRIBED_EARLIER": 1}
    assert export.states()["c@x.test"] == "unsubscribed"


def test_a_changed_address_is_an_addition_and_a_leaver(export: Export) -> None:
    export.run()
    export.people["2"] = ("new@x.test", "Bob", None)
    assert export.run() == ["new@x.test", "-b@x.test"]
