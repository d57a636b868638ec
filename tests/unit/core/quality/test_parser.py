"""Expectations are read as they are written, and written as they were read."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from leleka.core.columns import Column, ColumnType, Table
from leleka.core.quality.model import Expectation, Kind, Severity, has_lost_rows, is_guarded, to_data
from leleka.core.quality.parser import columns_for, parse, parse_all
from leleka.errors import InvalidInput

TABLE = Table("t", tuple(Column(kind.value, kind) for kind in ColumnType), "integer")


@pytest.mark.parametrize(
    "told",
    [
        {"expect": "unique", "column": "text"},
        {"expect": "unique", "columns": ["text", "date"], "ignore_case": True},
        {"expect": "filled", "column": "text", "percent": 99.5, "severity": "warn"},
        {"expect": "values", "column": "text", "values": ["a", " b"]},
        {"expect": "values", "column": "integer", "values": [1, 2]},
        {"expect": "values", "column": "boolean", "values": [True]},
        {"expect": "values", "column": "date", "values": ["2026-01-31"]},
        {"expect": "range", "column": "number", "from": -0.5, "to": 3},
        {"expect": "range", "column": "date", "from": "1900-01-01", "to": "today"},
        {"expect": "range", "column": "datetime", "from": "2026-01-31 10:00:00", "to": "2026-01-31"},
        {"expect": "fresh", "column": "datetime", "hours": 26},
        {"expect": "fresh", "hours": 26},
        {"expect": "rows", "at_least": 10, "lose_percent": 20},
    ],
)
def test_what_was_read_is_written_alike(told: dict[str, Any]) -> None:
    assert to_data(parse(told, TABLE)) == told


def test_forms_and_files_may_write_texts() -> None:
    assert parse({"Expect": "filled", "column": "text", "percent": "95 %"}, TABLE).percent == Decimal(95)
    assert parse({"expect": "range", "column": "integer", "from": "1", "to": ""}, TABLE).low == 1
    folded = parse({"expect": "unique", "columns": ["text"], "ignore case": "true"}, TABLE)
    assert to_data(folded) == {"expect": "unique", "column": "text", "ignore_case": True}
    aware = {"expect": "range", "column": "datetime", "from": "2026-01-31T10:00:00+02:00"}
    assert parse(aware, TABLE).low == "2026-01-31 08:00:00"


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ({"expect": "rows", "at_least": "1e999999"}, "EXPECTATION_INVALID.whole"),
        ({"expect": "values", "column": "integer", "values": [1.5, "x"]}, "EXPECTATION_INVALID.value"),
        ({"expect": "values", "column": "datetime", "values": ["2026-01-31"]}, "EXPECTATION_TYPE.values"),
        ({"expect": "range", "column": "number", "from": "nan"}, "EXPECTATION_INVALID.value"),
        ({"expect": "range", "column": "boolean", "from": 0}, "EXPECTATION_TYPE.range"),
        ({"expect": "range", "column": "number"}, "EXPECTATION_INVALID.ends"),
        ({"expect": "unique"}, "EXPECTATION_INVALID.column"),
        ({"expect": "unique", "column": "text", "columns": ["date"]}, "EXPECTATION_INVALID.columns"),
        ({"expect": "unique", "columns": "text"}, "EXPECTATION_INVALID.columns"),
        ({"expect": "unique", "columns": ["text"] * 9}, "EXPECTATION_INVALID.columns"),
        ({"expect": "unique", "columns": ["text", 7]}, "EXPECTATION_INVALID.column"),
        ({"expect": "unique", "columns": ["text", "tex"]}, "EXPECTATION_COLUMN"),
        ({"expect": "unique", "column": "text", "ignore case": "perhaps"}, "EXPECTATION_INVALID.case"),
        ({"expect": "filled", "column": "text", "ignore_case": True}, "EXPECTATION_INVALID.unknown"),
        (7, "EXPECTATION_INVALID.mapping"),
    ],
)
def test_what_says_nothing_is_refused(told: object, key: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(told, TABLE)
    assert refused.value.problems[0].key == key


def test_the_same_twice_is_refused_at_its_place() -> None:
    told = [
        {"expect": "unique", "column": "text"},
        {"expect": "unique", "column": "text", "severity": "warn"},
    ]
    with pytest.raises(InvalidInput) as refused:
        parse_all(told, TABLE, lambda number, name: f"{number}:{name}")
    assert [(one.key, one.where) for one in refused.value.problems] == [("EXPECTATION_INVALID.twice", "1:")]


@pytest.mark.parametrize(
    ("rows", "before", "lost"),
    [
        *((0, 0, False), (0, 1, True), (100, 200, True), (101, 200, False), (99, 198, False)),
        *((1, 19, False), (2, 20, True), (3, 20, False), (1, 99, True)),
    ],
)
def test_the_guard_asks_where_much_is_lost(rows: int, before: int, *, lost: bool) -> None:
    assert has_lost_rows(rows, before) is lost


def test_what_only_warns_does_not_switch_the_guard_off() -> None:
    warns = Expectation(Kind.ROWS, severity=Severity.WARN, lose_percent=Decimal(20))
    assert is_guarded([warns])
    assert not is_guarded([warns, replace(warns, severity=Severity.FAIL)])


def test_columns_are_offered_where_they_fit() -> None:
    assert columns_for(Kind.FRESH, TABLE) == ("date", "datetime")
    assert "text" not in columns_for(Kind.RANGE, TABLE)
    assert parse({"expect": "unique", "column": "text"}, TABLE) == Expectation(Kind.UNIQUE, "text")
