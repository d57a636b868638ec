"""Rules of every operator, type and measure, and rows that have everything in them that has ever made trouble."""

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from leleka.core.columns import NUMERIC, TEMPORAL, ColumnType
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
from tests.fakes.segment_tables import CATALOGUE, CUSTOMERS, LINES, PURCHASES

TODAY = date(2026, 3, 1)
COLUMN_OF = {
    ColumnType.TEXT: "Name",
    ColumnType.INTEGER: "Visits",
    ColumnType.NUMBER: "Income",
    ColumnType.DATE: "Born",
    ColumnType.DATETIME: "Seen",
    ColumnType.BOOLEAN: "Active",
}
_PAIRS = {
    ColumnType.TEXT: ("Name", "t0"),
    ColumnType.INTEGER: ("Visits", "Income"),
    ColumnType.NUMBER: ("Income", "Visits"),
    ColumnType.DATE: ("Born", "Seen"),
    ColumnType.DATETIME: ("Seen", "Born"),
}
_TEXTS = [
    "Київ",
    "КИЇВ",
    "İ",
    "i",
    "ΟΔΟΣ",
    "Straße",
    "é",
    "e\u0301",
    "😀",
    "'; DROP TABLE t; --",
    'O"Brien',
    "a\\",
    "%",
]
_BLANK = ["", " ", "\t\u00a0", "\u200b"]
_DAYS = [TODAY + timedelta(days=n) for n in (-40, -3, -1, 0, 1, 2)] + [date(1, 1, 1), date(9999, 12, 31)]
_OPERANDS: dict[ColumnType, list[Any]] = {
    ColumnType.TEXT: _TEXTS,
    ColumnType.INTEGER: [0, 1, 2, -(2**63), 2**63 - 1],
    ColumnType.NUMBER: [0.0, 0.1, 0.25, 1.5, -0.5],
    ColumnType.DATE: _DAYS[:6],
    ColumnType.DATETIME: _DAYS[:6],
}
_STORED: dict[ColumnType, list[Any]] = {
    ColumnType.TEXT: [None, *_TEXTS, *_BLANK],
    ColumnType.INTEGER: [None, 0, 1, 2, 3, -1, -(2**63), 2**63 - 1],
    ColumnType.NUMBER: [None, 0.0, -0.0, 0.1, 0.25, 1.5, -0.5, math.nan, math.inf, -math.inf],
    ColumnType.DATE: [None, *_DAYS],
    ColumnType.DATETIME: [
        None,
        *(datetime(day.year, day.month, day.day, *time) for day in _DAYS for time in ((0, 0), (23, 59, 59))),  # noqa: DTZ001
    ],
    ColumnType.BOOLEAN: [None, True, False],
}


def rows() -> dict[str, list[dict[str, Any]]]:
    """Return rows for every table of the catalogue, each value of each type among them."""
    found = {
        "customers": [_row(CUSTOMERS.columns, n, Id=f"C{n}") for n in range(20)],
        "purchases": [_row(PURCHASES.columns, n, Number=n, Customer=_customer(n)) for n in range(24)],
        "lines": [_row(LINES.columns, n, Purchase=_purchase(n)) for n in range(24)],
    }
    # Sums of the largest integers are no rule's business.
    for one in found["purchases"]:
        one["Items"] = None if one["Items"] is None else max(-2, min(3, one["Items"]))
    return found


def _row(columns: Any, number: int, **keys: Any) -> dict[str, Any]:
    values = {
        column.name: _STORED[column.type][(number + place) % len(_STORED[column.type])]
        for place, column in enumerate(columns)
    }
    return values | keys


def _customer(number: int) -> str | None:
    return (None, "C0", "C0", "C1", "C2", "nobody", "C3", "C3")[number % 8]


def _purchase(number: int) -> str | None:
    return ("0", "1", "1", "2", "x", None, "4", "9")[number % 8]


def comparisons(kind: ColumnType, operator: Operator) -> Iterator[dict[str, Any]]:
    """Return comparisons of the operator as people write them, text with and without its case."""
    for operand in _operands(kind, operator):
        yield {operator.value: operand}
        if kind is ColumnType.TEXT and operator in CASELESS:
            yield {operator.value: operand, "ignore case": True}


def _operands(kind: ColumnType, operator: Operator) -> list[Any]:  # noqa: PLR0911 - one line an operator
    if operator in FLAGS:
        return [True]
    if operator in DAYS:
        return [1, 2, "40 days"]
    if operator in PERIODS:
        return ["week", "month", "quarter", "year"]
    if operator in RANKS:
        return [1, 5, "10 %", "50 %"]
    if operator is Operator.MONTH_OF:
        return [3, [1, 2, 12]]
    known = _OPERANDS[kind]
    if operator is Operator.BETWEEN:
        ends = sorted(known)
        return [[ends[0], ends[-1]], [ends[1], ends[2]], [ends[0], ends[0]]]
    if kind in TEMPORAL:
        known = [*known, "today", "3 days ago", "in 1 day"]
    if operator in LISTS:
        # The last is above the length at which the list is joined as a table.
        return [known[:1], known[1:4], [*known, *known * 8]]
    return known


def every_operator() -> Iterator[tuple[ColumnType, Operator]]:
    return ((kind, operator) for kind, operators in OPERATORS.items() for operator in operators)


def conditions(kind: ColumnType, operator: Operator) -> Iterator[dict[str, Any]]:
    """Return rules that compare a profile's column."""
    return ({"column": COLUMN_OF[kind], **one} for one in comparisons(kind, operator))


def measures() -> Iterator[dict[str, Any]]:
    """Return rules over related rows: every measure of every column that has it, compared in several ways."""
    for relationship in ("purchases", "namesakes"):
        yield {"related": relationship, "exists": True}
        yield {"related": relationship, "exists": False}
    for comparison in ({"=": 0}, {">": 1}, {"<=": 2}, {"!=": 1}, {"none of": [0, 3]}, {"between": [0, 1]}):
        yield {"related": "purchases", "count": "rows", **comparison}
    for column in PURCHASES.columns:
        for measure in _measures_of(column.type):
            kind = ColumnType.NUMBER if measure == "avg" else column.type
            for comparison in _measured(kind):
                yield {"related": "purchases", measure: column.name, **comparison}
        yield {"related": "purchases", "count distinct": column.name, ">": 1}
        yield {"related": "purchases", "count distinct": column.name, "<=": 1}
        for measure in ("first", "last"):
            compared = {"contains": "i"} if column.type is ColumnType.TEXT else _measured(column.type)[0]
            yield {"related": "purchases", measure: column.name, "by": "At", **compared}
            yield {"related": "purchases", measure: column.name, "by": "Price", **compared}
    yield from _along_paths()
    weighty = {"related": "lines", "sum": "Weight", ">": 0.2}
    yield {"related": "purchases", "exists": True, "where": weighty}
    yield {"related": "purchases", "count": "rows", "<": 2, "where": {"not": weighty}}
    yield {"related": "purchases", "sum": "Price", ">=": 0, "where": {"column": "Note", "is not empty": True}}


def _along_paths() -> Iterator[dict[str, Any]]:
    """Yield rules over two relationships, with rules about the tables on the way."""
    noted = {"relationship": "purchases", "where": {"column": "Note", "is not empty": True}}
    for path in (["purchases", "lines"], [noted, "lines"]):
        yield {"related": path, "exists": True, "where": {"column": "Product", "is": "Київ"}}
        yield {"related": path, "count": "rows", ">": 1}
        yield {"related": path, "count": "rows", "<": 2}
        yield {"related": path, "sum": "Weight", ">": 0.3}
        yield {"related": path, "max": "Due", "before": TODAY}
        yield {"related": path, "last": "Product", "by": "Due", "is": "Київ"}
    yield {"rows of": "lines", "avg": "Weight", "<": 1}


def beside() -> Iterator[dict[str, Any]]:
    """Yield rules that compare two columns of a row."""
    for kind, pair in _PAIRS.items():
        for operator in OPERATORS[kind]:
            if operator in BESIDE:
                yield {"column": pair[0], operator.value: {"column": pair[1]}}
    yield {"column": "Name", "is": {"column": "t0"}, "ignore case": True}


def sets() -> Iterator[dict[str, Any]]:
    """Yield rules about profiles as a whole."""
    yield {"segment": "Regulars"}
    yield {"list": "Never"}
    yield {"list": "Addresses"}
    for first, last in ((0, 10), (10, 55.5), (33.33, 100)):
        yield {"random share": {"seed": "весна 2026", "from": first, "to": last}}


def _measures_of(kind: ColumnType) -> tuple[str, ...]:
    if kind in NUMERIC:
        return ("sum", "avg", "min", "max")
    return ("min", "max") if kind in TEMPORAL else ()


def _measured(kind: ColumnType) -> list[dict[str, Any]]:
    if kind in TEMPORAL:
        return [{"on": TODAY}, {"not on": TODAY}, {"before": TODAY}, {"month of": [2, 3]}]
    return [{"=": 0}, {"!=": 1}, {"<": 1}, {">=": 1}, {"between": [0, 2]}]


def combined() -> Iterator[dict[str, Any]]:
    """Return rules made of rules, and sets of profiles."""
    many, active = {"column": "Visits", ">": 1}, {"column": "Active", "is": True}
    bought = {"related": "purchases", "exists": True}
    for head in ("all", "any", "union", "intersect", "except"):
        yield {head: [many, active, bought]}
        yield (
            {"not": {head: [many, {"not": active}, bought]}}
            if head in {"all", "any"}
            else {head: [{"not": many}, bought]}
        )


def catalogue_columns() -> dict[str, list[str]]:
    return {name: [column.name for column in table.columns] for name, table in CATALOGUE.tables.items()}


def measured() -> Iterator[dict[str, Any]]:
    """Yield a measure of every aggregate, function and type."""
    path = ["purchases", "lines"]
    yield {"related": path, "count": "rows", "where": {"column": "Due", "in the last": 90}}
    for name in ("sum", "avg", "min", "max"):
        yield {"related": "purchases", name: "Items"}
        yield {"related": "purchases", name: "Price"}
    for name in ("first", "last"):
        yield {"related": "purchases", name: "Note", "by": "At"}
        yield {"related": "purchases", name: "At", "by": "Price"}
    yield {"related": path, "most frequent": "Product"}
    yield {"concat": [{"column": column} for column in COLUMN_OF.values()]}
    yield {"coalesce": [{"column": "Visits"}, {"column": "Income"}]}
    yield {"coalesce": [{"column": "Active"}]}
    yield {"lower": {"column": "Name"}}
    for name in ("year", "month", "day", "weekday"):
        yield {name: {"column": "Born"}}
        yield {name: {"column": "Seen"}}
    yield {"map": {"column": "Visits"}, "values": {"1": "one", "2": "two"}, "else": "many"}
    yield {"map": {"column": "Visits"}, "values": {"1": 5}, "else": 5}  # one value alone
