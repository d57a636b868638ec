"""Rules and definitions that are short to write and long to read: refused at a limit, outside of any transaction."""

import time
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.db import connection

from leleka.errors import InvalidInput
from leleka.services.definitions import bounded_yaml
from leleka.services.definitions.yaml_file import DefinitionsFile
from leleka.services.segments import commands as segment_commands
from leleka.services.segments import queries as segment_queries
from leleka.services.segments import rule_texts
from leleka.state.models import Segment
from tests.integration.office import ALICE, Office

_BOMB = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
_SECONDS = 2.0  # of the processor: half of it on a machine that does nothing else
_MANY = [str(number) for number in range(3_000)]
_NUMBERS = range(20_000)


@pytest.mark.short(every=3)
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 2_500, "RULE_TOO_DEEP"),
        ("{a: " * 2_500, "RULE_TOO_DEEP"),
        ("- " * 2_500, "RULE_TOO_DEEP"),
        ("[" * 25_000 + "]" * 25_000, "RULE_TOO_DEEP"),
        ("\n".join("- 1" for _ in range(45_000)), "RULE_TOO_LARGE"),
        ("\n".join("- 1" for _ in range(14_000)), "RULE_TOO_LARGE"),
        (f"column: tier\nany of: [{', '.join(_MANY)}]", "RULE_TOO_LARGE"),
        (_BOMB, "RULE_YAML"),
        ("[" * 150 + "]" * 150, "RULE_SHAPE"),
    ],
    ids=[
        "flow lists",
        "flow mappings",
        "block lists",
        "closed",
        "long text",
        "block values",
        "flow values",
        "aliases",
        "deep",
    ],
)
def test_rules_that_are_long_to_read_are_refused_at_a_limit(office: Office, text: str, code: str) -> None:
    office.hire(1)
    office.apply()
    asks = [
        partial(segment_commands.create, ALICE, "Other", text),
        partial(segment_commands.ask_count, ALICE, text),
    ]
    for ask in asks:
        began = time.process_time()
        with pytest.raises(InvalidInput) as raised:
            ask()
        assert raised.value.code == code
        assert time.process_time() - began < _SECONDS
    assert [one.name for one in Segment.objects.all()] == ["Gold"]


def test_a_long_list_in_json_is_read_and_comes_back_as_it_can_be_saved(office: Office) -> None:
    office.hire(1)
    office.apply()
    rules = {"column": "tier", "any of": [str(number) for number in _NUMBERS]}
    number = segment_commands.create(ALICE, "Long", orjson.dumps(rules).decode())
    seen = segment_queries.segment(ALICE, number)
    text = rule_texts.as_text(seen.rules)
    segment_commands.update(ALICE, number, "Long", text, seen.version)
    assert segment_queries.segment(ALICE, number).rules == seen.rules


@pytest.mark.parametrize("text", ['{"column": "tier", "column": "tier", "is": "gold"}', '{"all": NaN}'])
def test_json_that_leaves_something_open_is_refused_as_yaml_is(office: Office, text: str) -> None:
    office.hire(1)
    office.apply()
    with pytest.raises(InvalidInput):
        segment_commands.create(ALICE, "Other", text)


def test_rules_are_read_before_the_transaction_begins(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.hire(1)
    office.apply()
    Segment.objects.update(managed_by_file="")
    within: list[int] = []
    outside = len(connection.savepoint_ids)
    honest = bounded_yaml.load

    def load(*given: Any, **options: Any) -> Any:
        within.append(len(connection.savepoint_ids))
        return honest(*given, **options)

    monkeypatch.setattr(bounded_yaml, "load", load)
    number = segment_commands.create(ALICE, "Other", "column: tier\nis: basic")
    segment_commands.update(ALICE, number, "Another", "column: tier\nis: gold", 1)
    assert within == [outside, outside]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (_BOMB, "DEFINITIONS_TOO_LARGE"),
        ("sources: " + "[" * 5_000, "DEFINITIONS_YAML"),
        ("sources:\n" + "- 1\n" * 310_000, "DEFINITIONS_TOO_LARGE"),
    ],
    ids=["aliases", "depth", "parts"],
)
def test_a_definitions_file_that_is_long_to_read_is_refused_at_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any, text: str, code: str
) -> None:
    monkeypatch.setattr("leleka.services.definitions.yaml_file._MOST_PARTS", 3_000)
    path = tmp_path / "leleka.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as raised:
        DefinitionsFile(path, settings.LELEKA)
    assert raised.value.code == code


def test_a_list_of_the_wrong_type_has_no_more_problems_than_somebody_reads(office: Office) -> None:
    office.hire(1)
    office.apply()
    rules = orjson.dumps({"column": "tier", "any of": list(_NUMBERS)}).decode()
    with pytest.raises(InvalidInput) as raised:
        segment_commands.create(ALICE, "Other", rules)
    *shown, more = raised.value.problems
    assert (len(shown), more.code, more.params) == (100, "RULE_PROBLEMS_MORE", {"left": len(_NUMBERS) - 100})
