"""Rules on DuckDB: who is found, that values stay values, and what evaluate, count and sample return."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp

from leleka.core.columns import Column, ColumnType
from leleka.core.rules.parser import parse
from leleka.warehouse.engines.duckdb import DuckDBSession, open_session
from leleka.warehouse.lake import Lake
from leleka.warehouse.segments import compile_rule, count, evaluate, sample
from leleka.warehouse.sql.tables import parquet
from tests.fakes.segment_tables import CATALOGUE, write_tables
from tests.fakes.segment_tables import PURCHASES as PURCHASE_TABLE

TODAY = date(2026, 3, 1)
HOSTILE = "'; DROP TABLE t; --"
ROWS: dict[str, list[dict[str, Any]]] = {
    "customers": [
        {"Id": "C3", "Name": "Їжак", "Visits": 3, "Born": date(2026, 2, 1), "Active": True},
        {"Id": "C1", "Name": HOSTILE, "Income": 0.1, "Born": date(2026, 3, 1), "Active": False},
        {"Id": "C2", "Name": " \u00a0", "Income": float("nan"), "Born": date(2026, 1, 31)},
        {"Id": "C4", "Name": "a\\'b", 'Loyalty "Tier"': "İ", "t0": "x", "Born": date(2026, 3, 2)},
    ],
    "purchases": [
        {"Number": 1, "Customer": "C1", "Price": 0.1, "Items": 2, "At": datetime(2026, 2, 28, 23, 59, 59)},  # noqa: DTZ001 - UTC by contract
        {"Number": 2, "Customer": "C1", "Price": 0.2, "Items": None, "Note": "gift"},
        {"Number": 3, "Customer": "C2", "Price": None, "Items": None},
        {"Number": 4, "Customer": None, "Price": 9.0, "Items": 9},
    ],
    "lines": [{"Purchase": "2", "Product": "Ґудзик", "Weight": 1.5}],
}
PURCHASES: dict[str, Any] = {"related": "purchases"}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBSession]:
    with open_session(tmp_path_factory.mktemp("spill")) as opened:
        yield opened


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return write_tables(ROWS, tmp_path_factory.mktemp("tables"))


def query(data: object, files: dict[str, str]) -> exp.Select:
    return compile_rule(parse(data, CATALOGUE), CATALOGUE, files, TODAY)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"column": "Name", "is": HOSTILE}, "C1"),
        ({"column": "Name", "contains": "\\'"}, "C4"),
        ({"column": "Name", "any of": [HOSTILE, *map(str, range(50))]}, "C1"),
        ({"column": "Name", "starts with": "ЇЖ", "ignore case": True}, "C3"),
        ({"column": "Name", "contains": "%"}, ""),
        ({"column": "Name", "is empty": True}, "C2"),
        ({"column": 'Loyalty "Tier"', "is": "i", "ignore case": True}, "C4"),
        ({"column": "t0", "is not": "x"}, "C1 C2 C3"),
        ({"column": "Visits", "<": 4}, "C3"),
        ({"column": "Visits", "!=": 3}, "C1 C2 C4"),
        ({"column": "Income", "=": 0.1}, "C1"),
        ({"column": "Income", "is empty": True}, "C2 C3 C4"),
        ({"column": "Income", ">": 0.1}, ""),
        ({"column": "Born", "in the last": "29 days"}, "C1 C3"),
        ({"column": "Born", "in the last": "28 days"}, "C1"),
        ({"column": "Born", "in the last": "1 day"}, "C1"),
        ({"column": "Born", "in the next": "1 day"}, "C1"),
        ({"column": "Born", "in the next": "2 days"}, "C1 C4"),
        ({"column": "Born", "month of": [1, 2]}, "C2 C3"),
        ({"column": "Active", "is": False}, "C1"),
        ({"not": {"column": "Active", "is": False}}, "C2 C3 C4"),
        ({**PURCHASES, "exists": False}, "C3 C4"),
        ({**PURCHASES, "count": "rows", "=": 0}, "C3 C4"),
        ({**PURCHASES, "count": "rows", "none of": [0, 1]}, "C1"),
        ({**PURCHASES, "count": "rows", "between": [0, 1]}, "C2 C3 C4"),
        ({**PURCHASES, "sum": "Items", "<": 1}, "C2 C3 C4"),
        ({**PURCHASES, "avg": "Items", "!=": 7}, "C1"),
        ({"not": {**PURCHASES, "avg": "Items", "!=": 7}}, "C2 C3 C4"),
        ({**PURCHASES, "max": "At", "on": "2026-02-28"}, "C1"),
        ({**PURCHASES, "exists": True, "where": {"related": "lines", "sum": "Weight", ">": 1}}, "C1"),
        ({**PURCHASES, "count": "rows", "=": 1, "where": {"column": "Note", "is": "gift"}}, "C1"),
        ({"except": [{"column": "Name", "is not": "x"}, {"column": "Visits", "=": 3}]}, "C1 C2 C4"),
    ],
)
def test_a_rule_finds_its_profiles(
    session: DuckDBSession, files: dict[str, str], data: object, expected: str
) -> None:
    found = sorted(identity for (identity,) in session.rows(query(data, files)))
    assert " ".join(found) == expected


def test_a_sum_of_prices_is_what_it_is_on_paper(session: DuckDBSession, files: dict[str, str]) -> None:
    assert 0.1 + 0.2 != 0.3
    assert count(session, query({**PURCHASES, "sum": "Price", "=": 0.3}, files)) == 1


def test_a_column_missing_from_its_file_fails_and_is_not_taken_from_the_table_around(
    session: DuckDBSession, files: dict[str, str]
) -> None:
    named = replace(PURCHASE_TABLE, columns=(*PURCHASE_TABLE.columns, Column("Name", ColumnType.TEXT)))
    catalogue = replace(CATALOGUE, tables={**CATALOGUE.tables, "purchases": named})
    rule = parse({**PURCHASES, "exists": True, "where": {"column": "Name", "is": HOSTILE}}, catalogue)
    with pytest.raises(Exception, match="Name"):
        session.rows(compile_rule(rule, catalogue, files, TODAY))


def test_profile_ids_are_distinct_text_sorted_in_a_members_snapshot(
    session: DuckDBSession, files: dict[str, str], tmp_path: Path
) -> None:
    lake = Lake(tmp_path)
    snapshot, members = evaluate(
        session, lake, "Сегмент 'A'", query({"column": "Name", "is not": "x"}, files)
    )
    assert members == 4
    assert snapshot.reference.startswith("members/")
    assert lake.open(snapshot.reference).path.is_dir()
    written = exp.select("profile_id", "typeof(profile_id)").from_(parquet(snapshot.file("members")))
    assert session.rows(written) == [(name, "VARCHAR") for name in ("C1", "C2", "C3", "C4")]


def test_a_segment_nobody_belongs_to_is_an_empty_snapshot(
    session: DuckDBSession, files: dict[str, str], tmp_path: Path
) -> None:
    snapshot, members = evaluate(
        session, Lake(tmp_path), "empty", query({"column": "Name", "is": "x"}, files)
    )
    assert members == 0
    assert session.rows(exp.select("*").from_(parquet(snapshot.files))) == []


def test_a_sample_is_the_first_whole_profiles(
    session: DuckDBSession, files: dict[str, str], tmp_path: Path
) -> None:
    everyone, _ = evaluate(session, Lake(tmp_path), "all", query({"column": "Name", "is not": "x"}, files))
    first, second = sample(session, everyone, CATALOGUE, files, 2)
    assert (first["Id"], second["Id"]) == ("C1", "C2")
    assert first == {
        **dict.fromkeys(column.name for column in CATALOGUE.profile_table.columns),
        **ROWS["customers"][1],
    }


def test_a_sample_of_nobody_is_empty(session: DuckDBSession, files: dict[str, str], tmp_path: Path) -> None:
    nobody, _ = evaluate(session, Lake(tmp_path), "empty", query({"column": "Name", "is": "x"}, files))
    assert sample(session, nobody, CATALOGUE, files, 2) == []


def test_the_longest_list_and_the_deepest_nesting_still_run(
    session: DuckDBSession, files: dict[str, str]
) -> None:
    names = [f"name {number}" for number in range(20_000)]
    data: dict[str, Any] = {"column": "Name", "none of": [*names, HOSTILE], "ignore case": True}
    assert count(session, query(data, files)) == 3
    deep: dict[str, Any] = {"column": "Id", "is": "C1"}
    for hop in range(10):
        # From the customer to the purchases and back again.
        somewhere = {"any": [{"not": deep}, {"column": "Price" if hop % 2 else "Name", "is empty": True}]}
        deep = {**PURCHASES, "count": "rows", ">": 0, "where": {"not": somewhere}}
    for _ in range(4):
        deep = {"not": {"not": deep}}
    assert count(session, query(deep, files)) == 1


def test_two_thousand_conditions_run(session: DuckDBSession, files: dict[str, str]) -> None:
    data = {
        "any": [{"column": "Name", "is": str(number)} for number in range(1_999)]
        + [{"column": "Visits", "=": 3}]
    }
    assert count(session, query(data, files)) == 1
