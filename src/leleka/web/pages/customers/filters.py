"""Filters of customers: conditions of the grammar of segments, kept in the address of the page, shown as chips."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leleka.core.columns import NUMERIC, TEMPORAL, Column, ColumnType
from leleka.errors import InvalidInput
from leleka.web.request import Request

FILTER: Final = "f"
MOST: Final = 10
_LONGEST: Final = 2_000  # characters of one
_OPERATORS: Final[Mapping[str, Promise]] = {
    "is": gettext_lazy("is"),
    "any of": gettext_lazy("is any of"),
    "starts with": gettext_lazy("starts with"),
    "between": gettext_lazy("is between"),
    ">=": gettext_lazy("is at least"),
    "<=": gettext_lazy("is at most"),
    "after": gettext_lazy("is after"),
    "before": gettext_lazy("is before"),
    "is true": gettext_lazy("is yes"),
    "is false": gettext_lazy("is no"),
    "is empty": gettext_lazy("is empty"),
    "is not empty": gettext_lazy("is not empty"),
}
WAYS: Final[Mapping[str, Promise]] = {
    "value": gettext_lazy("has one of these values"),
    "starts with": gettext_lazy("starts with"),
    "range": gettext_lazy("lies in a range"),
    "is true": gettext_lazy("is yes"),
    "is false": gettext_lazy("is no"),
    "is empty": gettext_lazy("is empty"),
    "is not empty": gettext_lazy("is not empty"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in words, and the address of the page without it."""

    text: str
    without: str


def given(request: Request) -> list[dict[str, Any]]:
    """Return the conditions in the address of a page, in their order. Raises ``InvalidInput``."""
    texts = request.GET.getlist(FILTER)
    if len(texts) > MOST or any(len(text) > _LONGEST for text in texts):
        raise InvalidInput("CUSTOMERS_FILTER", where="filter")
    return [_read(text) for text in texts]


def _read(text: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict) or not isinstance(read.get("column"), str):
        raise InvalidInput("CUSTOMERS_FILTER", where="filter")
    return read


def address(text: str, conditions: Sequence[Mapping[str, Any]], after: int | None = None) -> str:
    """Return the address of the page of customers with this search and these filters."""
    query = [("q", text)] if text else []
    query += [(FILTER, written(one)) for one in conditions]
    query += [("after", str(after))] if after is not None else []
    return reverse("web:customers") + (f"?{urlencode(query)}" if query else "")


def as_segment(conditions: Sequence[Mapping[str, Any]]) -> str:
    """Return the address of a new segment with the filters as its rules."""
    rules = written({"all": list(conditions)} if len(conditions) > 1 else conditions[0])
    return f"{reverse('web:segment_add')}?{urlencode({'rules': rules})}"


def written(condition: Mapping[str, Any]) -> str:
    return json.dumps(condition, ensure_ascii=False, separators=(",", ":"))


def chips(text: str, conditions: Sequence[Mapping[str, Any]]) -> list[Chip]:
    return [
        Chip(_in_words(one), address(text, [*conditions[:place], *conditions[place + 1 :]]))
        for place, one in enumerate(conditions)
    ]


def ways_of(column: Column) -> Mapping[str, Promise]:
    """Return how a column can be filtered, by its type."""
    if column.type is ColumnType.BOOLEAN:
        names = ["is true", "is false"]
    elif column.type in TEMPORAL:
        names = ["range"]
    elif column.type in NUMERIC:
        names = ["range", "value"]
    else:
        names = ["value", "starts with"]
    return {name: WAYS[name] for name in (*names, "is empty", "is not empty")}


def condition_of(column: Column, way: str, values: Sequence[str], ends: tuple[str, str]) -> dict[str, Any]:
    """Return what a form asks for as a condition. What does not fit the column is refused where it is read."""
    head: dict[str, Any] = {"column": column.name}
    if way == "range":
        return {**head, **_range(column, *(end.strip() for end in ends))}
    if way not in {"value", "starts with"}:
        return {**head, way: True}
    told = [_typed(column, value.strip()) for value in values if value.strip()]
    if way == "starts with":
        return {**head, way: told[0] if told else "", "ignore case": True}
    return (
        {**head, ("=" if column.type in NUMERIC else "is"): told[0]}
        if len(told) == 1
        else {**head, "any of": told}
    )


def _range(column: Column, low: str, high: str) -> dict[str, Any]:
    if low and high:
        return {"between": [_typed(column, low), _typed(column, high)]}
    if column.type in NUMERIC:
        return {">=": _typed(column, low)} if low else {"<=": _typed(column, high)}
    if low:
        return {"after": _moved(low, -1)}
    return {"before": _moved(high, 1)}


def _moved(day: str, days: int) -> str:
    """Return the day beside one: ranges include their ends. What is no day stays, to be refused with its name."""
    try:
        return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return day


def _typed(column: Column, value: str) -> Any:
    if column.type not in NUMERIC:
        return value
    try:
        return int(value) if column.type is ColumnType.INTEGER else float(value.replace(",", "."))
    except ValueError:
        return value


def _in_words(condition: Mapping[str, Any]) -> str:
    column = condition["column"]
    rest = {name: value for name, value in condition.items() if name not in {"column", "ignore case"}}
    operator, value = next(iter(rest.items()), ("", ""))
    words = str(_OPERATORS.get(operator, operator))
    if value is True:
        return f"{column} {words}"
    if operator == "between" and isinstance(value, list):
        return f"{column} {words} " + _("{low} and {high}").format(low=value[0], high=value[-1])
    return f"{column} {words} {', '.join(map(str, value)) if isinstance(value, list) else value}"
