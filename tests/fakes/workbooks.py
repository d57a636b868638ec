"""Workbooks as people make them."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

Edit = Callable[[Workbook, Worksheet], None]


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]], edit: Edit | None = None) -> bytes:
    """Return an .xlsx with these rows; dates are formatted as such, and ``edit`` sees the first sheet."""
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "default_date_format": "dd.mm.yyyy"})
    times = book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
    first: Worksheet | None = None
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        first = first or sheet
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                _write(sheet, number, column, cell, times)
    if edit and first:
        edit(book, first)
    book.close()
    return out.getvalue()


def zipped(files: dict[str, bytes], *, encrypted: bool = False) -> bytes:
    """Return a zip of files; ``encrypted`` sets the mark of a password, as a reader sees it first."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    packed = bytearray(out.getvalue())
    if encrypted:
        for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            packed[packed.index(mark) + offset] |= 1
    return bytes(packed)


def _write(sheet: Worksheet, row: int, column: int, cell: Any, times: Any) -> None:
    if isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell, times)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell)
    elif isinstance(cell, str) and cell:
        sheet.write_string(row, column, cell)
    elif cell is not None and not isinstance(cell, str):
        sheet.write(row, column, cell)
