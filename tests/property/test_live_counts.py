"""Whatever the rule: what Python makes of the sets of its parts is what the engine finds for the whole."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leleka.core.rules.model import Related
from leleka.core.rules.parser import parse
from leleka.services.builder import tree
from leleka.services.builder.sets import Found, combined, estimate
from leleka.services.builder.tree import Node
from leleka.warehouse import live_counts
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.live_counts import Ground, places_of
from leleka.warehouse.segments import compile_rule
from tests.fakes.rules_reference import Rows
from tests.fakes.segment_tables import CATALOGUE, write_sets, write_tables
from tests.property.test_rules_against_reference import TODAY, desk, rules, tables


def found_by_parts(session: Engine, ground: Ground, node: Node, profiles: int) -> Found:
    if not node.how:
        assert node.rule is not None
        return Found(live_counts.fitting(session, ground, node.rule), exact=True)
    inside = [found_by_parts(session, ground, one, profiles) for one in node.inside]
    return combined(node.how, inside, profiles)


@pytest.mark.parametrize("examples", [20, pytest.param(200, marks=pytest.mark.long)])
def test_the_sets_of_the_parts_make_the_set_of_the_whole(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(rows=tables(), asked=st.lists(rules(CATALOGUE.profile_table, 3), min_size=4, max_size=4))
    def ask(rows: Rows, asked: list[dict[str, Any]]) -> None:
        with desk() as (session, folder):
            sets = write_sets(session, folder)
            ground = Ground(CATALOGUE, write_tables(rows, folder), TODAY, sets=sets)
            profiles = live_counts.profiles(session, ground)
            assert live_counts.fitting(session, ground) == (1 << profiles) - 1
            for data in asked:
                found = found_by_parts(session, ground, tree.read(data, CATALOGUE, "rules"), profiles)
                whole = compile_rule(parse(data, CATALOGUE), CATALOGUE, ground.tables, TODAY, sets=sets)
                places = places_of(found.bits, profiles)
                told = live_counts.rows_at(session, ground, places, ["Id"]) if places else []
                assert sorted(name for _, name in told) == sorted(name for (name,) in session.rows(whole))

    ask()


@settings(max_examples=100, deadline=None)
@given(rules(CATALOGUE.profile_table), st.sampled_from(["no such column", 7, None]))
def test_a_wrong_part_does_not_keep_the_others_from_being_read(data: dict[str, Any], wrong: object) -> None:
    node = tree.read({"all": [data, {"column": wrong}, data]}, CATALOGUE, "rules")
    first, other, last = node.inside
    assert (first.rule, last.rule) == (parse(data, CATALOGUE), parse(data, CATALOGUE))
    assert node.rule is None
    assert other.problems[0].where.startswith("rules.all[1]")
    assert node.problems == ()


def test_a_sample_says_how_sure_it_is() -> None:
    """Of a set of a known size, the interval holds the truth in 95 of 100 samples, give or take chance."""
    profiles, hits = 40_000, 0
    truth = sum(1 << place for place in range(0, profiles, 20))
    for seed in range(100):
        places = [place for place in range(profiles) if hash((seed, place)) % 10 == 0]
        sample = sum(1 << place for place in places)
        told = estimate(Found(truth & sample, exact=False), sample, profiles)
        assert told.low <= told.count <= told.high
        hits += told.low <= truth.bit_count() <= told.high
    assert hits >= 88


def test_of_a_sample_the_related_rows_are_those_of_its_profiles(tmp_path: Path) -> None:
    rows: Rows = {
        "customers": [{"Id": f"C{number}"} for number in range(400)],
        "purchases": [{"Number": n, "Customer": f"C{n % 400}", "Price": n % 7} for n in range(2_000)],
    }
    data = {"related": "purchases", "sum": "Price", ">": 14}
    with desk() as (session, folder):
        ground = Ground(CATALOGUE, write_tables(rows, folder), TODAY)
        rule = parse(data, CATALOGUE)
        sample, related = str(tmp_path / "sample.parquet"), str(tmp_path / "related.parquet")
        live_counts.write_sample(session, ground, sample, 100, 400)
        assert isinstance(rule, Related)
        hop = rule.path[0].hop
        live_counts.write_related(session, ground, hop, sample, related)
        files = {**ground.tables, "customers": sample, "purchases": related}
        small = Ground(CATALOGUE, files, TODAY, sampled=True)
        looked_at = live_counts.fitting(session, small)
        assert 50 < looked_at.bit_count() < 150
        whole = live_counts.fitting(session, ground, rule)
        assert 0 < whole.bit_count() < 400
        assert live_counts.fitting(session, small, rule) == whole & looked_at
