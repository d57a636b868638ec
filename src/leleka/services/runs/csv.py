"""CSV for people who open it in a spreadsheet: no cell begins a formula (ASVS 1.2.10; inputs 15 and 101)."""

import csv
import io
from collections.abc import Iterable
from typing import Final

_BEGINS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def lines(rows: Iterable[Iterable[str | None]]) -> str:
    """Return lines; a cell that a spreadsheet would run begins with an apostrophe."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def _harmless(cell: str | None) -> str:
    if not cell:
        return ""
    return f"'{cell}" if cell.startswith(_BEGINS_FORMULA) else cell
