"""Whatever the expectation and whatever the rows: DuckDB finds the rows that plain Python finds."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leleka.core.columns import ColumnType
from leleka.core.quality.model import TODAY, Expectation, Kind
from leleka.core.quality.parser import parse
from leleka.warehouse import expectations
from leleka.warehouse.engines.duckdb import DuckDBSession, open_session
from leleka.warehouse.expectations import Moment
from leleka.warehouse.lake import Snapshot
from tests.fakes.expectation_tables import TABLE, write

NOW = datetime(2026, 11, 30, 12, 30)  # noqa: DTZ001 - UTC by contract
DAY = date(2026, 11, 30)
MOMENTS = (
    Moment(NOW, DAY),
    Moment(NOW, DAY - timedelta(days=1)),
)  # at Greenwich; and west of it, in the evening
DATES = st.dates(DAY - timedelta(days=3), DAY + timedelta(days=3))
TIMES = st.datetimes(NOW - timedelta(days=2), NOW + timedelta(days=2))
NUMBERS = st.sampled_from(
    [0.0, -0.0, 0.1, 0.30000000000000004, 0.3, -1.5, 1e300, math.nan, math.inf, -math.inf, 2.0]
)
TEXTS = st.sampled_from(
    ["", " ", "\u00a0\t", "a", "A", "Їжак", " a", "a ", "é", "e\u0301", "їжак", "\u200b", "0", "😀", "a'b"]
)
VALUES: Mapping[ColumnType, st.SearchStrategy[Any]] = {
    ColumnType.TEXT: TEXTS,
    ColumnType.INTEGER: st.integers(-3, 3) | st.sampled_from([2**63 - 1, -(2**63)]),
    ColumnType.NUMBER: NUMBERS,
    ColumnType.DATE: DATES,
    ColumnType.DATETIME: TIMES,
    ColumnType.BOOLEAN: st.booleans(),
}
ROW = st.fixed_dictionaries({one.name: st.none() | VALUES[one.type] for one in TABLE.columns})


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBSession]:
    with TemporaryDirectory() as folder, open_session(Path(folder), threads=1) as session:
        yield session


@st.composite
def wanted(draw: st.DrawFn) -> Expectation:
    kind = draw(st.sampled_from([Kind.UNIQUE, Kind.FILLED, Kind.VALUES, Kind.RANGE, Kind.FRESH]))
    column = draw(st.sampled_from([one for one in TABLE.columns if _fits(kind, one.type)]))
    data: dict[str, Any] = {"expect": kind.value, "column": column.name}
    if kind is Kind.UNIQUE:
        beside = draw(st.lists(st.sampled_from([one.name for one in TABLE.columns]), max_size=2))
        data |= {"columns": [data.pop("column"), *beside]} if beside else {}
        data["ignore_case"] = draw(st.booleans())
    if kind is Kind.FRESH:
        data["hours"] = 24
    if kind is Kind.VALUES:
        values = VALUES[column.type].filter(lambda value: _is_written(value, column.type))
        data["values"] = draw(st.lists(values, min_size=1, max_size=4))
    if kind is Kind.RANGE:
        ends = sorted(draw(st.lists(_ends(column.type), min_size=2, max_size=2)))
        data |= {name: end for name, end in zip(("from", "to"), ends, strict=True) if draw(st.booleans())}
        if not {"from", "to"} & data.keys():
            data["to"] = draw(st.sampled_from([TODAY, ends[1]])) if column.type in _TEMPORAL else ends[1]
    return parse(data, TABLE)


_TEMPORAL = {ColumnType.DATE, ColumnType.DATETIME}


def _fits(kind: Kind, of: ColumnType) -> bool:
    if kind is Kind.RANGE:
        return of not in {ColumnType.TEXT, ColumnType.BOOLEAN}
    if kind is Kind.FRESH:
        return of in _TEMPORAL
    return kind is not Kind.VALUES or of is not ColumnType.DATETIME


def _is_written(value: Any, kind: ColumnType) -> bool:
    if kind is ColumnType.TEXT:
        return bool(value)
    return kind not in {ColumnType.NUMBER, ColumnType.INTEGER} or (
        math.isfinite(value) and abs(value) < 2**53
    )


def _ends(kind: ColumnType) -> st.SearchStrategy[Any]:
    if kind is ColumnType.INTEGER:
        return st.integers(-4, 4) | st.sampled_from([-1.5, 0.5])
    if kind is ColumnType.NUMBER:
        return st.sampled_from([-1.5, 0, 0.1, 0.3, 2])
    return DATES.map(date.isoformat) | (
        TIMES.map(lambda one: one.isoformat(" ")) if kind is ColumnType.DATETIME else st.nothing()
    )


def is_empty(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip(" \t\r\n\u00a0")
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def repeating(rows: Sequence[Mapping[str, Any]], one: Expectation) -> list[int]:
    """Return the rows that have what another one has, by their numbers from 1."""
    several = [tuple(_compared(row[name], one) for name in one.columns) for row in rows]
    whole = [values if not any(map(is_empty, values)) else None for values in several]
    times = Counter(whole)
    return [place for place, values in enumerate(whole, 1) if values is not None and times[values] > 1]


def _compared(value: Any, one: Expectation) -> Any:
    return value.lower() if one.ignore_case and isinstance(value, str) else value


def breaking(rows: Sequence[Mapping[str, Any]], one: Expectation, moment: Moment) -> list[int]:
    """Return the rows that break an expectation, by their numbers from 1."""
    if one.kind is Kind.UNIQUE:
        return repeating(rows, one)
    values = [row[one.column] for row in rows]
    if one.kind is Kind.FILLED:
        return [place for place, value in enumerate(values, 1) if is_empty(value)]
    broken = []
    for place, value in enumerate(values, 1):
        listed = one.kind is not Kind.VALUES or value in _listed(one)
        within = one.kind is not Kind.RANGE or is_empty(value) or _within(value, one, moment)
        if not is_empty(value) and not (listed and within):
            broken.append(place)
    return broken


def _listed(one: Expectation) -> list[Any]:
    kind = _kind(one)
    return [date.fromisoformat(str(value)) if kind is ColumnType.DATE else value for value in one.values]


def _kind(one: Expectation) -> ColumnType:
    return next(column.type for column in TABLE.columns if column.name == one.column)


def _within(value: Any, one: Expectation, moment: Moment) -> bool:
    low, high = (moment.today.isoformat() if end == TODAY else end for end in (one.low, one.high))
    if not isinstance(value, date):
        return (low is None or value >= low) and (high is None or value <= high)
    if isinstance(value, datetime):
        first = datetime.fromisoformat(str(low)) if low is not None else datetime.min  # noqa: DTZ901 - UTC by contract
        last = datetime.fromisoformat(str(high)) if high is not None else datetime.max  # noqa: DTZ901 - UTC by contract
        whole_day = high is not None and len(str(high)) == 10
        if high is not None and one.high == TODAY and first <= value <= moment.now:
            return True
        return value >= first and (value < last + timedelta(days=1) if whole_day else value <= last)
    return (low is None or value.isoformat() >= str(low)) and (high is None or value.isoformat() <= str(high))


@pytest.mark.parametrize("examples", [40, pytest.param(400, marks=pytest.mark.long)])
def test_duckdb_finds_the_rows_that_plain_python_finds(engine: DuckDBSession, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        rows=st.lists(ROW, max_size=8),
        asked=st.lists(wanted(), min_size=1, max_size=5),
        moment=st.sampled_from(MOMENTS),
    )
    def ask(rows: list[dict[str, Any]], asked: list[Expectation], moment: Moment) -> None:
        numbered = [{**row, "Id": place} for place, row in enumerate(rows, 1)]
        with TemporaryDirectory() as folder:
            _compare(engine, write(engine, Path(folder), numbered), numbered, asked, moment)

    ask()


def _compare(
    engine: DuckDBSession,
    snapshot: Snapshot,
    rows: list[dict[str, Any]],
    asked: list[Expectation],
    moment: Moment,
) -> None:
    total, found = expectations.judge(engine, snapshot, TABLE, asked, moment)
    assert total == len(rows)
    for one, finding in zip(asked, found, strict=True):
        if one.kind is Kind.FRESH:
            last = moment.now if _kind(one) is ColumnType.DATETIME else moment.today
            past = [row[one.column] for row in rows if row[one.column] and row[one.column] <= last]
            assert finding.newest == max(past, default=None)
            continue
        broken = breaking(rows, one, moment)
        assert finding.rows == len(broken), one
        told = expectations.examples(engine, snapshot, TABLE, one, moment=moment, most=3)
        assert [example.number for example in told] == broken[:3]
        assert [example.key for example in told] == broken[:3]
