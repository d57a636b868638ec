"""The error path: reads a CSV file in Python to find which physical line is wrong. Not used for
valid files.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, TextIO

from leleka.errors import InvalidInput, Problem

LONGEST_ROW: Final = 8_000_000
_MOST_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A CSV file ready to be read: ``path`` is the original, ``utf8`` what the engine reads."""

    path: Path
    utf8: Path
    delimiter: str
    header: tuple[str, ...]
    notes: tuple[str, ...]


class Rows:
    """The rows of a CSV file as the engine counts them: blank lines do not count. Iterating yields (line,
    cells).
    """

    def __init__(self, file: CsvFile, *, strict: bool) -> None:
        self._file = file
        self._strict = strict
        self.line = 1  # where the row that is being read begins

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(LONGEST_ROW)
        with self._file.utf8.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(_bounded(text), delimiter=self._file.delimiter, strict=self._strict)
            for number, cells in enumerate(reader):
                if number and not self._blank(cells):
                    yield self.line, cells
                self.line = reader.line_num + 1

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
                ragged.append(_ragged(file.path, line, len(cells), len(file.header)))
                if len(ragged) == _MOST_SHOWN:
                    break
    except UnicodeError as error:
        raise encoding_fault(file.path, file.utf8, "utf-8") from error
    except _LineTooLong as error:
        raise InvalidInput(
            "FILE_LINE_TOO_LONG", where=f"{file.path.name}, line {rows.line}", most=LONGEST_ROW
        ) from error
    except csv.Error as error:
        if not ragged:
            raise quote_fault(file.path, rows.line) from error
    if ragged:
        raise InvalidInput.of(ragged)


def encoding_fault(path: Path, bytes_in: Path, encoding: str) -> InvalidInput:
    """Build the error for bytes that are not text in the encoding, naming their line."""
    errors, sign = ("surrogateescape", None) if encoding == "utf-8" else ("replace", "\ufffd")
    line = 1
    with bytes_in.open(encoding=encoding, errors=errors, newline="") as file:
        for number, text in enumerate(iter(lambda: file.readline(LONGEST_ROW), ""), 1):
            line = number
            if (sign in text) if sign else any("\udc80" <= character <= "\udcff" for character in text):
                break
    return InvalidInput("FILE_ENCODING", where=f"{path.name}, line {line}", encoding=encoding.upper())


def quote_fault(path: Path, line: int) -> InvalidInput:
    return InvalidInput("FILE_QUOTE", where=f"{path.name}, line {line}")


def places(files: Sequence[tuple[CsvFile, int]], ordinals: Sequence[int]) -> dict[int, str]:
    """Find the file and line of rows. ``files`` come with their numbers of rows; ordinals count from 0."""
    found: dict[int, str] = {}
    first = 0
    for file, rows in files:
        here = {ordinal - first for ordinal in ordinals if first <= ordinal < first + rows}
        if here:
            walked = islice(enumerate(Rows(file, strict=False)), max(here) + 1)
            found |= {first + at: f"{file.path.name}, line {line}" for at, (line, _) in walked if at in here}
        first += rows
    return found


def _fits(cells: Sequence[str], header: Sequence[str]) -> bool:
    # A delimiter after the last cell adds nothing; the engine ignores it as well.
    return len(cells) == len(header) or (len(cells) == len(header) + 1 and not cells[-1])


def _ragged(path: Path, line: int, found: int, expected: int) -> Problem:
    return Problem.of("FILE_RAGGED", f"{path.name}, line {line}", found=found, expected=expected)
