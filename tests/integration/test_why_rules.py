"""Why somebody is in a segment, or is not: each part of its rules with the person's own value."""

import pytest

from leleka.errors import Forbidden
from leleka.services.customers import queries as customer_queries
from leleka.services.lists import commands as list_commands
from leleka.services.segments import commands as segment_commands
from leleka.services.why import queries as why_queries
from leleka.state.models import AuditEntry, Segment
from tests.integration.customers import VERA
from tests.integration.explaining import (
    JOHN,
    OLENA,
    YIZHAK,
    ZOE,
    news,
    rules,
    shop,
    step,
    stops,
    verdict,
    why,
)
from tests.integration.office import ALICE, Office

__all__ = ["shop"]
_TWICE = '{all: [{related: placed, count: rows, ">=": 2}, {column: city, any of: [Київ, Lviv]}]}'


def test_what_is_counted_of_related_rows_is_told(shop: Office) -> None:
    rules(_TWICE)
    shop.run()
    view = why(JOHN)
    assert "“placed” is at least 2. What is there: 1." in view.verdict["en"]
    told = [(one.path, one.depth, one.holds, one.value.get("en", "")) for one in step(view, "segment").rules]
    assert told == [
        ("rules", 0, False, ""),
        ("rules.all[0]", 1, False, "1"),
        ("rules.all[1]", 1, True, "Lviv"),
    ]
    assert [one.value["en"] for one in step(why(OLENA), "segment").rules[1:]] == ["2", "Київ"]


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("{related: placed, sum: amount, '>': 50}", "40"),
        ("{related: placed, avg: amount, '>': 50}", "20"),
        ("{related: placed, max: ordered, before: 2020-01-01}", "March 1, 2026"),
        ("{related: placed, last: amount, by: ordered, '<': 5}", "30"),
        ("{related: placed, exists: false}", "2"),
        ("{related: [placed, part of], count distinct: item, '>': 9}", "3"),
        ("{related: placed, count: rows, '>': 1, where: {column: amount, '>': 20}}", "1"),
        ("{column: spent, '>': 100}", "40.0"),
        ("{not: {column: city, is: Київ}}", "Київ"),
        ("{any: [{column: tier, is: none}, {column: tier, is: other}]}", ""),
        ("{except: [{column: tier, is: gold}, {column: city, is: Київ}]}", ""),
        ("{random share: {seed: x, from: 99.99, to: 100}}", ""),
    ],
)
def test_the_value_that_fails_is_told_of_every_kind_of_rule(rule: str, value: str) -> None:
    rules(rule)
    told = verdict(OLENA)
    assert told.startswith("Not in the list: in segment “Gold” this does not hold: ")
    assert told.endswith(f" What is there: {value}." if value else ".")
    assert (" What is there: " in told) is bool(value)


@pytest.mark.usefixtures("shop")
def test_a_list_of_those_who_never_get_anything_is_named() -> None:
    list_commands.create(ALICE, "Never", [ZOE], "email")
    rules("{all: [{column: tier, is: gold}, {not: {list: Never}}]}")
    assert "the profile is not in the list “Never”" in verdict(ZOE)


def test_what_the_last_run_used_and_what_holds_now_are_both_told(shop: Office) -> None:
    shop.run()
    row = Segment.objects.get(name="Gold")
    segment_commands.update(ALICE, row.pk, "Gold", "{column: tier, is: silver}", row.version)
    zoe, john = step(why(ZOE), "segment"), step(why(JOHN), "segment")
    assert [one["en"].partition(":")[0] for one in zoe.notes] == [
        "The last run had them in this segment.",
        "The rules were changed after that run",
    ]
    assert (zoe.held, "leaves with the next evaluation" in zoe.said["en"]) == (False, True)
    assert (john.held, "comes in with the next evaluation" in john.said["en"]) == (True, True)
    assert john.notes[0]["en"] == "The last run did not have them in this segment."
    assert why(ZOE).verdict["en"].startswith("Still in the list, but no longer in a segment of the export: ")
    assert verdict(JOHN) == "Not in the list: the run was planned without this person."


def test_an_inactive_segment_keeps_its_last_members(shop: Office) -> None:
    rules("{column: tier, is: gold}")
    Segment.objects.update(active=False)
    zoe, john = why(ZOE), why(JOHN)
    assert (step(zoe, "segment").held, stops(zoe)[0]) == (True, "run")
    assert (
        zoe.verdict["en"]
        == "Not in the list: the export sends nothing while these segments are inactive: Gold."
    )
    assert "“Gold” is inactive and keeps its last members" in john.verdict["en"]
    assert shop.imports() == 0


def test_a_segment_alone_is_explained(shop: Office) -> None:
    row = Segment.objects.get(name="Gold")
    inside = why_queries.why_in_segment(ALICE, row.pk, address=ZOE)
    outside = why_queries.why_in_segment(ALICE, row.pk, address=YIZHAK)
    assert (inside.inside, inside.verdict["en"]) == (True, "In the segment.")
    assert outside.verdict["en"].endswith("“tier” is “gold”. What is there: basic.")
    assert shop.imports() == 0


def test_a_viewer_sees_it_masked_and_not_by_an_address(shop: Office) -> None:
    rules("{all: [{column: tier, is: silver}, {column: first_name, is: Nobody}]}")
    shop.run()
    with pytest.raises(Forbidden, match="CUSTOMERS_MASKED"):
        why_queries.why(VERA, news(), address=JOHN)
    before = AuditEntry.objects.count()
    view = why_queries.why(VERA, news(), customer=customer_queries.reference_to(ALICE, "c2"))
    assert AuditEntry.objects.count() == before
    assert (view.masked, view.address, view.may_ask) == (True, "j***@y***", False)
    told = str([view.verdict, view.title, [(one.said, one.rules) for one in view.steps]])
    told += str([[(rule.said, rule.value) for rule in one.rules] for one in view.steps])
    assert not any(value in told for value in ("John", "O’Brien", JOHN, "Nobody", "c2"))
    assert "silver" in told
