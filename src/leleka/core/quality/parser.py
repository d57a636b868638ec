"""Parses expectations as people write them, against the columns of a source, and reports all problems at once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final

from leleka.core.columns import NUMERIC, TEMPORAL, ColumnType, Table
from leleka.core.quality.model import (
    MOST_COLUMNS,
    MOST_EXPECTATIONS,
    MOST_HOURS,
    MOST_VALUES,
    TODAY,
    Expectation,
    Kind,
    Scalar,
    Severity,
)
from leleka.core.rules.reading import nearest
from leleka.errors import InvalidInput, Problem

Place = Callable[[str], str]  # from the name of a field to the place of it
_LARGEST: Final = 2**53 - 1  # a number that JSON and every engine keep as it is
_HUNDRED: Final = 100
_COMMON: Final = frozenset({"expect", "severity"})
_FIELDS: Final[Mapping[Kind, frozenset[str]]] = {
    Kind.UNIQUE: frozenset({"column", "columns", "ignore_case"}),
    Kind.FILLED: frozenset({"column", "percent"}),
    Kind.VALUES: frozenset({"column", "values"}),
    Kind.RANGE: frozenset({"column", "from", "to"}),
    Kind.FRESH: frozenset({"column", "hours"}),
    Kind.ROWS: frozenset({"at_least", "lose_percent"}),
}
_TYPES: Final[Mapping[Kind, frozenset[ColumnType]]] = {
    Kind.RANGE: NUMERIC | TEMPORAL,
    Kind.FRESH: TEMPORAL,
    Kind.VALUES: frozenset(ColumnType) - {ColumnType.DATETIME},
}
_MISFITS: Final[Mapping[Kind, str]] = {
    Kind.RANGE: "EXPECTATION_TYPE.range",
    Kind.FRESH: "EXPECTATION_TYPE.fresh",
    Kind.VALUES: "EXPECTATION_TYPE.values",
}


def parse_all(data: object, table: Table, place: Callable[[int, str], str]) -> tuple[Expectation, ...]:
    """Parse a list of expectations; raise InvalidInput with all problems. ``place`` names a field of one of them."""
    if not isinstance(data, Sequence) or isinstance(data, str):
        raise InvalidInput("EXPECTATION_INVALID.list")
    if len(data) > MOST_EXPECTATIONS:
        raise InvalidInput("EXPECTATION_INVALID.many", most=MOST_EXPECTATIONS)
    found, problems = list[Expectation](), list[Problem]()
    for number, one in enumerate(data):
        try:
            parsed = parse(one, table, partial(place, number))
        except InvalidInput as error:
            problems += error.problems
            continue
        if any(_same(parsed, other) for other in found):
            problems.append(Problem.of("EXPECTATION_INVALID.twice", place(number, "")))
        found.append(parsed)
    if problems:
        raise InvalidInput.of(problems)
    return tuple(found)


def parse(data: object, table: Table, place: Place = str) -> Expectation:
    """Parse one expectation of a table; raise InvalidInput with all problems, each at the ``place`` of its field."""
    reading = _Reading(table, place)
    found = reading.expectation(data)
    if found is None or reading.problems:
        raise InvalidInput.of(reading.problems)
    return found


def columns_for(kind: Kind, table: Table) -> tuple[str, ...]:
    """Return the columns of which a kind of expectation says something."""
    types = _TYPES.get(kind, frozenset(ColumnType))
    return tuple(one.name for one in table.columns if one.type in types)


def _same(one: Expectation, other: Expectation) -> bool:
    """Return whether two are about the same thing: only one of them would count."""
    return (one.kind, frozenset(one.columns)) == (other.kind, frozenset(other.columns))


class _Reading:
    def __init__(self, table: Table, place: Place) -> None:
        self.problems: list[Problem] = []
        self._table, self._place = table, place

    def expectation(self, data: object) -> Expectation | None:
        if not isinstance(data, Mapping):
            self._refuse("", "EXPECTATION_INVALID.mapping")
            return None
        told = {
            str(name).strip().lower().replace(" ", "_").replace("-", "_"): one for name, one in data.items()
        }
        if told.get("expect") not in {kind.value for kind in Kind}:
            near = nearest(str(told.get("expect", "")), [kind.value for kind in Kind])
            self._refuse("expect", "EXPECTATION_INVALID.kind", near=near, known=[*map(str, Kind)])
            return None
        kind = Kind(str(told["expect"]))
        for name in told.keys() - _COMMON - _FIELDS[kind]:
            self._refuse(name, "EXPECTATION_INVALID.unknown", known=sorted(_FIELDS[kind]))
        severity = told.get("severity", Severity.FAIL)
        if severity not in {one.value for one in Severity}:
            self._refuse("severity", "EXPECTATION_INVALID.severity")
            severity = Severity.FAIL
        columns = self._columns(kind, told)
        if self.problems:
            return None
        column = columns[0] if columns else ""
        details = self._details(kind, told, column)
        return Expectation(kind, column, Severity(severity), beside=tuple(columns[1:]), **details)

    def _columns(self, kind: Kind, told: Mapping[str, Any]) -> Sequence[str]:
        """Return the columns that it is about: of what is unique, one or several together."""
        if kind is Kind.ROWS or (kind is Kind.FRESH and not told.get("column")):
            return ()
        if kind is not Kind.UNIQUE or told.get("columns") in (None, [], ()):
            return self._checked("column", kind, [told.get("column")])
        names = told["columns"]
        if "column" in told or not isinstance(names, list | tuple) or len(names) > MOST_COLUMNS:
            self._refuse("columns", "EXPECTATION_INVALID.columns", most=MOST_COLUMNS)
            return ()
        return list(dict.fromkeys(self._checked("columns", kind, names)))

    def _checked(self, place: str, kind: Kind, names: Sequence[object]) -> Sequence[str]:
        return [self._column(place, kind, name) for name in names]

    def _column(self, place: str, kind: Kind, name: object) -> str:
        if not isinstance(name, str) or not name:
            self._refuse(place, "EXPECTATION_INVALID.column")
            return ""
        found, known = self._table.column(name), [one.name for one in self._table.columns]
        if found is None:
            near = nearest(name, known)
            self._refuse(place, "EXPECTATION_COLUMN", column=name, source=self._table.name, near=near)
        elif found.type not in _TYPES.get(kind, frozenset(ColumnType)):
            allowed = sorted(one.value for one in _TYPES[kind])
            self._refuse(place, _MISFITS[kind], column=name, type=found.type.value, allowed=allowed)
        return name

    def _details(self, kind: Kind, told: Mapping[str, Any], column: str) -> dict[str, Any]:
        of = self._type(column)
        read: Mapping[Kind, Callable[[], dict[str, Any]]] = {
            Kind.UNIQUE: lambda: {"ignore_case": self._ignores_case(told)},
            Kind.FILLED: lambda: {"percent": self._percent(told, "percent", Decimal(_HUNDRED))},
            Kind.VALUES: lambda: {"values": self._values(told, of)},
            Kind.RANGE: lambda: self._ends(told, of),
            Kind.FRESH: lambda: {"hours": self._whole(told, "hours", 1, MOST_HOURS) or 0},
            Kind.ROWS: lambda: self._rows(told),
        }
        return read[kind]()

    def _ignores_case(self, told: Mapping[str, Any]) -> bool:
        found = value_of(told.get("ignore_case") or False, ColumnType.BOOLEAN, today=False)
        if found is None:
            self._refuse("ignore_case", "EXPECTATION_INVALID.case")
        return bool(found)

    def _type(self, column: str) -> ColumnType:
        found = self._table.column(column)
        return found.type if found else ColumnType.TEXT

    def _values(self, told: Mapping[str, Any], kind: ColumnType) -> tuple[Scalar, ...]:
        given = told.get("values")
        if not isinstance(given, list | tuple) or not given:
            self._refuse("values", "EXPECTATION_INVALID.values")
            return ()
        if len(given) > MOST_VALUES:
            self._refuse("values", "EXPECTATION_INVALID.many", most=MOST_VALUES)
            return ()
        found = [self._value("values", one, kind) for one in given]
        return tuple(dict.fromkeys(one for one in found if one is not None))

    def _ends(self, told: Mapping[str, Any], kind: ColumnType) -> dict[str, Scalar | None]:
        given = {name: told[name] for name in ("from", "to") if told.get(name) not in (None, "")}
        if not given:
            self._refuse("from", "EXPECTATION_INVALID.ends")
        found = {name: self._value(name, one, kind) for name, one in given.items()}
        low, high = found.get("from"), found.get("to")
        if low is not None and high is not None and TODAY not in {low, high} and _after(low, high):
            self._refuse("to", "EXPECTATION_INVALID.swapped", low=str(low), high=str(high))
        return {"low": low, "high": high}

    def _rows(self, told: Mapping[str, Any]) -> dict[str, Any]:
        if told.get("at_least") is None and told.get("lose_percent") is None:
            self._refuse("at_least", "EXPECTATION_INVALID.rows")
        least = self._whole(told, "at_least", 1, _LARGEST) if told.get("at_least") is not None else None
        return {"at_least": least, "lose_percent": self._percent(told, "lose_percent", None)}

    def _percent(self, told: Mapping[str, Any], name: str, unsaid: Decimal | None) -> Decimal | None:
        given = told.get(name)
        if given is None:
            return unsaid
        number = _number(str(given).strip().removesuffix("%").strip() if isinstance(given, str) else given)
        if number is None or not 0 <= number <= _HUNDRED:
            self._refuse(name, "EXPECTATION_INVALID.percent")
        return number

    def _whole(self, told: Mapping[str, Any], name: str, least: int, most: int) -> int | None:
        number = _number(told.get(name))
        if number is None or not least <= number <= most or number != int(number):
            self._refuse(name, "EXPECTATION_INVALID.whole", least=least, most=most)
            return None
        return int(number)

    def _value(self, name: str, given: object, kind: ColumnType) -> Scalar | None:
        found = value_of(given, kind, today=name in {"from", "to"})
        if found is None:
            self._refuse(name, "EXPECTATION_INVALID.value", value=str(given)[:100], kind=kind.value)
        return found

    def _refuse(self, name: str, key: str, **params: Any) -> None:
        self.problems.append(Problem(key, self._place(name), params))


def value_of(given: object, kind: ColumnType, *, today: bool) -> Scalar | None:
    """Return a value as it is kept of a column of this type; None where it is none."""
    if kind is ColumnType.TEXT:
        is_text = isinstance(given, str | int) and not isinstance(given, bool)
        return str(given) if is_text and str(given) else None
    if kind is ColumnType.BOOLEAN:
        words = {"true": True, "false": False}
        return given if isinstance(given, bool) else words.get(str(given).strip().lower())
    if kind in NUMERIC:
        return _scalar(_number(given))
    return _moment(given, kind, today=today)


def _scalar(number: Decimal | None) -> int | float | None:
    if number is None or abs(number) > _LARGEST:
        return None
    return int(number) if number == int(number) else float(number)


def _number(given: object) -> Decimal | None:
    if isinstance(given, bool) or not isinstance(given, str | int | float | Decimal):
        return None
    try:
        number = Decimal(str(given).strip())
    except ArithmeticError:
        return None
    return number if number.is_finite() else None


def _moment(given: object, kind: ColumnType, *, today: bool) -> str | None:
    text = given.isoformat() if isinstance(given, date) else str(given).strip()
    if today and text.lower() == TODAY:
        return TODAY
    try:
        if len(text) == len("2026-01-31"):
            return date.fromisoformat(text).isoformat()
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if kind is ColumnType.DATE:
        return None
    return (moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment).isoformat(" ")


def _after(low: Scalar, high: Scalar) -> bool:
    if isinstance(low, str) and isinstance(high, str):
        return low > f"{high} 24" if len(high) == len("2026-01-31") else low > high
    return float(low) > float(high)
