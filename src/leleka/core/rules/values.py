"""The values people write in rules: read as the column's type, or refused with the reason.

Messages never repeat a value: it may be somebody's address.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from leleka.core.columns import ColumnType
from leleka.core.rules.operands import Operand, Period, RelativeDay, Scalar, Share
from leleka.core.rules.operators import BLANKS, Operator
from leleka.errors import Problem

LONGEST_LIST = 100_000
MOST_DAYS = 36_500  # a century
_PAIR = 2
_MONTHS = 12
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
_DAYS = re.compile(r"([0-9]{1,6})(?: days?)?")
_FROM_TODAY = re.compile(r"([0-9]{1,6}) days? ago|in ([0-9]{1,6}) days?")
_NAMED_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))? ?(%|percent)?")
_MOST_ROWS = 1_000_000_000
_MOST_ANNIVERSARY = 366
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Read: TypeAlias = tuple[Operand, list[Problem]]


def read_operand(operator: Operator, column_type: ColumnType, raw: object, where: str) -> Read:
    """Return the operand as values of ``column_type``, and everything that is wrong with it."""
    return _OPERANDS.get(operator, _one)(operator, column_type, raw, where)


def read_scalar(column_type: ColumnType, raw: object, where: str) -> Scalar | Problem:
    return _SCALARS[column_type](raw, where)


def read_day(raw: str) -> Scalar | None:
    """Return the day that a stored text means; None for anything else."""
    day = _day(raw, "")
    return None if isinstance(day, Problem) else day


def kind_of(raw: object) -> str:
    """Name the type of what was written, in the words of YAML."""
    if raw is None:
        return "nothing"
    for kinds, name in _KINDS:
        if isinstance(raw, kinds):
            return name
    return "something else"


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "true or false"),
    ((int, float), "a number"),
    (str, "text"),
    (dt.datetime, "a date with a time"),
    (dt.date, "a date"),
    ((list, tuple), "a list"),
    (dict, "a mapping"),
)


def _one(operator: Operator, column_type: ColumnType, raw: object, where: str) -> Read:
    if isinstance(raw, list | tuple | dict):
        is_list = isinstance(raw, list | tuple)
        return None, [Problem.of("RULE_TYPE.one_value", where, operator=operator.value, is_list=is_list)]
    value = read_scalar(column_type, raw, where)
    if isinstance(value, Problem):
        return None, [value]
    if isinstance(value, str) and not _says_something(operator, value):
        return None, [Problem.of("RULE_VALUE.empty_text", where, operator=operator.value)]
    return value, []


def _says_something(operator: Operator, text: str) -> bool:
    # Searching for a space inside a text makes sense; as a whole value it counts as empty.
    whole = operator in {Operator.IS, Operator.IS_NOT}
    return bool(text.strip(BLANKS) if whole else text)


def _flag(operator: Operator, _type: ColumnType, raw: object, where: str) -> Read:
    if raw is True:
        return None, []
    return None, [Problem.of("RULE_VALUE.only_true", where, operator=operator)]


def percent(raw: object) -> int | None:
    """Read a percentage of at most two decimals as hundredths of a percent; None for anything else."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return None
    found = _PERCENT.fullmatch(str(raw).strip(BLANKS))
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None


def _share(_operator: Operator, _type: ColumnType, raw: object, where: str) -> Read:
    of_all = isinstance(raw, str) and raw.rstrip().endswith(("%", "percent"))
    amount = percent(raw) if of_all else raw
    if isinstance(amount, bool) or not isinstance(amount, int):
        return None, [Problem.of("RULE_TYPE.share", where, got=kind_of(raw))]
    if not 1 <= amount <= (10_000 if of_all else _MOST_ROWS):
        return None, [Problem.of("RULE_VALUE.share", where)]
    return Share(amount, of_all), []


def _period(_operator: Operator, _type: ColumnType, raw: object, where: str) -> Read:
    periods = [period.value for period in Period]
    if raw not in periods:
        return None, [Problem.of("RULE_VALUE.period", where, periods=periods)]
    return Period(str(raw)), []


def _anniversary(operator: Operator, column_type: ColumnType, raw: object, where: str) -> Read:
    days, problems = _days(operator, column_type, raw, where)
    if not problems and isinstance(days, int) and days > _MOST_ANNIVERSARY:
        return None, [Problem.of("RULE_VALUE.days", where, most=_MOST_ANNIVERSARY)]
    return days, problems


def _days(_operator: Operator, _type: ColumnType, raw: object, where: str) -> Read:
    days: object = raw
    if isinstance(raw, str) and (match := _DAYS.fullmatch(raw.strip(BLANKS))):
        days = int(match[1])
    if isinstance(days, bool) or not isinstance(days, int):
        return None, [Problem.of("RULE_TYPE.days", where, got=kind_of(raw))]
    if not 1 <= days <= MOST_DAYS:
        return None, [Problem.of("RULE_VALUE.days", where, most=MOST_DAYS)]
    return days, []


def _months(_operator: Operator, _type: ColumnType, raw: object, where: str) -> Read:
    items = list(raw) if isinstance(raw, list | tuple) else [raw]
    if not items:
        return None, [Problem.of("RULE_EMPTY_LIST.months", where)]
    months = [item for item in items if isinstance(item, int) and not isinstance(item, bool)]
    if len(months) < len(items):
        return None, [Problem.of("RULE_TYPE.month", where)]
    if not all(1 <= month <= _MONTHS for month in months):
        return None, [Problem.of("RULE_VALUE.month", where)]
    return tuple(sorted(set(months))), []


def _between(_operator: Operator, column_type: ColumnType, raw: object, where: str) -> Read:
    if not isinstance(raw, list | tuple) or len(raw) != _PAIR:
        return None, [Problem.of("RULE_TYPE.between", where)]
    values, problems = _scalars(column_type, raw, where)
    # A day and one told from today are in order on some days only.
    told_from_today = {isinstance(value, RelativeDay) for value in values}
    if not problems and len(told_from_today) == 1 and values[0] > values[1]:  # type: ignore[operator]
        problems.append(Problem.of("RULE_VALUE.between", where))
    return values, problems


def _list(_operator: Operator, column_type: ColumnType, raw: object, where: str) -> Read:
    if not isinstance(raw, list | tuple):
        return None, [Problem.of("RULE_TYPE.list", where, got=kind_of(raw))]
    if not raw:
        return None, [Problem.of("RULE_EMPTY_LIST.values", where)]
    if len(raw) > LONGEST_LIST:
        return None, [Problem.of("RULE_TOO_LARGE.list", where, most=LONGEST_LIST)]
    values, problems = _scalars(column_type, raw, where)
    if column_type is ColumnType.TEXT:
        problems += [
            Problem.of("RULE_VALUE.empty", f"{where}[{position}]")
            for position, value in enumerate(raw)
            if isinstance(value, str) and not value.strip(BLANKS)
        ]
    return tuple(dict.fromkeys(values)), problems


def _scalars(
    column_type: ColumnType, raw: list[object] | tuple[object, ...], where: str
) -> tuple[tuple[Scalar, ...], list[Problem]]:
    read = [read_scalar(column_type, item, f"{where}[{position}]") for position, item in enumerate(raw)]
    problems = [item for item in read if isinstance(item, Problem)]
    return tuple(item for item in read if not isinstance(item, Problem)), problems


def _text(raw: object, where: str) -> Scalar | Problem:
    if not isinstance(raw, str):
        quote = not isinstance(raw, list | tuple | dict)
        return Problem.of("RULE_TYPE.text", where, got=kind_of(raw), quote=quote)
    # Neither a NUL nor half of a surrogate pair can stand in a Parquet text.
    if "\0" in raw or any("\ud800" <= letter <= "\udfff" for letter in raw):
        return Problem.of("RULE_VALUE.character", where)
    return raw


def _integer(raw: object, where: str) -> Scalar | Problem:
    number = int(raw) if isinstance(raw, float) and raw.is_integer() else raw
    if isinstance(number, bool) or not isinstance(number, int):
        got = "a fraction" if isinstance(raw, float) else kind_of(raw)
        return Problem.of("RULE_TYPE.integer", where, got=got, unquote=isinstance(raw, str))
    if not _SMALLEST <= number <= _LARGEST:
        return Problem.of("RULE_VALUE.integer", where)
    return number


def _number(raw: object, where: str) -> Scalar | Problem:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return Problem.of("RULE_TYPE.number", where, got=kind_of(raw), unquote=isinstance(raw, str))
    try:
        number = float(raw)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        return Problem.of("RULE_VALUE.number", where)
    return number + 0.0  # a negative zero is written as zero


def _day(raw: object, where: str) -> Scalar | Problem:
    if isinstance(raw, dt.date) and not isinstance(raw, dt.datetime):
        return raw
    if not isinstance(raw, str):
        return Problem.of("RULE_TYPE.date", where, got=kind_of(raw))
    relative = _from_today(raw.strip(BLANKS))
    if relative is not None:
        return (
            relative
            if abs(relative.days) <= MOST_DAYS
            else Problem.of("RULE_VALUE.days", where, most=MOST_DAYS)
        )
    try:
        # date.fromisoformat alone would also accept 20261231 and 2026-W53-4.
        return dt.date.fromisoformat(raw if _ISO_DATE.fullmatch(raw) else "")
    except ValueError:
        return Problem.of("RULE_VALUE.date", where)


def _from_today(text: str) -> RelativeDay | None:
    if text in _NAMED_DAYS:
        return RelativeDay(_NAMED_DAYS[text])
    found = _FROM_TODAY.fullmatch(text)
    if found is None:
        return None
    return RelativeDay(-int(found[1]) if found[1] else int(found[2]))


def _boolean(raw: object, where: str) -> Scalar | Problem:
    if isinstance(raw, bool):
        return raw
    return Problem.of("RULE_TYPE.truth", where, got=kind_of(raw), unquote=isinstance(raw, str))


_SCALARS: Mapping[ColumnType, Callable[[object, str], Scalar | Problem]] = {
    ColumnType.TEXT: _text,
    ColumnType.INTEGER: _integer,
    ColumnType.NUMBER: _number,
    ColumnType.DATE: _day,
    ColumnType.DATETIME: _day,
    ColumnType.BOOLEAN: _boolean,
}

_OPERANDS: Mapping[Operator, Callable[[Operator, ColumnType, object, str], Read]] = {
    Operator.IS_TRUE: _flag,
    Operator.IS_FALSE: _flag,
    Operator.IS_EMPTY: _flag,
    Operator.IS_NOT_EMPTY: _flag,
    Operator.IN_THE_LAST: _days,
    Operator.IN_THE_NEXT: _days,
    Operator.ANNIVERSARY: _anniversary,
    Operator.IN_THIS: _period,
    Operator.IN_THE_PREVIOUS: _period,
    Operator.IN_THE_FOLLOWING: _period,
    Operator.IN_THE_TOP: _share,
    Operator.IN_THE_BOTTOM: _share,
    Operator.MONTH_OF: _months,
    Operator.BETWEEN: _between,
    Operator.ANY_OF: _list,
    Operator.NONE_OF: _list,
}
