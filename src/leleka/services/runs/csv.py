"""CSV for people who open it in a spreadsheet: no cell begins a formula (ASVS 1.2.10; inputs 15 and 101).

A spreadsheet of another language separates by semicolons or tabs, and sees a cell begin behind each of them; some
skip white space and control characters before a formula, and take full-width signs for the plain ones.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_STARTS: Final = frozenset("=+-@")
_SEPARATORS: Final = re.compile(r"([;\t\r\n|])")
_SKIPPED: Final = frozenset({"\t", "\r", "\n"})  # where they begin a cell
_UNSEEN: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})  # Unicode's control characters, formats and spaces


def lines(rows: Iterable[Iterable[str | None]]) -> str:
    """Return lines; a cell that a spreadsheet would run begins with an apostrophe."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def _harmless(cell: str | None) -> str:
    pieces = _SEPARATORS.split(cell or "")  # a separator is every second piece
    text = "".join(
        f"'{piece}" if number % 2 == 0 and _begins_formula(piece) else piece
        for number, piece in enumerate(pieces)
    )
    return f"'{text}" if text[:1] in _SKIPPED else text


def _begins_formula(text: str) -> bool:
    """Return whether a spreadsheet could run this, were it a cell."""
    for sign in text:
        if unicodedata.category(sign) not in _UNSEEN and sign != '"':
            return unicodedata.normalize("NFKC", sign) in _STARTS
    return False
