"""What is looked at in a workbook's own XML before calamine reads it, because it would not tell, or not come back.

It reads a cell with an error (#N/A) as empty, takes memory for every cell up to the last one wherever that is, and
unpacks whatever it is given.
"""

import re
import zipfile
import zlib
from pathlib import Path
from typing import Final

from leleka.errors import InvalidInput
from leleka.warehouse.readers.archives import SourceFile

_BLOCK: Final = 1 << 18
_MOST_UNPACKED: Final = 2 << 30
_MOST_CELLS: Final = 60_000_000  # of the rectangle that holds them all
_LONGEST_CELL: Final = 5_000  # bytes: what may stand across two blocks
_OLE: Final = b"\xd0\xcf\x11\xe0"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_FAR_CELL: Final = re.compile(rb'<c r="([A-Z]{2,3})[0-9]')
_LAST_ROW: Final = re.compile(rb'<row r="([0-9]{1,7})"')
_ERROR_CELL: Final = re.compile(
    rb'<c r="([A-Z]{1,3}[0-9]{1,7})"[^>]{0,80} t="e"[^>]{0,80}>.{0,4000}?<v>([^<]{1,20})</v>', re.DOTALL
)
_ERROR_MARK: Final = b't="e"'


def check_workbook(file: SourceFile) -> dict[str, tuple[str, str]]:
    """Refuse what cannot be read safely; return the first cell with an error by the name of its sheet's part."""
    with file.content.open("rb") as content:
        head = content.read(8)
    if head.startswith(_OLE):
        _refuse_encrypted(file)
        return {}
    if not zipfile.is_zipfile(file.content):
        raise InvalidInput("FILE_CORRUPT", where=file.name)
    errors = {}
    try:
        with zipfile.ZipFile(file.content) as archive:
            if sum(member.file_size for member in archive.infolist()) > _MOST_UNPACKED:
                raise _expands(file)
            left = _MOST_UNPACKED
            for member in archive.infolist():
                found, size = _look(file, archive, member, left)
                left -= size
                if found:
                    errors[member.filename] = found
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InvalidInput("FILE_CORRUPT", where=file.name) from error
    return errors


def _look(
    file: SourceFile, archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int
) -> tuple[tuple[str, str] | None, int]:
    """Read a part to its end; return its first cell with an error and how many bytes it has."""
    is_sheet = "/worksheets/" in member.filename
    size, rows, columns, tail = 0, 0, 0, b""
    found: tuple[str, str] | None = None
    with archive.open(member) as part:
        while block := part.read(_BLOCK):
            size += len(block)
            if size > most:
                raise _expands(file)
            if not is_sheet:
                continue
            text = tail + block
            tail = block[-_LONGEST_CELL:]
            columns = max([columns, *map(_column_number, set(_FAR_CELL.findall(text)))])
            at = text.rfind(b'<row r="')
            if at >= 0 and (row := _LAST_ROW.match(text, at)):
                rows = int(row[1])
            if rows * columns > _MOST_CELLS:
                raise InvalidInput("FILE_SHEET_TOO_LARGE", where=file.name, rows=rows, columns=columns)
            if found is None and _ERROR_MARK in text and (cell := _ERROR_CELL.search(text)):
                found = (cell[1].decode(), cell[2].decode())
    return found, size


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _refuse_encrypted(file: SourceFile) -> None:
    """An encrypted .xlsx stands in the container of the old format, whose directory names its only stream."""
    with file.content.open("rb") as content:
        while block := content.read(_BLOCK):
            if _ENCRYPTED in block:
                raise InvalidInput("FILE_ENCRYPTED", where=file.name)


def _expands(file: SourceFile) -> InvalidInput:
    return InvalidInput("FILE_EXPANDS_TOO_MUCH", where=file.name, most=_MOST_UNPACKED >> 20)


def part_names(path: Path) -> list[str]:
    """Return the names of the sheets' parts in the order of the workbook, where it is one of the new format."""
    try:
        with zipfile.ZipFile(path) as archive:
            book = archive.read("xl/workbook.xml").decode(errors="replace")
            links = archive.read("xl/_rels/workbook.xml.rels").decode(errors="replace")
    except (KeyError, zipfile.BadZipFile):
        return []
    targets = {}
    for link in re.findall(r"<Relationship\b[^>]*>", links):
        told = dict(re.findall(r'(\w+)="([^"]*)"', link))
        targets[told.get("Id", "")] = told.get("Target", "")
    ids = re.findall(r'<sheet\b[^>]*\br:id="([^"]*)"', book)
    return [f"xl/{targets.get(one, '').removeprefix('/xl/')}" for one in ids]
