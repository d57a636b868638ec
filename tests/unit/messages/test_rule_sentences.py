"""Rules as sentences: every operator of every type, every measure and nesting, in both languages."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from ruamel.yaml import YAML

from leleka.core.columns import ColumnType
from leleka.core.rules.model import Measure, SetOperation
from leleka.core.rules.operators import BESIDE, OPERATORS, Operator
from leleka.core.rules.parser import parse
from leleka.core.rules.stored import parts
from leleka.core.rules.writing import to_data
from leleka.messages.rules import sentences
from leleka.messages.templates import ENGLISH
from leleka.services.translation import READER
from tests.fakes.segment_tables import CATALOGUE
from tests.property.test_rules_against_reference import rules

TABLE = YAML(typ="safe").load(Path(__file__).with_name("rule_sentences.yaml"))
STORED = [(to_data(parse(one["rule"], CATALOGUE)), one["en"], one["uk"]) for one in TABLE]


@pytest.mark.parametrize(("rule", "english", "ukrainian"), STORED)
def test_a_rule_is_said_in_both_languages(rule: dict[str, Any], english: str, ukrainian: str) -> None:
    assert sentences.in_words(rule, ENGLISH) == english
    with translation.override("uk"):
        assert sentences.in_words(rule, READER) == ukrainian


def test_the_table_has_every_operator_of_every_type() -> None:
    types = {column.name: column.type for column in CATALOGUE.profile_table.columns}
    asked = [part for rule, _, _ in STORED for part in parts(rule) if "column" in part and "operator" in part]
    said = {(types[part["column"]], part["operator"]) for part in asked if part["column"] in types}
    assert said >= {(kind, operator.value) for kind, known in OPERATORS.items() for operator in known}
    beside = {part["operator"] for part in asked if isinstance(part.get("value"), dict)}
    assert beside == {operator.value for operator in BESIDE}


def test_the_table_has_every_measure_and_every_group() -> None:
    told = [part for rule, _, _ in STORED for part in parts(rule)]
    assert {part["measure"] for part in told if "measure" in part} == {measure.value for measure in Measure}
    heads = {"all", "any", "not", *SetOperation, "segment", "list", "random share"}
    assert heads <= {key for part in told for key in part}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rules(CATALOGUE.profile_table))
def test_whatever_the_rule_there_is_a_sentence(data: dict[str, Any]) -> None:
    rule = to_data(parse(data, CATALOGUE))
    with translation.override("uk"):
        ukrainian = sentences.in_words(rule, READER)
    english = sentences.in_words(rule, ENGLISH)
    assert (english[:15], ukrainian[:12]) == ("Profiles where ", "Профілі, де ")
    assert english.count("(") == english.count(")")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"column": "Name", "operator": "is", "value": "***"}, "Profiles where “Name” is “***”."),
        ({"column": "Name", "operator": "any of", "value": ["***"]}, "Profiles where “Name” is “***”."),
        (
            {"column": "Born", "operator": "between", "value": ["***"]},
            "Profiles where “Born” is from “…” to “…”.",
        ),
        ({"column": "Born", "operator": "before", "value": "***"}, "Profiles where “Born” is before “***”."),
        (
            {"column": "Income", "operator": ">", "value": "***"},
            "Profiles where “Income” is more than “***”.",
        ),
    ],
)
def test_a_masked_value_stays_masked(rule: dict[str, Any], expected: str) -> None:
    assert sentences.in_words(rule, ENGLISH) == expected


def test_what_nobody_can_fit_is_said_in_the_words_that_are_shown() -> None:
    before = {"column": "Born", "operator": "before", "value": "1990-01-01"}
    after = {"column": "Born", "operator": "after", "value": "1995-01-01"}
    rules = {"all": [before, after]}
    with translation.override("uk"):
        assert sentences.remarks(rules, rules, READER) == (
            "Ніхто не може підійти: «Born» – раніше ніж 1 січня 1990 р. і «Born» – пізніше ніж 1 січня 1995 р.",
        )
    masked = {"all": [{**before, "value": "***"}, {**after, "value": "***"}]}
    assert sentences.remarks(rules, masked, ENGLISH) == (
        "No one can fit: “Born” is before “***” and “Born” is after “***”.",
    )


def test_what_people_wrote_is_no_template() -> None:
    rule = {"column": "{a} {0}", "operator": "is", "value": "{b!r} %s"}
    assert sentences.in_words(rule, ENGLISH) == "Profiles where “{a} {0}” is “{b!r} %s”."


def test_every_type_has_operators() -> None:
    assert set(OPERATORS) == set(ColumnType)
    assert {operator for known in OPERATORS.values() for operator in known} == set(Operator)
