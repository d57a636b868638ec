"""The format of one CSV file: its encoding, delimiter and header. The engine is told, it never guesses."""

import codecs
import csv
import re
import shutil
from pathlib import Path
from typing import Final

from leleka.core.column_classes import is_like_a_phone
from leleka.core.email import FAST_PATTERN
from leleka.core.sources import SourceSpec
from leleka.errors import InvalidInput
from leleka.warehouse.readers.csv_error_lines import LONGEST_ROW, CsvFile, encoding_fault, quote_fault

_BLOCK: Final = 1 << 20
_DELIMITERS: Final = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a vertical bar"}
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
MOST_COLUMNS: Final = 1_000
_UTF8: Final = frozenset({"utf-8", "ascii"})


def prepare(path: Path, spec: SourceSpec, staging: Path) -> CsvFile:
    """Detect the dialect; text in an encoding other than UTF-8 is rewritten into ``staging``."""
    encoding, notes = _encoding(path, spec)
    utf8 = path if encoding in _UTF8 else _transcoded(path, encoding, staging)
    _refuse_nul(path, utf8)
    record = _first_record(path, utf8)
    delimiter = _found_delimiter(record) if spec.delimiter is None else spec.delimiter
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise InvalidInput("DELIMITER_INVALID", where=spec.name)
    if delimiter != "," and spec.delimiter is None:  # what was declared is no news
        notes.append(
            f"{path.name}: the cells are separated by {_DELIMITERS.get(delimiter, repr(delimiter))}."
        )
    header = tuple(next(csv.reader([record], delimiter=delimiter)))
    check_header(path, header)
    return CsvFile(path, utf8, delimiter, header, tuple(notes))


def rewritten(file: CsvFile, staging: Path) -> CsvFile:
    """Rewrite a well-formed but inconsistent file (mixed line ends), with one line end per row."""
    target = staging / f"{file.utf8.stem}.even.csv"
    with (
        file.utf8.open(encoding="utf-8-sig", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as even,
    ):
        csv.writer(even, delimiter=file.delimiter, lineterminator="\n").writerows(
            csv.reader(source, delimiter=file.delimiter)
        )
    note = f"{file.path.name}: its lines end in different ways; all were understood."
    return CsvFile(file.path, target, file.delimiter, file.header, (*file.notes, note))


def check_header(path: Path, header: tuple[str, ...]) -> None:
    """Refuse a header that does not name every column, once each."""
    where = f"{path.name}, line 1" if path.suffix.lower() != ".parquet" else path.name
    if len(header) > MOST_COLUMNS:
        raise InvalidInput("FILE_TOO_MANY_COLUMNS", where=where, columns=len(header), most=MOST_COLUMNS)
    blank = [number for number, name in enumerate(header, 1) if not name.strip()]
    if blank or not header:
        if not blank:
            raise InvalidInput("FILE_HEADER_EMPTY.line", where=where)
        raise InvalidInput("FILE_HEADER_EMPTY", where=where, column=blank[0])
    if any(re.fullmatch(FAST_PATTERN, name.strip()) for name in header):
        raise InvalidInput("FILE_HEADER_MISSING", where=where)
    # A Parquet file has names of its own, be they what they are.
    if path.suffix.lower() != ".parquet" and any(is_like_a_phone(name.strip()) for name in header):
        raise InvalidInput("FILE_HEADER_MISSING.phone", where=where)
    seen: dict[str, str] = {}
    for name in header:
        other = seen.get(name.lower())
        seen[name.lower()] = name
        if other is not None:
            if other == name:
                raise InvalidInput("FILE_HEADER_DUPLICATE", where=where, name=name)
            raise InvalidInput("FILE_HEADER_DUPLICATE.case", where=where, name=name, other=other)


def _encoding(path: Path, spec: SourceSpec) -> tuple[str, list[str]]:
    with path.open("rb") as file:
        mark = file.read(2)
    if spec.encoding is None:
        if mark in _UTF16:
            return "utf-16", [f"{path.name}: its byte order mark says UTF-16."]
        return "utf-8", []
    try:
        "".encode(spec.encoding)  # also refuses anything that is not a text encoding
        name = codecs.lookup(spec.encoding).name
    except (LookupError, ValueError) as error:
        raise InvalidInput("ENCODING_UNKNOWN", where=spec.name, encoding=spec.encoding) from error
    return ("utf-8" if name == "utf-8-sig" else name), []


def _transcoded(path: Path, encoding: str, staging: Path) -> Path:
    target = staging / f"{path.stem[:80]}.utf8.csv"
    try:
        with (
            path.open(encoding=encoding, newline="") as source,
            target.open("w", encoding="utf-8", newline="") as out,
        ):
            shutil.copyfileobj(source, out, _BLOCK)
    except UnicodeError as error:
        raise encoding_fault(path, path, encoding) from error
    return target


def _refuse_nul(path: Path, utf8: Path) -> None:
    line = 1
    with utf8.open("rb") as file:
        while block := file.read(_BLOCK):
            at = block.find(b"\0")
            if at >= 0:
                line += block.count(b"\n", 0, at)
                raise InvalidInput("FILE_NUL", where=f"{path.name}, line {line}")
            line += block.count(b"\n")


def _first_record(path: Path, utf8: Path) -> str:
    """Return the header: the first line, and the next ones while a quote is open."""
    record = ""
    try:
        with utf8.open(encoding="utf-8-sig", newline="") as file:
            while len(record) < LONGEST_ROW and (line := file.readline(LONGEST_ROW)):
                record += line
                if record.count('"') % 2 == 0:
                    break
    except UnicodeError as error:
        raise encoding_fault(path, utf8, "utf-8") from error
    if record.count('"') % 2:
        raise quote_fault(path, 1)
    if not record:
        raise InvalidInput("FILE_EMPTY", where=path.name)
    return record.strip("\r\n")


def _found_delimiter(record: str) -> str:
    outside = "".join(record.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)
