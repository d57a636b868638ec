"""Whatever the rule and whatever the rows: DuckDB finds the profiles that plain Python finds."""

import math
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from leleka.core.columns import NUMERIC, TEMPORAL, ColumnType, Table
from leleka.core.rules.contradictions import findings
from leleka.core.rules.model import Measure, Not, Rule
from leleka.core.rules.operators import (
    BESIDE,
    CASELESS,
    DAYS,
    FLAGS,
    LISTS,
    OPERATORS,
    PERIODS,
    RANKS,
    Operator,
)
from leleka.core.rules.parser import parse
from leleka.core.rules.writing import to_data
from leleka.warehouse.engines.duckdb import DuckDBSession, open_session
from leleka.warehouse.segments import compile_rule, count
from leleka.warehouse.sql.rules import condition_sql
from leleka.warehouse.sql.scope import Measured, Scope
from tests.fakes.rules_reference import Rows, matches
from tests.fakes.segment_tables import CATALOGUE, LISTED, write_sets, write_tables

TODAY = date(2026, 3, 1)
HOSTILE = [
    "'; DROP TABLE t; --",
    'O"Brien',
    "O'Brien",
    "a\\",
    "\\'",
    "%",
    "_",
    "{x}",
    "$1",
    "?",
    "/*",
    "a\nb",
]
LETTERS = ["Київ", "київ", "КИЇВ", "їжак Ґ", "ЇЖАК ґ", "İ", "i", "ΟΔΟΣ", "Straße", "é", "e\u0301", "😀"]
BLANK = ["", " ", "\t\u00a0", "\u200b"]

texts = st.sampled_from(["C1", "C2", *HOSTILE, *LETTERS, *BLANK])
said = texts.filter(
    lambda text: text not in BLANK and text.strip() != "" and text.strip("\ufeff\u200b") != ""
)
integers = st.sampled_from([-1, 0, 0, 1, 1, 2, 2, 3, 2**62, -(2**63), 2**63 - 1])
quarters = st.sampled_from([-0.5, 0.0, 0.25, 0.5, 1.0, 1.5])
days = st.sampled_from(
    [
        *(TODAY + timedelta(days=n) for n in range(-3, 4)),
        *(date(1900, 5, 1), date(2100, 1, 31), date(2024, 2, 29), date(1988, 2, 28), date(1999, 3, 1)),
        *(date(2026, 1, 1), date(2025, 12, 31), date(2026, 4, 1), date(2026, 2, 22), date(2026, 2, 23)),
    ]
)
told_days = st.sampled_from(["today", "yesterday", "tomorrow", "2 days ago", "in 1 day", "400 days ago"])
instants = st.builds(
    lambda day, second: datetime(day.year, day.month, day.day) + timedelta(seconds=second),  # noqa: DTZ001 - UTC by contract
    days,
    st.sampled_from([0, 1, 43_200, 86_399]),
)
STORED: dict[ColumnType, st.SearchStrategy[Any]] = {
    ColumnType.TEXT: texts,
    ColumnType.INTEGER: integers,
    ColumnType.NUMBER: quarters | st.sampled_from([math.nan, math.inf, -math.inf, -0.0]),
    ColumnType.DATE: days,
    ColumnType.DATETIME: instants,
    ColumnType.BOOLEAN: st.booleans(),
}
WRITTEN: dict[ColumnType, st.SearchStrategy[Any]] = {
    **STORED,
    ColumnType.TEXT: said,
    ColumnType.NUMBER: quarters,
    ColumnType.DATE: days | told_days,
    ColumnType.DATETIME: days | told_days,
}
KEYS = {"Id", "Customer", "Number", "Purchase"}


@st.composite
def rows_of(draw: st.DrawFn, table: Table, most: int) -> list[dict[str, Any]]:
    columns = {
        column.name: STORED[column.type] | st.none() for column in table.columns if column.name not in KEYS
    }
    rows = draw(st.lists(st.fixed_dictionaries(columns), min_size=1, max_size=most))
    for number, row in enumerate(rows):
        keys = {"Id": f"C{number}", "Number": number}
        keys["Customer"] = draw(st.sampled_from(["C0", "C0", "C1", "C2", "nobody", None]))
        keys["Purchase"] = draw(st.sampled_from(["0", "0", "1", "2", "x", None]))
        row |= {column.name: keys[column.name] for column in table.columns if column.name in keys}
    return rows


def tables() -> st.SearchStrategy[Rows]:
    known = CATALOGUE.tables
    return st.fixed_dictionaries({name: rows_of(table, most=6) for name, table in known.items()})


@st.composite
def comparisons(draw: st.DrawFn, column_type: ColumnType, *, measured: bool = False) -> dict[str, Any]:
    excluded = (FLAGS - {Operator.IS_TRUE, Operator.IS_FALSE}) | RANKS if measured else frozenset()
    operator = draw(st.sampled_from([known for known in OPERATORS[column_type] if known not in excluded]))
    data: dict[str, Any] = {operator.value: draw(_operand(operator, column_type))}
    if column_type is ColumnType.TEXT and operator in CASELESS:
        data["ignore case"] = draw(st.booleans())
    return data


def _operand(operator: Operator, column_type: ColumnType) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one line an operator
    written = WRITTEN[column_type]
    if operator in FLAGS:
        return st.just(value=True)
    if operator is Operator.ANNIVERSARY:
        return st.integers(1, 5) | st.sampled_from([61, 306, 365, 366])
    if operator in DAYS:
        return st.integers(1, 5) | st.just("40 days")
    if operator in PERIODS:
        return st.sampled_from(["week", "month", "quarter", "year"])
    if operator in RANKS:
        return st.integers(1, 3) | st.sampled_from(["10 %", "33.34 %", "100 %"])
    if operator is Operator.MONTH_OF:
        return st.integers(1, 12) | st.lists(st.integers(1, 12), min_size=1)
    if operator is Operator.BETWEEN:
        pairs = st.tuples(STORED[ColumnType.DATE], STORED[ColumnType.DATE]).map(sorted)
        if column_type not in TEMPORAL:
            return st.tuples(written, written).map(sorted)
        return (
            pairs
            | st.tuples(STORED[ColumnType.DATE], told_days)
            | st.sampled_from([("3 days ago", "in 2 days")])
        )
    if operator in LISTS:
        # A list above the length at which the compiler joins it as a table.
        return st.lists(written, min_size=1, max_size=4) | st.lists(written, min_size=40, max_size=40)
    return written


@st.composite
def conditions(draw: st.DrawFn, table: Table) -> dict[str, Any]:
    column = draw(st.sampled_from(table.columns))
    data = {"column": column.name, **draw(comparisons(column.type))}
    (operator,) = data.keys() - {"column", "ignore case"}
    if operator in BESIDE and draw(st.booleans()):
        family = next((one for one in (NUMERIC, TEMPORAL) if column.type in one), {column.type})
        others = [known.name for known in table.columns if known.type in family]
        data[operator] = {"column": draw(st.sampled_from(others))}
    return data


@st.composite
def steps(draw: st.DrawFn, table: Table) -> tuple[Table, str]:
    """Draw a relationship, and the table that it leads to."""
    names = [
        known.name
        for known in CATALOGUE.relationships.values()
        if table.name in {known.table, known.to_table}
    ]
    relationship = CATALOGUE.relationships[draw(st.sampled_from(names))]
    leads_to_many = relationship.to_table == table.name
    return CATALOGUE.tables[relationship.table if leads_to_many else relationship.to_table], relationship.name


@st.composite
def related(draw: st.DrawFn, table: Table, depth: int) -> dict[str, Any]:
    other, path = table, list[Any]()
    for last in [False] * draw(st.sampled_from([0, 0, 1, 2])) + [True]:
        other, name = draw(steps(other))
        condition = draw(rules(other, depth - 1, sets=False)) if not last and draw(st.booleans()) else None
        path.append({"relationship": name, "where": condition} if condition else name)
    data: dict[str, Any] = {"related": path if len(path) > 1 else path[0]}
    measure = draw(st.sampled_from([known.value for known in Measure]))
    if measure == "exists":
        data["exists"] = draw(st.booleans())
    elif measure == "count":
        data |= {"count": "rows", **draw(comparisons(ColumnType.INTEGER, measured=True))}
    elif measure in {"count distinct", "first", "last"}:
        column = draw(st.sampled_from(other.columns))
        compared = ColumnType.INTEGER if measure == "count distinct" else column.type
        data |= {measure: column.name, **draw(comparisons(compared, measured=True))}
        if measure != "count distinct":
            types = NUMERIC | TEMPORAL
            data["by"] = draw(st.sampled_from([known.name for known in other.columns if known.type in types]))
    else:
        types = NUMERIC if measure in {"sum", "avg"} else NUMERIC | TEMPORAL
        column = draw(st.sampled_from([known for known in other.columns if known.type in types]))
        compared = ColumnType.NUMBER if measure == "avg" else column.type
        data |= {measure: column.name, **draw(comparisons(compared, measured=True))}
    if draw(st.booleans()):
        data["where"] = draw(rules(other, depth - 1, sets=False))
    return data


def rules(table: Table, depth: int = 3, *, sets: bool = True) -> st.SearchStrategy[dict[str, Any]]:
    leaf = conditions(table)
    if depth == 0:
        return leaf
    inner = st.deferred(lambda: rules(table, depth - 1, sets=sets))
    groups = [_headed(head, st.lists(inner, min_size=1, max_size=3)) for head in ("all", "any")]
    joins = ("union", "intersect", "except") if sets else ()
    joined = [_headed(head, st.lists(inner, min_size=2, max_size=3)) for head in joins]
    if sets:
        joined += [_headed("segment", st.just("Regulars")), _headed("list", st.sampled_from(sorted(LISTED)))]
        joined.append(_headed("random share", shares()))
    return st.one_of(leaf, related(table, depth), _headed("not", inner), *groups, *joined)


@st.composite
def shares(draw: st.DrawFn) -> dict[str, Any]:
    first, last = sorted(draw(st.sets(st.sampled_from([0, 10, 33.34, 50, 100]), min_size=2, max_size=2)))
    seed = said.filter(lambda text: not any(unicodedata.category(letter) == "Cc" for letter in text))
    return {"seed": draw(seed), "from": first, "to": last}


def _headed(head: str, inside: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({head: inside})


@contextmanager
def desk() -> Iterator[tuple[DuckDBSession, Path]]:
    """A session and a folder for one example."""
    with TemporaryDirectory() as folder, open_session(Path(folder) / "spill") as session:
        yield session, Path(folder)


@pytest.mark.parametrize("examples", [20, pytest.param(200, marks=pytest.mark.long)])
def test_sql_and_python_find_the_same_profiles(examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        rows=tables(),
        shallow=st.lists(rules(CATALOGUE.profile_table, 1), min_size=8, max_size=8),
        deep=st.lists(rules(CATALOGUE.profile_table, 3), min_size=3, max_size=3),
    )
    def ask(rows: Rows, shallow: list[dict[str, Any]], deep: list[dict[str, Any]]) -> None:
        _find_the_same(rows, [parse(written, CATALOGUE) for written in shallow + deep])

    ask()


def _find_the_same(rows: Rows, asked: list[Rule]) -> None:
    asked += [Not(rule) for rule in asked]
    with desk() as (session, folder):
        measured = Measured("customers", "Id")
        sets = write_sets(session, folder)
        scope = Scope(write_tables(rows, folder), TODAY, measured=measured, sets=sets)
        answers = exp.select(scope.column("Id"), *(condition_sql(rule, scope) for rule in asked))
        answered = session.rows(answers.from_(scope.table("customers")))
    found = {identity: answer for identity, *answer in answered}
    # True or False for every profile, never NULL: a rule and its opposite divide all profiles between them.
    assert found == {
        row["Id"]: [matches(rule, row, rows, TODAY) for rule in asked] for row in rows["customers"]
    }


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rules(CATALOGUE.profile_table))
def test_the_canonical_form_is_read_back_as_the_same_rule(data: dict[str, Any]) -> None:
    rule = parse(data, CATALOGUE)
    assert parse(to_data(rule), CATALOGUE) == rule
    assert to_data(parse(to_data(rule), CATALOGUE)) == to_data(rule)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), tables())
def test_what_is_said_of_nobody_or_everybody_is_so(drawn: st.DataObject, rows: Rows) -> None:
    column = drawn.draw(st.sampled_from(CATALOGUE.profile_table.columns))
    pair = st.lists(comparisons(column.type), min_size=2, max_size=2)
    told = [{"column": column.name, **one} for one in drawn.draw(pair)]
    told = [{"not": one} if drawn.draw(st.booleans()) else one for one in told]
    rule = parse({drawn.draw(st.sampled_from(["all", "any"])): told}, CATALOGUE)
    for finding in findings(to_data(rule)):
        assert {matches(rule, row, rows, TODAY) for row in rows["customers"]} == {finding.always}


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_any_text_is_found_by_itself(text: str) -> None:
    operators = [
        (name, ignore) for name in ("contains", "starts with", "ends with") for ignore in (True, False)
    ]
    written = [{"column": "Name", name: text, "ignore case": ignore} for name, ignore in operators]
    rule = parse({"all": written}, CATALOGUE)
    with desk() as (session, folder):
        files = write_tables({"customers": [{"Id": "C1", "Name": text}]}, folder)
        assert count(session, compile_rule(rule, CATALOGUE, files, TODAY)) == 1
