"""Exports that share an account: they may share a list, but not write one field in two ways."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

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


def clashes(one: Writer, other: Writer) -> Iterator[tuple[str, str]]:
    """Return the fields that both write, but not alike, each with a sentence about the other export."""
    if one.account != other.account:
        return
    for field, column in one.columns.items():
        theirs = other.columns.get(field)
        if theirs is None or (theirs == column != MARK):
            continue
        how = f"from column {theirs!r}" if theirs != MARK else "as the mark of its leavers"
        name = field.removeprefix("field:").replace("_", " ")
        yield field, f"Export {other.export!r} writes field {name} of the same account {how}."
