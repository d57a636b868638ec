"""Rules that nobody fits, or everybody: found where it is certain, and nowhere else."""

from typing import Any

import pytest

from leleka.core.rules.contradictions import findings
from leleka.core.rules.parser import parse
from leleka.core.rules.writing import to_data
from tests.fakes.segment_tables import CATALOGUE

BEFORE: dict[str, Any] = {"column": "Born", "before": "1990-01-01"}
AFTER: dict[str, Any] = {"column": "Born", "after": "1995-01-01"}


def found(rule: Any) -> list[tuple[Any, ...]]:
    stored = to_data(parse(rule, CATALOGUE))
    return [(one.first, one.second, one.always, one.of_rows) for one in findings(stored)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (BEFORE, AFTER),
        ({"column": "Visits", ">": 5}, {"column": "Visits", "<=": 5}),
        ({"column": "Visits", "between": [1, 3]}, {"column": "Visits", "between": [4, 5]}),
        ({"column": "Visits", "=": 7}, {"column": "Visits", "<": 7}),
        ({"column": "Visits", "any of": [1, 2]}, {"column": "Visits", ">": 2}),
        ({"column": "Visits", "any of": [1, 2]}, {"column": "Visits", "none of": [2, 1, 3]}),
        ({"column": "Name", "is": "a"}, {"column": "Name", "is": "b"}),
        ({"column": "Name", "is": "a"}, {"column": "Name", "is not": "a"}),
        ({"column": "Name", "is": "abc"}, {"column": "Name", "starts with": "b"}),
        ({"column": "Name", "is": "a"}, {"column": "Name", "is empty": True}),
        ({"column": "Name", "is empty": True}, {"column": "Name", "is not empty": True}),
        ({"column": "Active", "is": True}, {"column": "Active", "is": False}),
        ({"column": "Born", "before": "30 days ago"}, {"column": "Born", "after": "yesterday"}),
        (
            {"related": "purchases", "count": "rows", "<": 2},
            {"related": "purchases", "count": "rows", ">=": 2},
        ),
    ],
)
def test_two_conditions_that_exclude_each_other_are_found(first: Any, second: Any) -> None:
    assert found({"all": [{"column": "t0", "is": "x"}, first, second]}) == [
        (("all", 1), ("all", 2), False, False)
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (BEFORE, {"column": "Seen", "after": "1995-01-01"}),
        (BEFORE, {"column": "Born", "after": "yesterday"}),
        ({"column": "Visits", ">=": 5}, {"column": "Visits", "<=": 5}),
        ({"column": "Visits", "any of": [1, 2]}, {"column": "Visits", ">": 1}),
        ({"column": "Name", "is": "a"}, {"column": "Name", "is": "A", "ignore case": True}),
        ({"column": "Name", "is": "a"}, {"column": "Name", "is not": "b"}),
        ({"column": "Name", "is empty": True}, {"column": "Name", "is not": "b"}),
        ({"column": "Name", "is": "a"}, {"column": "Name", "is": {"column": "t0"}}),
        ({"column": "Income", ">": 5}, {"column": "Income", "in the top": 1}),
        (
            {"related": "purchases", "count": "rows", "<": 2},
            {"related": "purchases", "count": "rows", ">=": 2, "where": {"column": "Price", ">": 1}},
        ),
    ],
)
def test_what_somebody_may_fit_is_left_alone(first: Any, second: Any) -> None:
    assert found({"all": [first, second]}) == []


def test_conditions_about_rows_are_told_apart() -> None:
    where = {"all": [{"column": "Price", "<": 1}, {"column": "Price", ">": 2}]}
    assert found({"related": "purchases", "exists": True, "where": where}) == [
        (("where", "all", 0), ("where", "all", 1), False, True)
    ]


@pytest.mark.parametrize(
    ("rules", "always"),
    [
        ([{"column": "Name", "is not": "a"}, {"column": "Name", "is not": "b"}], True),
        ([{"column": "Name", "is empty": True}, {"column": "Name", "is not empty": True}], True),
        ([{"not": BEFORE}, {"not": AFTER}], True),
        ([BEFORE, AFTER], False),
        (
            [{"column": "Visits", "<": 5}, {"column": "Visits", ">": 3}],
            False,
        ),  # who has no value does not fit
        ([{"column": "Name", "is not": "a"}, {"column": "Name", "is not": "a"}], False),
    ],
)
def test_where_one_is_enough_everybody_may_fit(rules: list[Any], always: bool) -> None:
    assert found({"any": rules}) == ([(("any", 0), ("any", 1), True, False)] if always else [])
