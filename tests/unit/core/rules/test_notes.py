"""A note beside a rule: kept as it is written, and without any bearing on what the rule matches."""

from typing import Any

import pytest

from leleka.core.rules.parser import LONGEST_NOTE, parse
from leleka.core.rules.stored import names_in
from leleka.core.rules.writing import to_data, without_notes
from leleka.errors import InvalidInput
from leleka.services.segments.usage import renamed
from tests.fakes.segment_tables import CATALOGUE

_NAMED = {"column": "Name", "operator": "is", "value": "x"}
_DEAR = {"column": "Price", "operator": ">", "value": 1}
_EACH: list[dict[str, Any]] = [
    _NAMED,
    {"all": [{**_NAMED, "note": "inside"}]},
    {"not": {**_NAMED, "note": "inside"}},
    {"union": [_NAMED, {**_NAMED, "note": "inside"}]},
    {"related": "purchases", "measure": "exists", "where": {**_DEAR, "note": "їх"}},
    {"random share": {"seed": "1", "from": 0, "to": 10}},
    {"list": min(CATALOGUE.lists)},
    {"segment": min(CATALOGUE.segments)},
]  # fmt: skip


@pytest.mark.parametrize("rule", _EACH)
def test_a_note_is_kept_and_matches_nothing_else(rule: dict[str, Any]) -> None:
    noted = {**rule, "note": "Домовлено з Олею"}
    read = parse(noted, CATALOGUE)
    assert to_data(read) == noted
    assert read == parse(rule, CATALOGUE)
    assert without_notes(to_data(read)) == without_notes(to_data(parse(rule, CATALOGUE)))


def test_a_note_around_rows_that_are_not_there_stands_at_the_whole() -> None:
    told = {"related": "purchases", "exists": False, "note": "never bought"}
    assert to_data(parse(told, CATALOGUE))["note"] == "never bought"


def test_an_empty_note_is_none() -> None:
    assert to_data(parse({**_NAMED, "note": "  "}, CATALOGUE)) == _NAMED


@pytest.mark.parametrize(
    ("note", "code"),
    [(5, "RULE_TYPE"), (["x"], "RULE_TYPE"), ("\0", "RULE_VALUE"), ("x" * (LONGEST_NOTE + 1), "RULE_VALUE")],
)
def test_what_is_no_note_is_refused_at_its_place(note: object, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse({"all": [{**_NAMED, "note": note}]}, CATALOGUE)
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == (code, "rules.all[0].note")


def test_a_segment_with_a_note_beside_its_name_is_used_and_renamed() -> None:
    rules = {"all": [{"segment": "Regulars", "note": "not the new ones"}]}
    assert list(names_in(rules, "segment")) == ["Regulars"]
    assert renamed(rules, "segment", "Regulars", "Loyal") == {
        "all": [{"segment": "Loyal", "note": "not the new ones"}]
    }
