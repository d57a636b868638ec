"""Expectations of a source: judged on every reading, before anything uses it."""

import pytest

from leleka.core.clock import SystemClock
from leleka.core.statuses import StepStatus
from leleka.errors import Conflict, InvalidInput
from leleka.messages.stored import problem_of
from leleka.services.access.actor import Actor, Role
from leleka.services.concerns.queries import everything
from leleka.services.quality import commands, queries
from leleka.services.quality.contracts import Found
from leleka.services.system.snapshot_references import needed
from leleka.state.models import AuditEntry, SourceQuality
from tests.integration.expecting import Shop, rows_of, shop
from tests.integration.office import ALICE, Office

UNIQUE = {"expect": "unique", "column": "email"}
TIERS = {"expect": "values", "column": "tier", "values": ["gold", "silver"]}


@pytest.fixture
def orders(office: Office) -> Shop:
    return shop(office)


def keys(orders: Shop) -> list[str]:
    return [problem_of(one).key for one in orders.step.problems]


def test_rows_that_meet_what_is_expected_are_used(orders: Shop) -> None:
    orders.expect(UNIQUE, TIERS)
    orders.deliver(rows_of(41))
    assert (orders.row.rows, orders.step.status) == (41, StepStatus.SUCCESSFUL)
    assert [one.found for one in orders.view.results] == [Found.HELD] * 3


def test_a_broken_expectation_keeps_the_last_good_rows(orders: Shop) -> None:
    orders.expect(UNIQUE)
    before = orders.row
    orders.deliver([*rows_of(40), "41,p7@example.org,gold,1.5,2026-11-01\n"])
    assert (orders.row.snapshot, orders.row.rows) == (before.snapshot, 40)
    assert orders.step.status == StepStatus.FAILED
    (problem,) = map(problem_of, orders.step.problems)
    assert (problem.key, problem.where) == ("EXPECTATION_BROKEN.unique", "orders")
    assert problem.params["rows"] == 2
    assert problem.params["examples"] == ["7 (p***@e***)", "41 (p***@e***)"]
    assert [one.subject for one in everything(SystemClock()) if one.kind == "source"] == [
        f"source:{orders.number}"
    ]


def test_several_columns_are_unique_together(orders: Shop) -> None:
    orders.expect({"expect": "unique", "columns": ["tier", "seen"], "ignore_case": True})
    assert orders.view.expectations == (
        {"expect": "unique", "columns": ["tier", "seen"], "ignore_case": True},
    )
    orders.deliver(
        [f"{n},p{n}@x.test,gold,1,2026-{n // 28 + 1:02}-{n % 28 + 1:02}\n" for n in range(1, 41)]
        + ["41,p41@x.test,GOLD,1,2026-01-02\n", "42,p42@x.test,,1,2026-01-03\n"]
    )
    (problem,) = map(problem_of, orders.step.problems)
    assert problem.key == "EXPECTATION_BROKEN.unique_together"
    assert problem.params == {"columns": ["tier", "seen"], "rows": 2, "examples": ["1", "41"]}


def test_a_warning_lets_the_rows_through_and_says_so(orders: Shop) -> None:
    orders.expect({**TIERS, "severity": "warn"})
    orders.deliver([*rows_of(40), "41,x@example.org,brass,1.5,2026-11-01\n"])
    assert (orders.row.rows, orders.step.status) == (41, StepStatus.WITH_WARNINGS)
    assert keys(orders) == ["EXPECTATION_BROKEN.values"]
    assert not orders.view.waiting


def test_rows_that_meet_it_again_end_the_trouble(orders: Shop) -> None:
    orders.expect(UNIQUE)
    orders.deliver([*rows_of(40), "41,p7@example.org,gold,1.5,2026-11-01\n"])
    orders.deliver(rows_of(42))
    assert (orders.row.rows, orders.step.status) == (42, StepStatus.SUCCESSFUL)
    assert not SourceQuality.objects.get(pk=orders.number).held


def test_an_empty_file_at_night_replaces_nothing(orders: Shop) -> None:
    orders.deliver([])
    assert (orders.row.rows, keys(orders)) == (40, ["ROWS_LOST.all"])
    assert orders.view.waiting


def test_what_is_held_is_not_read_again_while_its_file_stays(orders: Shop) -> None:
    orders.deliver([])
    seen = orders.view.reading
    orders.refresh()
    assert (orders.view.reading, orders.view.waiting, orders.row.rows) == (seen, True, 40)
    orders.deliver(rows_of(40))
    assert (orders.view.waiting, orders.row.rows) == (False, 40)


def test_a_column_that_is_gone_or_of_another_type_breaks_what_was_expected_of_it(orders: Shop) -> None:
    orders.expect({"expect": "unique", "column": "email"}, {"expect": "range", "column": "amount", "from": 0})
    lines = [f"{n},x\n" for n in range(1, 41)]
    orders.file.write_text("id,amount\n" + "".join(lines), encoding="utf-8")
    orders.refresh()
    assert keys(orders) == ["EXPECTATION_COLUMN", "EXPECTATION_TYPE.range"]
    assert dict(orders.row.columns)["amount"] == "number"


def test_few_rows_may_go_and_many_may_not(office: Office) -> None:
    many = shop(office, 250)
    many.deliver(rows_of(151))
    assert (many.row.rows, many.step.status) == (151, StepStatus.SUCCESSFUL)
    many.deliver(rows_of(51))
    assert (many.row.rows, keys(many)) == (151, ["ROWS_LOST"])
    many.expect({"expect": "rows", "lose_percent": 90})
    many.refresh()
    assert many.row.rows == 51


def test_somebody_accepts_a_reading_once(orders: Shop) -> None:
    orders.deliver([])
    waiting = orders.view
    assert SourceQuality.objects.get(pk=orders.number).held["loaded"]["snapshot"] in needed(SystemClock())
    commands.accept(ALICE, orders.number, waiting.reading)
    assert orders.row.rows == 0
    entry = AuditEntry.objects.get(action="source reading accepted")
    assert entry.details == {"broken": ["ROWS_LOST.all"], "rows": 0, "rows_before": 40}
    with pytest.raises(Conflict, match="READING_NOT_WAITING"):
        commands.accept(ALICE, orders.number, waiting.reading)
    orders.refresh()
    assert not orders.step.problems
    assert not [one for one in everything(SystemClock()) if one.subject == f"source:{orders.number}"]
    orders.deliver(rows_of(30))
    orders.deliver([])
    assert orders.row.rows == 30


def test_what_somebody_did_not_see_is_not_accepted(orders: Shop) -> None:
    orders.expect(UNIQUE)
    orders.deliver([])
    seen = orders.view.reading
    orders.deliver(["1,a@b.org,gold,1,2026-11-01\n"] * 1 + ["2,a@b.org,gold,1,2026-11-01\n"])
    with pytest.raises(Conflict, match="READING_OTHER"):
        commands.accept(ALICE, orders.number, seen)
    assert orders.row.rows == 40


def test_what_would_be_broken_is_said_before_saving(orders: Shop) -> None:
    (one,) = queries.tried(
        ALICE, orders.number, [{"expect": "range", "column": "amount", "from": 1, "to": 38.5}]
    )
    assert (one.found, one.rows) == (Found.BROKEN, 2)
    assert one.problem is not None
    assert one.problem.params["examples"] == ["39", "40"]
    assert orders.view.expectations == ()


@pytest.mark.parametrize(
    ("told", "key", "where"),
    [
        ({"expect": "unique", "column": "emial"}, "EXPECTATION_COLUMN", "column"),
        ({"expect": "range", "column": "tier", "from": 1}, "EXPECTATION_TYPE.range", "column"),
        ({"expect": "values", "column": "tier", "values": []}, "EXPECTATION_INVALID.values", "values"),
        ({"expect": "range", "column": "amount", "from": 2, "to": 1}, "EXPECTATION_INVALID.swapped", "to"),
        ({"expect": "filled", "column": "tier", "percent": 101}, "EXPECTATION_INVALID.percent", "percent"),
        ({"expect": "rows", "lose_percent": "120 %"}, "EXPECTATION_INVALID.percent", "lose_percent"),
        ({"expect": "fresh", "column": "tier", "hours": 2}, "EXPECTATION_TYPE.fresh", "column"),
        ({"expect": "fresh", "column": "seen", "hours": 0}, "EXPECTATION_INVALID.whole", "hours"),
        ({"expect": "uniq", "column": "email"}, "EXPECTATION_INVALID.kind", "expect"),
        ({"expect": "unique", "column": "email", "hours": 3}, "EXPECTATION_INVALID.unknown", "hours"),
        (
            {"expect": "unique", "column": "email", "severity": "x"},
            "EXPECTATION_INVALID.severity",
            "severity",
        ),
        ({"expect": "rows"}, "EXPECTATION_INVALID.rows", "at_least"),
        ({"expect": "range", "column": "seen", "to": "soon"}, "EXPECTATION_INVALID.value", "to"),
    ],
)
def test_what_no_expectation_says_is_refused(
    orders: Shop, told: dict[str, object], key: str, where: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        orders.expect(told)
    assert [(one.key, one.where) for one in refused.value.problems] == [(key, f"expectations.0.{where}")]
    assert orders.view.expectations == ()


def test_a_viewer_is_not_told_a_header_that_may_be_a_person(orders: Shop) -> None:
    orders.expect(UNIQUE)
    orders.file.write_text("id,emial\n" + "".join(f"{n},x\n" for n in range(1, 41)), encoding="utf-8")
    orders.refresh()
    told = {
        role: queries.quality(Actor("somebody", role), orders.number).results[0].problem
        for role in (Role.CONTRIBUTOR, Role.VIEWER)
    }
    nears = {role: problem.params["near"] for role, problem in told.items() if problem is not None}
    assert nears == {Role.CONTRIBUTOR: "emial", Role.VIEWER: "***"}
