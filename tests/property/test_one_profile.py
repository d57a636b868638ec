"""Whatever the rule: of one profile the engine says what it says when it looks for all members."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leleka.core.rules.model import Related
from leleka.core.rules.parser import parse
from leleka.services.builder import tree
from leleka.warehouse.customers import standing
from leleka.warehouse.live_counts import Ground
from leleka.warehouse.segments import compile_rule
from tests.fakes.rules_reference import Rows, matches
from tests.fakes.segment_tables import CATALOGUE, write_sets, write_tables
from tests.property.test_rules_against_reference import TODAY, desk, rules, tables


@pytest.mark.parametrize("examples", [15, pytest.param(150, marks=pytest.mark.long)])
def test_a_rule_holds_for_its_members_and_for_nobody_else(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(rows=tables(), asked=st.lists(rules(CATALOGUE.profile_table, 3), min_size=4, max_size=4))
    def ask(rows: Rows, asked: list[dict[str, Any]]) -> None:
        with desk() as (session, folder):
            sets = write_sets(session, folder)
            ground = Ground(CATALOGUE, write_tables(rows, folder), TODAY, sets=sets)
            for data in asked:
                node = tree.read(data, CATALOGUE, "rules")
                assert node.rule is not None
                query = compile_rule(node.rule, CATALOGUE, ground.tables, TODAY, sets=sets)
                members = {name for (name,) in session.rows(query)}
                parts = [one.rule for one in tree.walk(node) if one.rule is not None]
                for row in rows["customers"][:3]:
                    key = str(row["Id"])
                    told = standing.holding(session, ground, key, node.rule, parts)
                    assert told[0] == (key in members)
                    assert told == [matches(part, row, rows, TODAY) for part in parts]

    ask()


def test_what_is_measured_is_that_of_the_one_profile() -> None:
    rows: Rows = {
        "customers": [{"Id": f"C{number}"} for number in range(3)],
        "purchases": [{"Number": n, "Customer": f"C{n % 2}", "Price": float(n)} for n in range(5)],
    }
    asked: list[tuple[dict[str, Any], tuple[object, ...]]] = [
        ({"related": "purchases", "exists": True}, (3, 2, 0)),
        ({"related": "purchases", "count": "rows", ">": 9}, (3, 2, 0)),
        ({"related": "purchases", "sum": "Price", ">": 9}, (6.0, 4.0, None)),
        ({"related": "purchases", "max": "Price", ">": 9}, (4.0, 3.0, None)),
        ({"related": "purchases", "last": "Price", "by": "Number", ">": 9}, (4.0, 3.0, None)),
        (
            {"related": "purchases", "count": "rows", ">": 9, "where": {"column": "Price", ">": 1}},
            (2, 1, 0),
        ),
    ]
    with desk() as (session, folder):
        ground = Ground(CATALOGUE, write_tables(rows, folder), TODAY)
        for data, expected in asked:
            rule = parse(data, CATALOGUE)
            assert isinstance(rule, Related)
            assert [standing.measured(session, ground, f"C{n}", rule) for n in range(3)] == list(expected)
