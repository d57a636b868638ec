"""CSV for people who open it in a spreadsheet: no cell begins a formula (ASVS 1.2.10; inputs 15 and 101)."""

import csv
import io
from collections.abc import Sequence
from typing import Final

_BEGINS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def line(cells: Sequence[str | None]) -> str:
    """Give one line; a cell that a spreadsheet would run begins with an apostrophe."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow([_harmless(cell or "") for cell in cells])
    return text.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_BEGINS_FORMULA) else cell
