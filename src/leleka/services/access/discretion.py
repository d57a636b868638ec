"""What somebody reads who may not see personal data: the same records, with less in them.

Values of columns follow the classes of the columns (``services.sources.column_classes``). Everything else that is told
passes here: problems, notes, who asked, which file. Addresses are masked, staff have names alone, files have no folder.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from pathlib import PurePath
from typing import Any, Final, TypeVar, cast

from leleka.core.address_masking import mask_all
from leleka.core.column_classes import MASKED, is_like_a_value
from leleka.core.messages import Message
from leleka.errors import Problem
from leleka.messages.problems import KNOWN, parameters_of
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, allows

_T = TypeVar("_T")
# As people are called who sign in (``people.actors``).
_STAFF_ADDRESS: Final = re.compile(r" <[^<>\s]+>(?=\Z|[\s,;.)])")
# At the beginning of a text also those with spaces in their names.
_FOLDERS: Final = re.compile(r"(?:\A/(?:[^/,:;]+/)*|(?<![\w./:])(?:/[^/\s:,;'\"]+)+/)(?=[^/\s])")
_NUMBERS: Final = re.compile(r"\+?\d[\d\s().\-/]{5,}\d")
_AS_THEY_ARE: Final = frozenset(
    {"path", "rules"}
)  # addresses of our own pages; rules are masked by their columns
_SAID: Final = "said"  # what stands in a sentence
_TOLD: Final = frozenset({"notes", "where", _SAID})
# What a problem quotes from a file: where a header is missing, the first person stands in its place.
_QUOTED: Final[Mapping[str, frozenset[str]]] = {
    "DATE_INVALID": frozenset({"shape"}),
    "EXPECTATION_COLUMN": frozenset({"near"}),
    "FILE_COLUMNS_DIFFER": frozenset({"lacks", "has", "column"}),
    "FILE_HEADER_DUPLICATE": frozenset({"name", "other"}),
    "MAP_COLUMN_UNKNOWN": frozenset({"near"}),
    "NUMBER_INVALID": frozenset({"shape"}),
    "RULE_UNKNOWN_COLUMN": frozenset({"near"}),
    "SOURCE_UNKNOWN_COLUMN": frozenset({"near", "known"}),
    "TYPE_MISMATCH": frozenset({"shape"}),
}
# Their parameters are times of ours, which look like numbers of people.
_OF_TIMES: Final = frozenset({"READY_BY_AT_RISK", "READY_BY_MISSED", "SCHEDULE_LATE"})


def sees_personal(actor: Actor) -> bool:
    return allows(actor, Permission.SEE_PERSONAL)


def discreet(actor: Actor, record: _T) -> _T:
    """Return a record, or a list of them, as this actor may read it."""
    return record if sees_personal(actor) else cast("_T", _lessened(record, ""))


def shown_names(columns: Sequence[str]) -> list[str]:
    """Return the names of a table's columns for whoever may not see personal data: where one looks like a value, a
    person may stand in place of the header.
    """
    return [MASKED] * len(columns) if any(map(is_like_a_value, columns)) else list(columns)


def discreet_problem(problem: Problem) -> Problem:
    """Return a problem without what it quotes from files, without addresses, long numbers and folders."""
    if problem.code in _OF_TIMES:
        return problem
    hidden = _QUOTED.get(problem.code, frozenset())
    shown = problem.mapped(_told)
    if hidden and problem.written:
        return _in_general(shown)
    return replace(
        shown, params={name: _of(value, hidden=name in hidden) for name, value in shown.params.items()}
    )


def _in_general(problem: Problem) -> Problem:
    """Return a problem that was stored as words with the words of today, in which nothing particular stands."""
    key = next(key for key in sorted(KNOWN) if key.partition(".")[0] == problem.code)
    return Problem(key, problem.where, dict.fromkeys(parameters_of(KNOWN[key]), MASKED))


def _of(value: Any, *, hidden: bool) -> Any:
    if isinstance(value, Problem):
        return discreet_problem(value)
    return MASKED if hidden and value else value


def _lessened(value: Any, name: str) -> Any:
    if name in _AS_THEY_ARE or isinstance(value, Enum):
        return value
    if isinstance(value, Problem):
        return discreet_problem(value)
    if isinstance(value, Message):
        return Message(value.code, **{key: _lessened(one, _SAID) for key, one in value.values.items()})
    if isinstance(value, str):
        return _text(value, name)
    return _lessened_parts(value, name)


def _lessened_parts(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _lessened(one, str(key)) for key, one in value.items()}
    if type(value) in {tuple, list}:
        return type(value)(_lessened(one, name) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = [one.name for one in fields(value)]
        return replace(value, **{part: _lessened(getattr(value, part), part) for part in parts})
    return value


def _text(text: str, name: str) -> str:
    if name == "managed_by_file":
        return PurePath(text).name
    return _told(text) if name in _TOLD else mask_all(_STAFF_ADDRESS.sub("", text))


def _told(text: str) -> str:
    return _NUMBERS.sub(MASKED, mask_all(_STAFF_ADDRESS.sub("", _FOLDERS.sub("", text))))
