"""JSON lines become rows of text: one object a line, whose members are the columns."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import orjson

from leleka.core.sources import SourceSpec
from leleka.errors import InvalidInput
from leleka.warehouse.readers.archives import SourceFile
from leleka.warehouse.readers.csv_dialect import check_header
from leleka.warehouse.readers.csv_error_lines import LONGEST_ROW, CsvFile
from leleka.warehouse.readers.encodings import as_utf8, encoding_fault, encoding_of
from leleka.warehouse.readers.text_table import write_table

_BOM: Final = b"\xef\xbb\xbf"
_NAME: Final = re.compile(rb'"\s*:')
_LARGE: Final = 1e18  # a whole number that is read as a float from here on
_MANY_DIGITS: Final = 20  # more than 64 bits have


class _Lines:
    """The objects of a file. ``names`` are the members met so far, in the order of their appearance."""

    def __init__(self, file: SourceFile, path: Path) -> None:
        self._file = file
        self._path = path
        self.names: dict[str, None] = {}
        self.texts: set[str] = set()

    def __iter__(self) -> Iterator[tuple[int, dict[str, Any]]]:
        with self._path.open("rb") as lines:
            number = 0
            while line := lines.readline(LONGEST_ROW + 1):
                number += 1
                if len(line) > LONGEST_ROW:
                    where = f"{self._file.name}, line {number}"
                    raise InvalidInput("FILE_LINE_TOO_LONG", where=where, most=LONGEST_ROW)
                stripped = (line.removeprefix(_BOM) if number == 1 else line).strip()
                yield number, self._object(number, stripped) if stripped else {}

    def _object(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            found: object = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise self._refused(number, line) from error
        if not isinstance(found, dict):
            raise self._no_object(number, found)
        if b"\\u0000" in line:
            raise InvalidInput("FILE_NUL", where=f"{self._file.name}, line {number}")
        if len(found) != len(_NAME.findall(line)) or any(
            isinstance(value, float) and abs(value) >= _LARGE for value in found.values()
        ):
            found = self._carefully(number, line)
        for name, value in found.items():
            if value.__class__ is str:
                self.texts.add(name)
            elif value.__class__ in {dict, list}:
                raise InvalidInput(
                    "TYPE_MISMATCH.nested_json", where=f"{self._file.name}, line {number}", name=name
                )
        self.names.update(dict.fromkeys(found))
        return found

    def _carefully(self, number: int, line: bytes) -> dict[str, Any]:
        """Read a line in which a name may be twice, or a number is longer than any of ours."""

        def once(members: list[tuple[str, Any]]) -> dict[str, Any]:
            found = dict(members)
            if len(found) < len(members):
                names = [name for name, _ in members]
                twice = next(name for name in names if names.count(name) > 1)
                where = f"{self._file.name}, line {number}"
                raise InvalidInput("FILE_JSON.twice", where=where, name=twice)
            return found

        found: dict[str, Any] = json.loads(line, object_pairs_hook=once, parse_int=_whole)
        return found

    def _refused(self, number: int, line: bytes) -> InvalidInput:
        try:
            line.decode()
        except UnicodeDecodeError:
            return encoding_fault(self._file.name, self._path, "utf-8")
        if number == 1 and line[:1] == b"[":
            return InvalidInput("FILE_JSON.array", where=self._file.name)
        if number == 1 and line in {b"{", b"{}"}:
            return InvalidInput("FILE_JSON.spread", where=f"{self._file.name}, line 1")
        return InvalidInput("FILE_JSON", where=f"{self._file.name}, line {number}")

    def _no_object(self, number: int, found: object) -> InvalidInput:
        if number == 1 and isinstance(found, list) and any(isinstance(one, dict) for one in found):
            return InvalidInput("FILE_JSON.array", where=self._file.name)
        return InvalidInput("FILE_JSON.no_object", where=f"{self._file.name}, line {number}")


def prepare_json_lines(file: SourceFile, spec: SourceSpec, aside: Path) -> CsvFile:
    """Write the objects as CSV into ``aside``; the number of a line stays what it is."""
    path = as_utf8(file.name, file.content, encoding_of(file.content, spec) or "utf-8", aside)
    lines = _Lines(file, path)
    for _ in lines:  # which columns there are is known at the end alone
        pass
    names = tuple(lines.names)
    if not names:
        raise InvalidInput("FILE_EMPTY", where=file.name)
    check_header(f"{file.name}, line 1", names)
    target = aside / "lines.csv"
    write_table(target, names, ([_cell(found.get(name)) for name in names] for _, found in lines))
    return CsvFile(file.path, target, ",", names, (), record=0, texts=frozenset(lines.texts))


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) < _MANY_DIGITS else digits


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return ("true" if value else "false") if value.__class__ is bool else value
