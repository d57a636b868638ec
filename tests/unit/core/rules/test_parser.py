"""Parsing rules: both forms mean the same, and everything that is wrong is reported at once, in its place."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from leleka.core.columns import Catalogue, Relationship
from leleka.core.rules.model import (
    Comparison,
    Condition,
    Rule,
    columns_used,
    relationships_used,
    uses_today,
)
from leleka.core.rules.operators import OPERATORS
from leleka.core.rules.parser import parse
from leleka.core.rules.writing import to_data
from leleka.errors import InvalidInput, Problem
from leleka.messages.problems import english
from tests.fakes.segment_tables import CATALOGUE, CUSTOMERS, LINES, PURCHASES

NAMED: dict[str, Any] = {"column": "Name", "is": "Олена"}
BOUGHT: dict[str, Any] = {"related": "purchases", "exists": True}


def read(data: object) -> Rule:
    return parse(data, CATALOGUE)


def problems(data: object) -> list[Problem]:
    with pytest.raises(InvalidInput) as caught:
        read(data)
    return list(caught.value.problems)


def problem(data: object) -> Problem:
    (only,) = problems(data)
    return only


def compared(data: object) -> Comparison:
    rule = read(data)
    assert isinstance(rule, Condition)
    return rule.comparison


@pytest.mark.parametrize(
    ("shorthand", "long"),
    [
        ({"column": "Name", "is": "high"}, {"column": "Name", "operator": "is", "value": "high"}),
        ({"column": "Visits", "is": 3.0}, {"column": "Visits", "operator": "=", "value": 3}),
        ({"column": "Income", "!=": 3}, {"column": "Income", "operator": "is not", "value": 3.0}),
        (
            {"column": "Born", "is": "2000-02-29"},
            {"column": "Born", "operator": "on", "value": date(2000, 2, 29)},
        ),
        ({"column": "Active", "is": True}, {"column": "Active", "operator": "is true"}),
        ({"column": "Active", "is": False}, {"column": "Active", "operator": "is false", "value": True}),
        (
            {"column": "Seen", "in the last": "1 day"},
            {"column": "Seen", "operator": "in the last", "value": 1},
        ),
        ({"column": "Born", "month of": 5}, {"column": "Born", "operator": "month of", "value": [5, 5]}),
        ({"column": "Name", "is empty": True}, {"column": "Name", "operator": "is empty"}),
        (BOUGHT, {"related": "purchases", "measure": "exists"}),
        ({"related": "purchases", "exists": False}, {"not": {"related": "purchases", "measure": "exists"}}),
        (
            {"related": "purchases", "count": "rows", ">=": 3},
            {"related": "purchases", "measure": "count", "operator": ">=", "value": 3},
        ),
        (
            {"related": "purchases", "max": "At", "in the last": "90 days"},
            {"related": "purchases", "measure": "max", "of": "At", "operator": "in the last", "value": 90},
        ),
    ],
)
def test_the_shorthand_and_the_long_form_mean_the_same(shorthand: object, long: object) -> None:
    assert read(shorthand) == read(long)
    assert to_data(read(shorthand)) == to_data(read(long))


def test_the_canonical_form_is_long_and_of_json_types() -> None:
    where = {"column": "At", "between": [date(2026, 1, 1), "2026-01-31"]}
    rule = read({"except": [{**BOUGHT, "where": where}, {**NAMED, "ignore case": True}]})
    between = {"column": "At", "operator": "between", "value": ["2026-01-01", "2026-01-31"]}
    assert to_data(rule) == {
        "except": [
            {"related": "purchases", "measure": "exists", "where": between},
            {"column": "Name", "operator": "is", "value": "Олена", "ignore case": True},
        ]
    }


def test_a_repeated_value_of_a_list_is_kept_once_and_in_order() -> None:
    assert compared({"column": "Name", "any of": ["b", "a", "b"]}).operand == ("b", "a")


def test_a_relationship_is_walked_both_ways_and_over_several_hops() -> None:
    heavy = {"related": "lines", "sum": "Weight", ">": 10}
    rule = read(
        {**BOUGHT, "where": {"all": [heavy, {"related": "purchases", "exists": True, "where": NAMED}]}}
    )
    assert relationships_used(rule) == {"purchases", "lines"}
    assert columns_used(rule) == {("lines", "Weight"), ("customers", "Name")}


@pytest.mark.parametrize(
    ("data", "changes"),
    [
        ({"column": "Born", "in the last": 30}, True),
        ({"not": {"related": "purchases", "max": "At", "in the next": 3}}, True),
        ({**BOUGHT, "where": {"column": "At", "in the last": 3}}, True),
        ({"column": "Born", "before": "2026-01-01"}, False),
        (BOUGHT, False),
    ],
)
def test_a_rule_knows_whether_it_depends_on_the_day(data: object, changes: bool) -> None:
    assert uses_today(read(data)) is changes


def test_all_problems_are_said_at_once_each_in_its_place() -> None:
    data = {
        "all": [
            {"column": "Nmae", "is": "x"},
            {"column": "Visits", "contains": "x"},
            {
                "any": [
                    {"column": "Name", "is": True},
                    {"not": {"column": "Income", "operator": ">", "value": "9"}},
                ]
            },
            {**BOUGHT, "where": {"column": "Price", "any of": [1, "2", 3, None]}},
        ]
    }
    assert [(found.code, found.where) for found in problems(data)] == [
        ("RULE_UNKNOWN_COLUMN", "rules.all[0].column"),
        ("RULE_UNKNOWN_OPERATOR", "rules.all[1]"),
        ("RULE_TYPE", "rules.all[2].any[0].is"),
        ("RULE_TYPE", "rules.all[2].any[1].not.value"),
        ("RULE_TYPE", "rules.all[3].where.any of[1]"),
        ("RULE_TYPE", "rules.all[3].where.any of[3]"),
    ]


def test_a_misspelled_column_is_recognised() -> None:
    assert english(problem({"column": "name", "is": "x"})).remedy == "Did you mean 'Name'?"
    assert english(problem({"column": "Incme", ">": 1})).remedy == "Did you mean 'Income'?"


def test_a_wrong_operator_names_the_allowed_ones() -> None:
    remedy = english(problem({"column": "Name", "start with": "x"})).remedy
    assert remedy.startswith("Did you mean 'starts with'? Allowed: is, is not, any of")
    assert "between" not in remedy


def test_a_measure_has_no_empty_operators() -> None:
    assert problem({"related": "purchases", "avg": "Price", "is empty": True}).code == "RULE_UNKNOWN_OPERATOR"


@pytest.mark.parametrize("value", [True, 5, 1.5, date(2026, 1, 1), None])
def test_what_is_no_text_is_to_be_quoted(value: object) -> None:
    found = problem({"column": "Name", "is": value})
    assert (found.code, english(found).remedy) == ("RULE_TYPE", "Write it in quotes.")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"column": "Visits", "=": 1.5}, "RULE_TYPE"),
        ({"column": "Visits", "=": True}, "RULE_TYPE"),
        ({"column": "Visits", "=": 2**63}, "RULE_VALUE"),
        ({"column": "Visits", "=": float("nan")}, "RULE_TYPE"),
        ({"column": "Income", "=": float("nan")}, "RULE_VALUE"),
        ({"column": "Income", "=": 10**400}, "RULE_VALUE"),
        ({"column": "Income", "between": [2, 1]}, "RULE_VALUE"),
        ({"column": "Income", "between": [1]}, "RULE_TYPE"),
        ({"column": "Income", "between": 1}, "RULE_TYPE"),
        ({"column": "Born", "on": "2026-02-30"}, "RULE_VALUE"),
        ({"column": "Born", "on": "20260228"}, "RULE_VALUE"),
        ({"column": "Born", "on": ""}, "RULE_VALUE"),
        ({"column": "Born", "any of": []}, "RULE_UNKNOWN_OPERATOR"),
        ({"column": "Seen", "on": datetime(2026, 1, 1, tzinfo=UTC)}, "RULE_TYPE"),
        ({"column": "Born", "month of": 13}, "RULE_VALUE"),
        ({"column": "Born", "month of": "May"}, "RULE_TYPE"),
        ({"column": "Born", "month of": []}, "RULE_EMPTY_LIST"),
        ({"column": "Born", "in the last": "two weeks"}, "RULE_TYPE"),
        ({"column": "Born", "in the last": True}, "RULE_TYPE"),
        ({"column": "Born", "in the last": 0}, "RULE_VALUE"),
        ({"column": "Born", "in the next": 36_501}, "RULE_VALUE"),
        ({"column": "Active", "is": "yes"}, "RULE_TYPE"),
        ({"column": "Active", "is true": False}, "RULE_VALUE"),
        ({"column": "Name", "is empty": False}, "RULE_VALUE"),
        ({"column": "Name", "is": ["a"]}, "RULE_TYPE"),
        ({"column": "Name", "is": " \u00a0"}, "RULE_VALUE"),
        ({"column": "Name", "contains": ""}, "RULE_VALUE"),
        ({"column": "Name", "is": "a\0b"}, "RULE_VALUE"),
        ({"column": "Name", "is": "\ud800"}, "RULE_VALUE"),
        ({"column": "Name", "any of": []}, "RULE_EMPTY_LIST"),
        ({"column": "Name", "any of": ["a", ""]}, "RULE_VALUE"),
        ({"column": "Name", "any of": "a"}, "RULE_TYPE"),
        ({"column": "Name", "any of": ["a"] * 100_001}, "RULE_TOO_LARGE"),
        ({"related": "purchases", "sum": "Note", ">": 1}, "RULE_TYPE"),
        ({"related": "purchases", "avg": "At", ">": 1}, "RULE_TYPE"),
        ({"related": "purchases", "sum": "Prise", ">": 1}, "RULE_UNKNOWN_COLUMN"),
        ({"related": "lines", "exists": True}, "RULE_UNKNOWN_RELATIONSHIP"),
        ({"related": "purchases", "exists": 1}, "RULE_VALUE"),
        ({"all": []}, "RULE_EMPTY_LIST"),
    ],
)
def test_a_wrong_value_is_refused(data: object, code: str) -> None:
    assert problem(data).code == code


@pytest.mark.parametrize(
    "data",
    [
        None,
        "Name is x",
        [NAMED],
        {},
        {1: "x"},
        {"all": NAMED},
        {"not": [NAMED]},
        {"all": [NAMED], "any": [NAMED]},
        {"all": [NAMED], "remark": "x"},
        {"union": [NAMED]},
        {**BOUGHT, "where": {"union": [NAMED, NAMED]}},
        {"column": "Name"},
        {"column": 5, "is": "x"},
        {"column": ["Name"], "is": "x"},
        {"column": "Name", "is": "x", "contains": "y"},
        {"column": "Name", "operator": "is"},
        {"column": "Name", "operator": "is", "value": "x", "vaule": "y"},
        {"column": "Visits", "=": 1, "ignore case": True},
        {"column": "Name", "is empty": True, "ignore case": True},
        {"related": "purchases"},
        {"related": "purchases", "sum": "Price", "avg": "Price", ">": 1},
        {"related": "purchases", "count": {">=": 3}},
        {"related": "purchases", "count": "rows"},
        {"related": "purchases", "measure": ["count"], ">=": 3},
        {**BOUGHT, ">=": 3},
        {**BOUGHT, "where": None},
    ],
)
def test_what_has_not_the_shape_of_a_rule_is_refused(data: object) -> None:
    assert problem(data).code == "RULE_SHAPE"


def test_a_message_never_repeats_a_value() -> None:
    secret = "olena@example.com"
    for data in (
        {"column": "Income", ">": secret},
        {"column": "Born", "on": secret},
        {"column": "Active", "is": secret},
    ):
        assert secret not in str(problem(data))


def test_a_relationship_without_its_columns_is_refused() -> None:
    broken = Relationship("purchases", "purchases", "Customer", "customers", "Gone")
    catalogue = Catalogue(
        "customers", {"customers": CUSTOMERS, "purchases": PURCHASES}, {"purchases": broken}
    )
    with pytest.raises(InvalidInput) as caught:
        parse(BOUGHT, catalogue)
    assert caught.value.code == "RULE_UNKNOWN_RELATIONSHIP"


def test_problems_are_placed_below_the_given_root() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse({"not": 1}, CATALOGUE, "segments[2].rules")
    assert caught.value.problems[0].where == "segments[2].rules.not"


def test_every_type_of_column_can_be_asked_whether_it_is_empty() -> None:
    types = {column.type for table in (CUSTOMERS, PURCHASES, LINES) for column in table.columns}
    assert types == set(OPERATORS)
    for column in CUSTOMERS.columns:
        assert compared({"column": column.name, "is not empty": True}).operand is None
