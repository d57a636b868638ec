"""Paths of several relationships: named, or found where one alone leads there."""

from dataclasses import replace

import pytest

from leleka.core.columns import Catalogue, Relationship
from leleka.core.rules.model import Related, relationships_used, tables_used
from leleka.core.rules.parser import parse
from leleka.core.rules.writing import to_data
from leleka.errors import InvalidInput
from leleka.messages.problems import english
from tests.fakes.segment_tables import CATALOGUE


def test_a_path_is_kept_with_the_rules_about_each_of_its_tables() -> None:
    through = {"relationship": "purchases", "where": {"column": "Price", ">": 1}}
    data = {
        "related": [through, "lines"],
        "sum": "Weight",
        ">": 5,
        "where": {"column": "Product", "is": "tea"},
    }
    rule = parse(data, CATALOGUE)
    assert isinstance(rule, Related)
    assert [step.hop.table for step in rule.path] == ["purchases", "lines"]
    assert relationships_used(rule) == {"purchases", "lines"}
    assert tables_used(rule) == {"purchases", "lines"}
    assert to_data(rule) == {
        "related": [
            {"relationship": "purchases", "where": {"column": "Price", "operator": ">", "value": 1.0}},
            "lines",
        ],
        "measure": "sum",
        "of": "Weight",
        "operator": ">",
        "value": 5.0,
        "where": {"column": "Product", "operator": "is", "value": "tea"},
    }


def test_a_rule_about_a_table_on_the_way_is_named_where_it_is_wrong() -> None:
    through = {"relationship": "purchases", "where": {"column": "Prise", ">": 1}}
    with pytest.raises(InvalidInput) as caught:
        parse({"related": ["namesakes", through, "lines"], "exists": True}, CATALOGUE)
    assert [one.where for one in caught.value.problems] == ["rules.related[1].where.column"]


def test_the_only_path_to_a_table_is_found() -> None:
    assert parse({"rows of": "lines", "count": "rows", ">": 1}, CATALOGUE) == parse(
        {"related": ["purchases", "lines"], "count": "rows", ">": 1}, CATALOGUE
    )


def test_where_several_paths_lead_to_a_table_they_are_named() -> None:
    gift = Relationship("gifts", "purchases", "Note", "customers", "Id")
    with pytest.raises(InvalidInput) as caught:
        parse({"rows of": "lines", "exists": True}, _with(gift))
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("RULE_SEVERAL_PATHS", "rules.rows of")
    assert english(problem).remedy == "Write 'related:' and one of them: [purchases, lines], [gifts, lines]."


def test_a_table_that_no_path_leads_to_is_said_so() -> None:
    apart = replace(CATALOGUE, relationships={"namesakes": CATALOGUE.relationships["namesakes"]})
    with pytest.raises(InvalidInput) as caught:
        parse({"rows of": "lines", "exists": True}, apart)
    assert caught.value.problems[0].key == "RULE_UNKNOWN_TABLE.path"


def _with(added: Relationship) -> Catalogue:
    return replace(CATALOGUE, relationships={**CATALOGUE.relationships, added.name: added})
