"""How files are read, where somebody says it: the sheet and its header row, separator, encoding, decimal comma."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from leleka.errors import Problem
from leleka.services.tasks.commands import TaskView
from leleka.web.integers import whole_number

_ENCODINGS: Final = (
    "utf-8", "utf-16", "windows-1251", "koi8-u", "cp866", "windows-1252", "windows-1250", "latin-1",
)  # fmt: skip
_DELIMITERS: Final = {",": ",", ";": ";", "\t": "Tab", "|": "|"}
_COMMA: Final = "number|decimal ,"
_TEXT: Final = frozenset({"csv", "tsv"})
_SETTINGS: Final = ("delimiter", "encoding", "sheet", "header_row")
# The setting that an error names the right value of, by its code, and the parameter that holds it.
_TELLING: Final = {
    "FILE_ENCODING": ("encoding", "guess"),
    "FILE_NUL": ("encoding", "guess"),
    "FILE_DELIMITER": ("delimiter", "guess"),
    "FILE_HEADER_EMPTY": ("header_row", "row"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What can be said of files of this format. ``guessed`` tells that a value is what an error proposed."""

    given: Mapping[str, Any]
    is_text: bool = False
    is_workbook: bool = False
    sheets: Sequence[str] = ()
    encodings: Sequence[str] = ()
    delimiters: Sequence[tuple[str, str]] = ()
    decimals: bool = False
    comma: bool = False
    guessed: bool = False
    focus: str = ""

    @property
    def any(self) -> bool:
        return self.is_text or self.is_workbook


@dataclass(slots=True)
class _Told:
    settings: dict[str, Any] = field(default_factory=dict)
    guessed: bool = False


def offered(task: TaskView) -> Reading:
    """Return what can be chosen of how the files of a task are read."""
    found, told = task.result, _told(task)
    reading, spec = found.get("reading") or {}, found.get("spec") or {}
    kind = reading.get("format", "")
    commas = [one for one in found.get("columns", ()) if _takes_comma(one)]
    encoding, delimiter = told.settings.get("encoding") or "", told.settings.get("delimiter") or ""
    known = dict.fromkeys((*_ENCODINGS, *filter(None, (encoding,))))
    signs = {**_DELIMITERS, **({delimiter: _DELIMITERS.get(delimiter, delimiter)} if delimiter else {})}
    sheets = list(reading.get("sheets") or ())
    if spec.get("sheet") and spec["sheet"] not in sheets:
        sheets.append(spec["sheet"])
    return Reading(
        told.settings,
        is_text=kind in _TEXT or kind == "jsonl",
        is_workbook=kind == "excel",
        sheets=sheets,
        encodings=list(known),
        delimiters=list(signs.items()) if kind in _TEXT else (),
        decimals=bool(commas),
        comma=bool(commas) and all(one["chosen"] == _COMMA for one in commas),
        guessed=told.guessed,
        focus=str((found.get("kept") or {}).get("focus", "")),
    )


def chosen(post: Mapping[str, str], task: TaskView) -> dict[str, Any]:
    """Return the settings of a source that a form says: what it says nothing of stays."""
    told: dict[str, Any] = {name: post[name] for name in _SETTINGS if name in post}
    if "header_row" in told:
        told["header_row"] = whole_number(told["header_row"].strip())
    spec = task.result.get("spec") or {}
    anew = any((spec.get(name) or "") != (value or "") for name, value in told.items())
    types = {} if anew else {**(spec.get("types") or {})}  # by names of columns that may be gone
    for one in task.result.get("columns", ()) if "decimals" in post else ():
        if _takes_comma(one):
            types.pop(one["name"], None)
            if post["decimals"] == ",":
                types[one["name"]] = {"type": "number", "decimal": ","}
    return {**told, "types": types}


def _takes_comma(column: Mapping[str, Any]) -> bool:
    """Return whether every value of a column is a number with a decimal comma, and it is no number otherwise."""
    fits = {one["value"]: one["misfits"] for one in column["types"]}
    return fits.get(_COMMA) == 0 and (column["chosen"] == _COMMA or column["type"] == "text")


def _told(task: TaskView) -> _Told:
    """Return the settings as they are, and those that an error of the reader proposes instead."""
    spec = task.result.get("spec") or {}
    told = _Told({name: spec.get(name) or "" for name in _SETTINGS})
    for problem in task.problems:
        name, value = _proposed(problem)
        if name and value:
            told.settings[name], told.guessed = value, True
    return told


def _proposed(problem: Problem) -> tuple[str, Any]:
    name, parameter = _TELLING.get(problem.code, ("", ""))
    value = problem.params.get(parameter, "")
    return name, "\t" if value == r"\t" else value
