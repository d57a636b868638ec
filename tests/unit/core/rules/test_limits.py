"""How deep and how large rules may be: refused early, before they cost anything."""

from typing import Any

import pytest

from leleka.core.rules.model import Rule
from leleka.core.rules.parser import parse
from leleka.errors import InvalidInput, Problem
from tests.fakes.segment_tables import CATALOGUE

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


def test_rules_nest_fifty_levels_deep_and_no_deeper() -> None:
    data: object = NAMED
    for _ in range(49):
        data = {"not": data}
    read(data)
    assert problem({"not": data}).code == "RULE_TOO_DEEP"


def test_a_rule_follows_twenty_relationships_and_no_more() -> None:
    data: object = {**BOUGHT}
    for _ in range(19):
        data = {**BOUGHT, "where": data}
    read(data)
    assert problem({**BOUGHT, "where": data}).code == "RULE_TOO_DEEP"


def test_a_segment_has_two_thousand_conditions_and_no_more() -> None:
    read({"any": [NAMED] * 2_000})
    assert problem({"any": [NAMED] * 2_001}).code == "RULE_TOO_LARGE"


def test_aliases_that_stand_for_billions_of_rules_are_refused_at_once() -> None:
    leaves: list[object] = [NAMED, {"all": []}, 5]
    for leaf in leaves:
        data: object = leaf
        for _ in range(20):
            data = {"all": [data] * 10}
        assert problems(data)[-1].code == "RULE_TOO_LARGE"
