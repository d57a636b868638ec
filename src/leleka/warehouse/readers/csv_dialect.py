"""The format of one CSV file: its encoding, delimiter and header. The engine is told, it never guesses."""

import csv
import re
import shutil
from itertools import islice
from pathlib import Path
from typing import Final

from leleka.core.column_classes import is_like_a_phone
from leleka.core.email import FAST_PATTERN
from leleka.core.messages import Message
from leleka.core.sources import SourceSpec
from leleka.errors import InvalidInput
from leleka.warehouse.readers.archives import SourceFile
from leleka.warehouse.readers.csv_error_lines import LONGEST_ROW, CsvFile, quote_fault
from leleka.warehouse.readers.encodings import as_utf8, encoding_fault, encoding_of, utf16_without_a_mark

_BLOCK: Final = 1 << 20
_DELIMITERS: Final = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a vertical bar"}
# What some systems write and nobody expects: guessed where the header seems to be one column, and never taken unasked.
_RARE: Final = (*_DELIMITERS, "^", "~", ":", "¦", "§", "\x01", "\x1f")
_LOOKED_AT: Final = 20  # lines
_HEAD: Final = 4_000  # bytes
_LONGEST_SEP_LINE: Final = 20  # bytes
_SEP_LINE: Final = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
MOST_COLUMNS: Final = 1_000


def prepare(file: SourceFile, spec: SourceSpec, aside: Path, *, default: str | None = None) -> CsvFile:
    """Detect the dialect; text in an encoding other than UTF-8 is rewritten into ``aside``."""
    encoding = encoding_of(file.content, spec)
    notes = [Message("READ_UTF16", file=file.name)] if encoding and not spec.encoding else []
    utf8 = as_utf8(file.name, file.content, encoding or "utf-8", aside)
    _refuse_nul(file.name, utf8)
    told, utf8 = _told_by_excel(file.name, utf8, aside)
    record = _first_record(file.name, utf8)
    declared = default if spec.delimiter is None else spec.delimiter
    delimiter = told or _found_delimiter(record) if declared is None else declared
    if len(delimiter) != 1 or delimiter in '"\r\n\0':
        raise InvalidInput("DELIMITER_INVALID", where=spec.name)
    if delimiter != "," and declared is None:  # what was declared is no news
        word = _DELIMITERS.get(delimiter, repr(delimiter))
        notes.append(Message("READ_DELIMITER", file=file.name, delimiter=word))
    header = tuple(next(csv.reader([record], delimiter=delimiter)))
    found = CsvFile(file.path, utf8, delimiter, header, tuple(notes), before=1 if told else 0)
    if len(header) == 1:
        _refuse_another_delimiter(found)
    check_header(found.place_of_header, header)
    return found


def rewritten(file: CsvFile, staging: Path) -> CsvFile:
    """Rewrite a well-formed but inconsistent file (mixed line ends), with one line end per row."""
    target = staging / "even.csv"
    with (
        file.utf8.open(encoding="utf-8-sig", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as even,
    ):
        csv.writer(even, delimiter=file.delimiter, lineterminator="\n").writerows(
            csv.reader(source, delimiter=file.delimiter)
        )
    return file.with_rows_in(target, Message("READ_LINE_ENDS", file=file.path.name))


def check_header(where: str, header: tuple[str, ...], *, is_text: bool = True) -> None:
    """Refuse a header that does not name every column, once each."""
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
    if is_text and any(is_like_a_phone(name.strip()) for name in header):
        raise InvalidInput("FILE_HEADER_MISSING.phone", where=where)
    seen: dict[str, str] = {}
    for name in header:
        other = seen.get(name.lower())
        seen[name.lower()] = name
        if other is not None:
            if other == name:
                raise InvalidInput("FILE_HEADER_DUPLICATE", where=where, name=name)
            raise InvalidInput("FILE_HEADER_DUPLICATE.case", where=where, name=name, other=other)


def _refuse_nul(name: str, utf8: Path) -> None:
    read = 0
    with utf8.open("rb") as file:
        while block := file.read(_BLOCK):
            at = block.find(b"\0")
            if at >= 0:
                raise _nul_fault(name, utf8, read + at, block)
            read += len(block)


def _nul_fault(name: str, utf8: Path, at: int, block: bytes) -> InvalidInput:
    with utf8.open("rb") as file:
        lines = sum(part.count(b"\n") for part in iter(lambda: file.read(min(_BLOCK, at - file.tell())), b""))
    where = f"{name}, line {lines + 1}"
    guess = utf16_without_a_mark(block[:_HEAD])
    return (
        InvalidInput("FILE_NUL.utf16", where=where, guess=guess)
        if guess
        else InvalidInput("FILE_NUL", where=where)
    )


def _told_by_excel(name: str, utf8: Path, aside: Path) -> tuple[str | None, Path]:
    """Return the delimiter that the first line says and nothing else, ``sep=;``, and the file without that line.

    The engine could skip it, and finds no row at all where it ends in another way than the others.
    """
    with utf8.open("rb") as file:
        told = _SEP_LINE.fullmatch(file.readline(_LONGEST_SEP_LINE).decode("utf-8-sig", "replace"))
        if told is None:
            return None, utf8
        rest = aside / "rest.csv"
        with rest.open("wb") as out:
            shutil.copyfileobj(file, out, _BLOCK)
    if not rest.stat().st_size:
        raise InvalidInput("FILE_EMPTY", where=name)
    return told[1], rest


def _first_record(name: str, utf8: Path) -> str:
    """Return the header: the first line, and the next ones while a quote is open."""
    record = ""
    try:
        with utf8.open(encoding="utf-8-sig", newline="") as file:
            while len(record) < LONGEST_ROW and (line := file.readline(LONGEST_ROW)):
                record += line
                if record.count('"') % 2 == 0:
                    break
    except UnicodeError as error:
        raise encoding_fault(name, utf8, "utf-8") from error
    if record.count('"') % 2:
        raise quote_fault(f"{name}, line 1")
    if not record:
        raise InvalidInput("FILE_EMPTY", where=name)
    return record.strip("\r\n")


def _found_delimiter(record: str) -> str:
    outside = "".join(record.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _refuse_another_delimiter(file: CsvFile) -> None:
    """Refuse a table of one column of which every line has another separator, equally often."""
    with file.utf8.open(encoding="utf-8-sig", newline="", errors="replace") as text:
        read = (line.rstrip("\r\n") for line in iter(lambda: text.readline(LONGEST_ROW), ""))
        lines = list(islice((line for line in read if line), _LOOKED_AT))
    for guess in _RARE:
        times = lines[0].count(guess)
        if (
            guess != file.delimiter
            and times
            and len(lines) > 1
            and {one.count(guess) for one in lines} == {times}
        ):
            shown = {"\t": r"\t"}.get(guess, guess if guess.isprintable() else repr(guess)[1:-1])
            raise InvalidInput("FILE_DELIMITER", where=file.place_of_header, guess=shown, columns=times + 1)
