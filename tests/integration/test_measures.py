"""Measures from definitions to contacts: calculated in the chain, asked for by rules, sent in fields."""

from datetime import date

import pytest

from leleka.core.clock import SystemClock
from leleka.errors import InvalidInput, NeedsAttention
from leleka.services.segments import queries as segment_queries
from leleka.state.models import Measure, Segment
from tests.integration.measuring import MEASURES, Shop, measured, values_of
from tests.integration.office import ALICE, Office
from tests.integration.people import lend_a_name

CLOCK = SystemClock()


@pytest.fixture
def shop(office: Office) -> Shop:
    office.hire(3)
    shop = Shop(office)
    shop.order(
        ("1", "10.10", "2026-01-05", "web"),
        ("1", "20.20", "2026-02-05", "web"),
        ("1", "5", "2026-01-20", "shop"),
        ("2", "7", "2026-03-01", "shop"),
        ("2", "1", "2026-02-01", "phone"),
    )
    office.apply(measured())
    lend_a_name()
    return shop


def test_measures_of_a_file_are_calculated_in_the_chain(shop: Shop) -> None:
    steps = shop.refresh()
    assert {status for status, _ in steps.values()} == {"Successful"}
    assert values_of("orders ever") == {"1": 3, "2": 2, "3": 0}
    assert values_of("revenue") == {"1": 30.3, "2": 0, "3": 0}
    assert values_of("last order") == {"1": date(2026, 2, 5), "2": date(2026, 3, 1)}
    assert values_of("usual channel") == {"1": "web", "2": "phone"}  # of two that are as frequent the first
    assert values_of("label")["3"] == "gold of Київ"
    assert list(steps).index("revenue") < list(steps).index("Gold")


def test_of_rows_of_one_moment_the_value_decides_so_that_it_stays_the_same(office: Office) -> None:
    """The first is the least, the last the greatest: as if the value were a part of the moment."""
    office.hire(1)
    shop = Shop(office)
    shop.order(*(("1", "1", "2026-01-05", channel) for channel in ("shop", "web", "app", "phone")))
    ordered = [f"{{name: {end}, related: placed, {end}: channel, by: ordered}}" for end in ("first", "last")]
    office.apply(measured(MEASURES + "".join(f"  - {one}\n" for one in ordered)))
    shop.refresh()
    assert (values_of("first"), values_of("last")) == ({"1": "app"}, {"1": "web"})


def test_a_segment_asks_for_a_measure_and_its_preview_shows_it(shop: Shop) -> None:
    view, (first, second) = segment_queries.show_segment(ALICE, "Gold", CLOCK, 5)
    assert view.size == 2
    assert [(one["id"], one["orders ever"]) for one in (first, second)] == [("1", 3), ("2", 2)]
    assert "revenue" not in first  # nobody has calculated it yet
    shop.refresh()
    _, members = segment_queries.show_segment(ALICE, "Gold", CLOCK, 5)
    assert [one["revenue"] for one in members] == [30.3, 0]


def test_only_contacts_whose_measure_changed_are_sent_again(shop: Shop) -> None:
    counts = shop.office.run().counts
    assert counts is not None
    assert counts.delivered == 2
    assert {address: one["fields"][3] for address, one in shop.office.listed().items()} == {
        "p1@x.test": "30.3",
        "p2@x.test": "0",
    }
    shop.order(("2", "4.25", "2026-04-01", "web"), ("1", "3", "2026-04-01", "shop"))
    counts = shop.office.run().counts
    assert counts is not None
    assert (counts.changed, counts.unchanged) == (1, 1)
    assert shop.office.listed()["p2@x.test"]["fields"][3] == "4.25"


def test_a_measure_that_lost_its_column_fails_what_uses_it_alone(shop: Shop) -> None:
    busy = '  - name: Busy\n    rules: {column: revenue, ">": 1}\n'
    shop.office.apply(measured().replace("connections:", f"{busy}connections:", 1))
    shop.refresh()
    before = Measure.objects.get(name="revenue")
    (shop.office.folder / "orders.csv").write_text(
        "customer,amount,ordered\n1,1,2026-01-01\n1,1,2026-01-02\n", encoding="utf-8"
    )
    steps = shop.refresh()
    assert steps["revenue"] == ("Failed", ["RULE_UNKNOWN_COLUMN"])
    assert steps["Busy"] == ("Skipped", ["UPSTREAM_FAILED"])
    assert steps["Gold"] == ("Successful", [])
    assert Segment.objects.get(name="Gold").size == 1
    after = Measure.objects.get(name="revenue")
    assert after.snapshot == before.snapshot
    assert [one["code"] for one in after.problems] == ["RULE_UNKNOWN_COLUMN"]
    with pytest.raises(NeedsAttention) as refused:
        segment_queries.show_segment(ALICE, "Busy", CLOCK, 5)
    assert refused.value.code == "MEASURE_BROKEN"
    with pytest.raises(NeedsAttention) as failed:
        shop.office.run()
    assert failed.value.code == "MEASURE_BROKEN"


def test_a_measure_is_calculated_again_only_where_something_changed(shop: Shop) -> None:
    shop.refresh()
    before = dict(Measure.objects.values_list("name", "snapshot"))
    sizes = Segment.objects.get(name="Gold").snapshot
    shop.refresh()
    assert dict(Measure.objects.values_list("name", "snapshot")) == before
    assert Segment.objects.get(name="Gold").snapshot == sizes
    shop.order(("3", "1", "2026-05-01", "web"))
    shop.refresh()
    after = dict(Measure.objects.values_list("name", "snapshot"))
    assert {name for name in after if after[name] == before[name]} == {"label"}


def test_definitions_refuse_what_a_measure_may_not_be(shop: Shop) -> None:
    wrong = MEASURES + (
        "  - {name: city, related: placed, count: rows}\n"
        "  - {name: twice, lower: {column: label}}\n"
        "  - {name: who, related: placed, most frequent: customer}\n"
        "  - {name: what, related: placed, sum: channel}\n"
    )
    with pytest.raises(InvalidInput) as refused:
        shop.office.apply(measured(wrong))
    codes = [one.code for one in refused.value.problems]
    assert codes == ["MEASURE_NAME_IS_COLUMN", "MEASURE_OF_MEASURE", "MEASURE_IDENTIFYING", "RULE_TYPE"]
