"""Whatever the measure and whatever the rows: DuckDB finds the values that plain Python finds, and rules over a measure
find the profiles that plain Python finds.
"""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from leleka.core.columns import NUMERIC, TEMPORAL, Catalogue, Column, ColumnType, Table
from leleka.core.measures.model import Measure, to_data, type_of
from leleka.core.measures.parser import parse
from leleka.core.rules.parser import parse as parse_rule
from leleka.errors import InvalidInput
from leleka.warehouse.engines.duckdb import DuckDBSession
from leleka.warehouse.lake import Lake
from leleka.warehouse.measures import evaluate
from leleka.warehouse.segments import compile_rule
from leleka.warehouse.sql.scope import Scope
from leleka.warehouse.sql.tables import column, parquet
from tests.fakes.measures_reference import value_of
from tests.fakes.rules_reference import Rows, matches
from tests.fakes.segment_tables import CATALOGUE, write_tables
from tests.property.test_rules_against_reference import KEYS, STORED, TODAY, comparisons, desk, rules, texts

_FROM_PROFILES = {
    table: [one for one in CATALOGUE.relationships.values() if table in {one.table, one.to_table}]
    for table in CATALOGUE.tables
}
_MAPPED = st.sampled_from(["gold", "", 1, 2, 0.5, True])


@st.composite
def paths(draw: st.DrawFn) -> tuple[list[str], Table]:
    if draw(st.integers(0, 3)):  # the ways on which there is most to find
        usual = draw(st.sampled_from([["purchases"], ["purchases", "lines"]]))
        return usual, CATALOGUE.tables[usual[-1]]
    names, here = list[str](), CATALOGUE.profiles
    for _ in range(draw(st.sampled_from([1, 1, 2, 2, 3]))):
        relationship = draw(st.sampled_from(_FROM_PROFILES[here]))
        names.append(relationship.name)
        here = relationship.table if here == relationship.to_table else relationship.to_table
    return names, CATALOGUE.tables[here]


@st.composite
def aggregated(draw: st.DrawFn) -> dict[str, Any]:
    names, table = draw(paths())
    aggregate = draw(st.sampled_from(["count", "sum", "avg", "min", "max", "first", "last", "most frequent"]))
    data: dict[str, Any] = {"related": names, aggregate: "rows"}
    ordered = [one.name for one in table.columns if one.type in NUMERIC | TEMPORAL]
    if aggregate in {"sum", "avg"}:
        data[aggregate] = draw(st.sampled_from([one.name for one in table.columns if one.type in NUMERIC]))
    elif aggregate in {"min", "max"}:
        data[aggregate] = draw(st.sampled_from(ordered))
    elif aggregate != "count":
        data[aggregate] = draw(st.sampled_from(table.columns)).name
    if aggregate in {"first", "last"}:
        data["by"] = draw(st.sampled_from(ordered))
    if not draw(st.integers(0, 3)):
        data["where"] = draw(rules(table, 1, sets=False))
    return data


@st.composite
def many_rows(draw: st.DrawFn) -> Rows:
    """Return rows most of which are related, and often alike: equal dates, equal values."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, table in CATALOGUE.tables.items():
        number = 3 if name == CATALOGUE.profiles else 8
        columns = {one.name: _stored(one) for one in table.columns if one.name not in KEYS}
        rows[name] = draw(st.lists(st.fixed_dictionaries(columns), min_size=number, max_size=number))
        for place, row in enumerate(rows[name]):
            keys = {"Id": f"C{place}", "Number": place}
            keys["Customer"] = draw(st.sampled_from(["C0", "C0", "C1", None]))
            keys["Purchase"] = draw(st.sampled_from(["0", "1", "2", None]))
            row |= {one.name: keys[one.name] for one in table.columns if one.name in keys}
    return rows


def _stored(one: Column) -> st.SearchStrategy[Any]:
    if one.type is ColumnType.TEXT:
        return texts | st.sampled_from(["a", "b", "A", " a"])
    few = st.sampled_from([TODAY, TODAY - timedelta(days=1)])
    if one.type is ColumnType.DATE:
        return few | STORED[one.type] | st.none()
    return STORED[one.type] | st.none()


def _columns(kinds: set[ColumnType]) -> list[str]:
    return [one.name for one in CATALOGUE.profile_table.columns if one.type in kinds]


@st.composite
def expressions(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    head = draw(st.sampled_from(["concat", "coalesce", "map", "lower", "a part of a date"]))
    anything = st.sampled_from(_columns(set(ColumnType))).map(lambda name: {"column": name})
    part = anything | expressions(depth - 1) if depth > 1 else anything
    if head == "concat":
        return {"concat": draw(st.lists(part | texts | st.integers(-3, 3), min_size=1, max_size=4))}
    if head == "coalesce":
        kinds = draw(
            st.sampled_from([{ColumnType.TEXT}, set(NUMERIC), {ColumnType.DATE}, {ColumnType.BOOLEAN}])
        )
        parts = st.sampled_from(_columns(kinds)).map(lambda name: {"column": name})
        return {"coalesce": draw(st.lists(parts, min_size=1, max_size=3))}
    if head == "map":
        keys = texts | st.sampled_from(["1", "0.5", "true", "2026-03-01"])
        data = {"map": draw(part), "values": draw(st.dictionaries(keys, _MAPPED, min_size=1, max_size=4))}
        return {**data, "else": draw(_MAPPED)} if draw(st.booleans()) else data
    if head != "lower":
        head = draw(st.sampled_from(["year", "month", "day", "weekday"]))
    kinds = {ColumnType.TEXT} if head == "lower" else set(TEMPORAL)
    return {head: {"column": draw(st.sampled_from(_columns(kinds)))}}


def _parsed(data: Mapping[str, Any]) -> Measure:
    try:
        return parse(data, CATALOGUE, "measure")
    except InvalidInput as refused:
        # Values of two types in one map, or no column in a concat.
        codes = {problem.code for problem in refused.problems}
        assume(not codes <= {"MEASURE_TYPE", "MEASURE_SHAPE"})
        raise


def _found(session: DuckDBSession, measure: Measure, rows: Rows) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        files = write_tables(rows, Path(folder))
        place = (CATALOGUE, Scope(files, TODAY))
        snapshot, filled, shape = evaluate(
            session, Lake(Path(folder) / "lake"), "m", measure, place, look=True
        )
        query = exp.select(column("profile_id"), column("value")).from_(parquet(snapshot.files))
        found = dict(session.rows(query))
        assert len(found) == filled
        assert sum(shape.bars) + sum(times for _, times in shape.top) <= filled
        return found


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) or isinstance(other, float):
        return one is not None and other is not None and math.isclose(one, other, abs_tol=2e-6)
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one.replace(tzinfo=None) == other.replace(tzinfo=None)
    return type(one) is type(other) and bool(one == other)


@pytest.mark.parametrize("examples", [60, pytest.param(600, marks=pytest.mark.long)])
def test_values_are_what_plain_python_finds(examples: int) -> None:
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    with desk() as (session, _):

        @settings(max_examples=examples, deadline=None, suppress_health_check=checks)
        @given(data=aggregated() | expressions(), rows=many_rows())
        def ask(data: dict[str, Any], rows: Rows) -> None:
            _find_the_same(session, _parsed(data), rows)

        ask()


def _find_the_same(session: DuckDBSession, measure: Measure, rows: Rows) -> None:
    expected = _expected(measure, rows)
    if any(map(_is_too_large, expected.values())):
        with pytest.raises(InvalidInput) as refused:
            _found(session, measure, rows)
        assert refused.value.code == "MEASURE_TOO_LARGE"
        return
    found = _found(session, measure, rows)
    assert found.keys() == expected.keys()
    assert [key for key in found if not _same(found[key], expected[key])] == []


def _expected(measure: Measure, rows: Rows) -> dict[str, Any]:
    values = {row["Id"]: value_of(measure, row, rows, TODAY) for row in rows["customers"]}
    return {key: value for key, value in values.items() if value is not None}


def _is_too_large(value: Any) -> bool:
    return isinstance(value, int) and not -(2**63) <= value < 2**63


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=aggregated() | expressions())
def test_the_canonical_form_says_the_same(data: dict[str, Any]) -> None:
    measure = _parsed(data)
    assert parse(to_data(measure), CATALOGUE, "measure") == measure


@pytest.mark.parametrize("examples", [30, pytest.param(300, marks=pytest.mark.long)])
def test_rules_over_a_measure_find_what_plain_python_finds(examples: int) -> None:
    with desk() as (session, _):

        @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(data=aggregated(), rows=many_rows(), drawn=st.data())
        def ask(data: dict[str, Any], rows: Rows, drawn: st.DataObject) -> None:
            measure = _parsed(data)
            compared = {"column": "measured", **drawn.draw(comparisons(type_of(measure)))}
            _find_the_same_profiles(session, measure, compared, rows)

        ask()


def _find_the_same_profiles(
    session: DuckDBSession, measure: Measure, compared: dict[str, Any], rows: Rows
) -> None:
    values = _expected(measure, rows)
    assume(not any(map(_is_too_large, values.values())))
    known = _with_column(CATALOGUE, Column("measured", type_of(measure)))
    rule = parse_rule(compared, known)
    with TemporaryDirectory() as folder:
        files = write_tables(rows, Path(folder))
        place = (CATALOGUE, Scope(files, TODAY))
        snapshot, _, _ = evaluate(session, Lake(Path(folder) / "lake"), "m", measure, place, look=False)
        query = compile_rule(rule, known, files, TODAY, {"measured": snapshot.files})
        found = {identity for (identity,) in session.rows(query)}
    measured = {row["Id"]: {"measured": values.get(row["Id"])} for row in rows["customers"]}
    beside = {"customers": list(measured.values())}
    assert found == {key for key, row in measured.items() if matches(rule, row, beside, TODAY)}


def _with_column(known: Catalogue, added: Column) -> Catalogue:
    profiles = known.profile_table
    table = Table(profiles.name, (*profiles.columns, added), profiles.primary_key)
    return Catalogue(known.profiles, {**known.tables, table.name: table}, known.relationships)
