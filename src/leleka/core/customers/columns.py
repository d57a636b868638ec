"""Which columns customers are found by and called by, where nobody chose any."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from leleka.core.column_classes import ColumnClass
from leleka.core.columns import TEMPORAL, Column, ColumnType, Table

MOST_SEARCHED: Final = 8
_OF_A_PERSON: Final = frozenset({ColumnClass.IDENTIFIER, ColumnClass.CONTACT})
_NOT_WORDS: Final = frozenset({*TEMPORAL, ColumnType.BOOLEAN, ColumnType.NUMBER})
_FIRST: Final = ("firstname", "givenname", "ім'я", "імя", "imia")
_LAST: Final = ("lastname", "surname", "familyname", "прізвище", "prizvyshche")
_WHOLE: Final = ("fullname", "name", "customername", "displayname", "піб", "pib")
_TIMES: Final = ("ordered", "created", "happened", "occurred", "date", "time", "day", "дата", "час")


def can_be_searched(column: Column) -> bool:
    """Return whether a column has words: not dates, amounts, or yes and no."""
    return column.type not in _NOT_WORDS


def searched_by_default(table: Table, classes: Mapping[str, ColumnClass]) -> Sequence[str]:
    """Return the key and the columns that tell who somebody is or how to reach them, else the first texts."""
    able = [one.name for one in table.columns if can_be_searched(one)]
    told = [name for name in able if name == table.primary_key or classes.get(name) in _OF_A_PERSON]
    return (told if len(told) > 1 else able)[:MOST_SEARCHED]


def title_columns(names: Iterable[str]) -> Sequence[str]:
    """Return the columns that say what somebody is called, in this order; none where no name looks like one."""
    known = {_plain(name): name for name in reversed(list(names))}
    single = [next((known[one] for one in kind if one in known), None) for kind in (_FIRST, _LAST)]
    found = [name for name in single if name]
    return found or [known[one] for one in _WHOLE if one in known][:1]


def time_column(table: Table) -> str | None:
    """Return the column that says when what a row tells of was: by its name, else the first that is a time."""
    times = [one.name for one in table.columns if one.type in TEMPORAL]
    named = [name for name in times if any(word in name.lower() for word in _TIMES)]
    return next(iter(named or times), None)


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace(" ", "").replace("-", "").replace("’", "'")
