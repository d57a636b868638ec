"""One sheet of a workbook becomes rows of text: Excel (.xlsx, .xlsm, .xlsb, .xls) and OpenDocument (.ods)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from leleka.core.sources import SourceSpec
from leleka.errors import InvalidInput
from leleka.warehouse.readers.archives import SourceFile
from leleka.warehouse.readers.csv_dialect import MOST_COLUMNS, check_header
from leleka.warehouse.readers.csv_error_lines import CsvFile
from leleka.warehouse.readers.text_table import as_texts, without_columns, write_table
from leleka.warehouse.readers.workbook_checks import check_workbook, part_names

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_LOOKED_AT: Final = 20  # rows among which the header is looked for


def prepare_workbook(file: SourceFile, spec: SourceSpec, aside: Path) -> CsvFile:
    """Write the sheet's rows as CSV into ``aside``; row numbers stay those of the sheet."""
    errors = check_workbook(file)
    with _faults(file) as load:
        book = load(file.content)
        name, sheet = _sheet(file, spec, book)
        parts = dict(zip(book.sheet_names, part_names(file.content), strict=False))
        if error := errors.get(parts.get(name, "")):
            raise InvalidInput("FILE_FORMULA_ERROR", where=f"{file.name}, cell {error[0]}", error=error[1])
        top = _header_row(file, spec, sheet)
        _refuse_merged(file, sheet, top)
        return _written(file, sheet, top, aside)


def _written(file: SourceFile, sheet: "CalamineSheet", top: int, aside: Path) -> CsvFile:
    header = list(as_texts(next(islice(sheet.iter_rows(), top - 1, None))))
    unnamed = frozenset(position for position, name in enumerate(header) if not name.strip())
    empty = unnamed - _with_values(sheet, unnamed, top)
    kept = tuple(name for position, name in enumerate(header) if position not in empty)
    place = f"{file.name}, row {top}"
    if len(kept) <= MOST_COLUMNS and unnamed - empty and (row := _better_header(sheet, top)):
        raise InvalidInput("FILE_HEADER_EMPTY.row", where=place, column=min(unnamed - empty) + 1, row=row)
    check_header(place, kept)
    rows: Iterator[Sequence[Any]] = islice(sheet.iter_rows(), top, None)
    target = aside / "sheet.csv"
    write_table(target, kept, without_columns(rows, empty) if empty else rows)
    return CsvFile(file.path, target, ",", kept, (), record=top, unit="row")


def _sheet(file: SourceFile, spec: SourceSpec, book: "CalamineWorkbook") -> tuple[str, "CalamineSheet"]:
    if spec.sheet is not None:
        if spec.sheet not in book.sheet_names:
            raise InvalidInput(
                "FILE_SHEET.unknown", where=file.name, sheet=spec.sheet, sheets=_quoted(book.sheet_names)
            )
        name = spec.sheet
        sheet = book.get_sheet_by_name(name)
        if sheet.start is None:
            raise InvalidInput("FILE_EMPTY.sheet", where=file.name, sheet=name)
        return name, sheet
    filled = _filled(book)
    if not filled:
        raise InvalidInput("FILE_EMPTY", where=file.name)
    if len(filled) > 1:
        names = _quoted([one for one, _ in filled])
        raise InvalidInput("FILE_SHEET", where=file.name, count=len(filled), sheets=names, first=filled[0][0])
    return filled[0]


def _filled(book: "CalamineWorkbook") -> list[tuple[str, "CalamineSheet"]]:
    visible = [one.name for one in book.sheets_metadata if str(one.visible).endswith(".Visible")]
    return [(one, sheet) for one in visible if (sheet := book.get_sheet_by_name(one)).start is not None]


def filled_sheets(file: SourceFile) -> Sequence[str]:
    """Return the names of the visible sheets that have cells. Raises ``InvalidInput`` for what is no workbook."""
    check_workbook(file)
    with _faults(file) as load:
        return [name for name, _ in _filled(load(file.content))]


def _header_row(file: SourceFile, spec: SourceSpec, sheet: "CalamineSheet") -> int:
    first = (sheet.start or (0, 0))[0] + 1
    if spec.header_row is None:
        return first
    last = (sheet.end or (0, 0))[0] + 1
    if not first <= spec.header_row <= last:
        raise InvalidInput("FILE_HEADER_ROW", where=file.name, row=spec.header_row, first=first, last=last)
    return spec.header_row


def _better_header(sheet: "CalamineSheet", top: int) -> int | None:
    """Return the first row further down in which every column has a text, where the one above is a title."""
    for number, row in enumerate(islice(sheet.iter_rows(), top, top + _LOOKED_AT), top + 1):
        if all(isinstance(cell, str) and cell.strip() for cell in row):
            return number
    return None


def _with_values(sheet: "CalamineSheet", positions: frozenset[int], top: int) -> frozenset[int]:
    if not positions:
        return positions
    rows = islice(sheet.iter_rows(), top, None)
    return frozenset(position for row in rows for position in positions if row[position] != "")


def _refuse_merged(file: SourceFile, sheet: "CalamineSheet", top: int) -> None:
    """Only the first of merged cells has the value: the others would silently have none."""
    for first, last in sheet.merged_cell_ranges or ():
        if last[0] + 1 >= top:
            cells = f"{_letters(first[1])}{first[0] + 1}:{_letters(last[1])}{last[0] + 1}"
            raise InvalidInput("FILE_MERGED_CELLS", where=f"{file.name}, row {first[0] + 1}", cells=cells)


def _letters(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def _quoted(names: Sequence[str]) -> list[str]:
    return [repr(name) for name in names[:10]]


@contextmanager
def _faults(file: SourceFile) -> Iterator[Any]:
    import python_calamine  # noqa: PLC0415 - a library that only workbooks need

    try:
        yield python_calamine.load_workbook
    except python_calamine.PasswordError as error:
        raise InvalidInput("FILE_ENCRYPTED", where=file.name) from error
    except python_calamine.CalamineError as error:
        raise InvalidInput("FILE_CORRUPT", where=file.name) from error
