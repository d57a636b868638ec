"""Wrong values of paths, ranks, days told from today, columns beside each other and sets of profiles."""

from typing import Any

import pytest

from leleka.core.rules.parser import parse
from leleka.errors import InvalidInput
from tests.fakes.segment_tables import CATALOGUE

BOUGHT: dict[str, Any] = {"related": "purchases", "exists": True}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"related": [], "exists": True}, "RULE_EMPTY_LIST"),
        ({"related": ["purchases", "namesakes"], "exists": True}, "RULE_UNKNOWN_RELATIONSHIP"),
        ({"related": [{"relationship": "purchases"}], "exists": True}, "RULE_SHAPE"),
        ({"related": "purchases", "last": "Note", "is": "x"}, "RULE_SHAPE"),
        ({"related": "purchases", "last": "Note", "by": "Note", "is": "x"}, "RULE_TYPE"),
        ({"related": "purchases", "sum": "Price", "by": "At", ">": 1}, "RULE_SHAPE"),
        ({"related": "purchases", "max": "Price", "in the top": 3}, "RULE_UNKNOWN_OPERATOR"),
        ({"related": "purchases", "last": "Note", "by": "At", "is empty": True}, "RULE_UNKNOWN_OPERATOR"),
        ({"rows of": "receipts", "exists": True}, "RULE_UNKNOWN_TABLE"),
        ({"column": "Income", ">": {"column": "Name"}}, "RULE_TYPE"),
        ({"column": "Income", ">": {"column": "Incame"}}, "RULE_UNKNOWN_COLUMN"),
        ({"column": "Income", ">": {"value": 1}}, "RULE_SHAPE"),
        ({"column": "Name", "contains": {"column": "t0"}}, "RULE_TYPE"),
        ({"column": "Income", "in the top": "0 %"}, "RULE_VALUE"),
        ({"column": "Income", "in the top": "101 %"}, "RULE_VALUE"),
        ({"column": "Income", "in the top": 0.1}, "RULE_TYPE"),
        ({"column": "Born", "in this": "day"}, "RULE_VALUE"),
        ({"column": "Born", "before": "36501 days ago"}, "RULE_VALUE"),
        ({"column": "Born", "between": ["today", "yesterday"]}, "RULE_VALUE"),
        ({"column": "Born", "anniversary in the next": 367}, "RULE_VALUE"),
        ({"random share": "spring"}, "RULE_SHAPE"),
        ({"random share": {"seed": "spring"}}, "RULE_VALUE"),
        ({"random share": {"seed": " ", "to": 10}}, "RULE_VALUE"),
        ({"random share": {"seed": "two\nlines", "to": 10}}, "RULE_VALUE"),
        ({"random share": {"seed": "spring", "from": 10, "to": 10}}, "RULE_VALUE"),
        ({"random share": {"seed": "spring", "to": 0.001}}, "RULE_VALUE"),
        ({**BOUGHT, "where": {"random share": {"seed": "spring", "to": 10}}}, "RULE_SHAPE"),
        ({**BOUGHT, "where": {"segment": "Regulars"}}, "RULE_SHAPE"),
        ({"segment": "Regular"}, "RULE_UNKNOWN_SEGMENT"),
        ({"list": ["Never"]}, "RULE_UNKNOWN_LIST"),
    ],
)
def test_a_wrong_value_is_refused(data: object, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(data, CATALOGUE)
    assert [problem.code for problem in caught.value.problems] == [code]
