"""The error path: reads a CSV file in Python to find which physical line is wrong. Not used for
valid files.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final, TextIO

from leleka.core.messages import Message
from leleka.errors import InvalidInput, Problem
from leleka.warehouse.readers.encodings import encoding_fault

LONGEST_ROW: Final = 8_000_000
_MOST_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class CsvFile:
    """Rows ready to be read: ``path`` is the original, ``utf8`` what the engine reads, and ``before`` how many lines of
    the original stand before its header.

    Where ``utf8`` was made from something that is no CSV, ``record`` is the line or row of its header there: then a
    record is a line or row, as ``unit`` says, whatever line ends are in its cells. ``texts`` are columns whose text is
    never a number.
    """

    path: Path
    utf8: Path
    delimiter: str
    header: tuple[str, ...]
    notes: tuple[Message, ...]
    before: int = 0
    record: int | None = None
    unit: str = "line"
    texts: frozenset[str] = frozenset()

    @property
    def place_of_header(self) -> str:
        return self.place(1 + self.before if self.record is None else self.record)

    def place(self, number: int) -> str:
        return f"{self.path.name}, {self.unit} {number}"

    def with_rows_in(self, utf8: Path, note: Message) -> "CsvFile":
        return replace(self, utf8=utf8, notes=(*self.notes, note))

    def with_note(self, note: Message) -> "CsvFile":
        return replace(self, notes=(*self.notes, note))


class Rows:
    """The rows of a CSV file as the engine counts them: blank lines do not count. Iterating yields (line,
    cells); of what was made from something else, its own lines or rows.
    """

    def __init__(self, file: CsvFile, *, strict: bool) -> None:
        self._file = file
        self._strict = strict
        self.line = 1  # where the row that is being read begins

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(LONGEST_ROW)
        with self._file.utf8.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(_bounded(text), delimiter=self._file.delimiter, strict=self._strict)
            self.line = 1 + self._file.before
            for number, cells in enumerate(reader):
                if number and not self._blank(cells):
                    yield self.line if self._file.record is None else self._file.record + number, cells
                self.line = reader.line_num + 1 + self._file.before

    def _blank(self, cells: Sequence[str]) -> bool:
        return not cells or (len(self._file.header) == 1 and list(cells) == [""])


class _LineTooLong(Exception):
    pass


def _bounded(text: TextIO) -> Iterator[str]:
    while line := text.readline(LONGEST_ROW + 1):
        if len(line) > LONGEST_ROW:
            raise _LineTooLong
        yield line


def diagnose(file: CsvFile) -> None:
    """Raise what is wrong with the file, by line; return if Python's reader finds nothing wrong."""
    rows = Rows(file, strict=True)
    ragged: list[Problem] = []
    try:
        for line, cells in rows:
            if not _fits(cells, file.header):
                ragged.append(_ragged(file, line, len(cells)))
                if len(ragged) == _MOST_SHOWN:
                    break
    except UnicodeError as error:
        raise encoding_fault(file.path.name, file.utf8, "utf-8") from error
    except _LineTooLong as error:
        raise InvalidInput("FILE_LINE_TOO_LONG", where=file.place(rows.line), most=LONGEST_ROW) from error
    except csv.Error as error:
        if not ragged:
            raise quote_fault(file.place(rows.line)) from error
    if ragged:
        raise InvalidInput.of(ragged)


def quote_fault(where: str) -> InvalidInput:
    return InvalidInput("FILE_QUOTE", where=where)


def places(files: Sequence[tuple[CsvFile, int]], ordinals: Sequence[int]) -> dict[int, str]:
    """Find the file and line of rows. ``files`` come with their numbers of rows; ordinals count from 0."""
    found: dict[int, str] = {}
    first = 0
    for file, rows in files:
        here = {ordinal - first for ordinal in ordinals if first <= ordinal < first + rows}
        if here:
            walked = islice(enumerate(Rows(file, strict=False)), max(here) + 1)
            found |= {first + at: file.place(line) for at, (line, _) in walked if at in here}
        first += rows
    return found


def _fits(cells: Sequence[str], header: Sequence[str]) -> bool:
    # A delimiter after the last cell adds nothing; the engine ignores it as well.
    return len(cells) == len(header) or (len(cells) == len(header) + 1 and not cells[-1])


def _ragged(file: CsvFile, line: int, found: int) -> Problem:
    return Problem.of("FILE_RAGGED", file.place(line), found=found, expected=len(file.header))
