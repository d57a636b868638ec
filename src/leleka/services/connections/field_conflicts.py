"""Exports that share an account: they may share a list, but not write one field in two ways."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from leleka.errors import Problem

MARK: Final = ""  # what stands in the place of a column where a field is the mark of leavers


@dataclass(frozen=True, slots=True)
class Writer:
    """An export and what it writes at an account: field keys, each with the column it comes from."""

    export: str
    account: str
    columns: Mapping[str, str]


def writer_of(export: str, account: str, matching: Mapping[str, Any], leavers: Mapping[str, str]) -> Writer:
    """Take the writer from an export as the state keeps it."""
    columns = {line["to"]: line["column"] for line in matching["lines"]}
    if leavers["field"]:
        columns[leavers["field"]] = MARK
    return Writer(export, account, columns)


def clashes(one: Writer, other: Writer) -> Iterator[tuple[str, Problem]]:
    """Return the fields that both write, but not alike, each with the problem, which names the other export."""
    if one.account != other.account:
        return
    for field, column in one.columns.items():
        theirs = other.columns.get(field)
        if theirs is None or (theirs == column != MARK):
            continue
        name = field.removeprefix("field:").replace("_", " ")
        if theirs == MARK:
            yield field, Problem.of("MAP_FIELD_SHARED.mark", export=other.export, field=name)
        else:
            yield field, Problem.of("MAP_FIELD_SHARED", export=other.export, field=name, column=theirs)
