"""Rules to begin with, offered where columns fit: found by type and by what columns are called."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from leleka.core.rules.operators import Operator
from leleka.services.builder.contracts import AskedColumn, AskedTable, Vocabulary

_BORN: Final = re.compile(r"birth|born|dob|народж", re.IGNORECASE)
_CAME: Final = re.compile(r"creat|regist|join|sign.?up|since|first|реєстр|створ|перш", re.IGNORECASE)
_MONEY: Final = re.compile(r"amount|total|sum|price|revenue|value|сума|ціна|варт", re.IGNORECASE)
_DATES: Final = frozenset({"date", "datetime"})
_NUMBERS: Final = frozenset({"integer", "number"})
_LAPSED, _NEW, _WEEK, _HIGH = 180, 30, 7, 1_000  # days, days, days, in the currency of the column


def templates(vocabulary: Vocabulary, today: date) -> list[dict[str, Any]]:
    """Return names and rules of those that the columns allow."""
    tables = {table.name: table for table in vocabulary.tables}
    profiles = tables[vocabulary.profiles]
    return [
        *_lapsed(profiles, tables),
        *_one(_("New in the last 30 days"), _column(profiles, _DATES, _CAME), _is_new),
        *_one(
            _("Birthdays in the next 7 days"),
            _column(profiles, _DATES, _BORN),
            lambda one: {"column": one.name, "operator": Operator.ANNIVERSARY.value, "value": _WEEK},
        ),
        *_one(
            _("Birthdays this month"),
            _column(profiles, _DATES, _BORN),
            lambda one: {"column": one.name, "operator": "month of", "value": [today.month]},
        ),
        *_high_value(profiles, tables),
    ]


def _lapsed(profiles: AskedTable, tables: dict[str, AskedTable]) -> Iterator[dict[str, Any]]:
    """Offer those who have rows in a table, and none of late."""
    for way, to in profiles.ways:
        when = next((one for one in tables[to].columns if one.type in _DATES), None)
        if when is not None and to != profiles.name:
            any_at_all = {"related": way, "measure": "exists"}
            of_late = {"column": when.name, "operator": "in the last", "value": _LAPSED}
            rules = {"all": [any_at_all, {"not": {**any_at_all, "where": of_late}}]}
            yield {"name": _("Lapsed: nothing in {table} for 180 days").format(table=to), "rules": rules}
            return


def _high_value(profiles: AskedTable, tables: dict[str, AskedTable]) -> Iterator[dict[str, Any]]:
    for way, to in profiles.ways:
        money = _column(tables[to], _NUMBERS, _MONEY)
        if money is not None and to != profiles.name:
            rules = {"related": way, "measure": "sum", "of": money.name, "operator": ">=", "value": _HIGH}
            yield {
                "name": _("High value: {column} of {table}").format(column=money.name, table=to),
                "rules": rules,
            }
            return


def _is_new(column: AskedColumn) -> dict[str, Any]:
    return {"column": column.name, "operator": "in the last", "value": _NEW}


def _one(
    name: str, column: AskedColumn | None, rules: Callable[[AskedColumn], dict[str, Any]]
) -> list[dict[str, Any]]:
    return [] if column is None else [{"name": name, "rules": rules(column)}]


def _column(table: AskedTable, types: frozenset[str], called: re.Pattern[str]) -> AskedColumn | None:
    return next((one for one in table.columns if one.type in types and called.search(one.name)), None)
