"""Writes people as Parquet files, chunk by chunk: as large as they may become, little of them is in memory.

Files, each column text unless said otherwise:

- `contacts`, `loyalty`, `web`: the tables, of the columns in `records.TABLES`; the first is the key.
- `truth`: source (the name of the table), key, person (a number): which person each record is of.
- `people`: person, household, twins (numbers; twins is empty for most), shared_phone, name: what two people may have
  in common, by which `scores` tells kinds of false merges.

The rows of a chunk are shuffled and keys are scattered: neither an order nor a number tells who is who.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from random import Random
from typing import Any, Final, Self

import pyarrow as pa
import pyarrow.parquet as pq
from scripts.people.population import Person, Population
from scripts.people.records import TABLES, Records, Row
from scripts.people.shares import Shares

_CHUNK: Final = 20_000
_SPREAD, _KEYS = 7_368_787, 100_000_000  # no common factor: no key is met twice
_KEY_TEXTS: Final = {"contacts": "C{:08}", "loyalty": "2900{:08}", "web": "u{:x}"}
_TRUTH: Final = {"source": pa.string(), "key": pa.string(), "person": pa.int64()}
_PEOPLE: Final = {
    "person": pa.int64(),
    "household": pa.int64(),
    "twins": pa.int64(),
    "shared_phone": pa.string(),
    "name": pa.string(),
}


@dataclass(frozen=True, slots=True)
class Made:
    """What was written: how many records a table, how many people, and whom each difficulty met."""

    records: Mapping[str, int]
    people: int
    counted: Mapping[str, int]


class _File:
    """A Parquet file of rows that are added one by one."""

    def __init__(self, path: Path, columns: Mapping[str, pa.DataType], random: Random) -> None:
        self._schema = pa.schema(list(columns.items()))
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[Sequence[Any]] = []
        self._random = random
        self.written = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._flush()
        self._writer.close()

    def add(self, row: Sequence[Any]) -> None:
        self._rows.append(row)
        self.written += 1
        if len(self._rows) == _CHUNK:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._random.shuffle(self._rows)
            columns = zip(zip(*self._rows, strict=True), self._schema.types, strict=True)
            arrays = [pa.array(values, kind) for values, kind in columns]
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
            self._rows = []


class _Files:
    """All files of a folder, and the keys of the records in them."""

    def __init__(self, folder: Path, random: Random, stack: ExitStack) -> None:
        folder.mkdir(parents=True, exist_ok=True)

        def opened(name: str, columns: Mapping[str, pa.DataType]) -> _File:
            return stack.enter_context(_File(folder / f"{name}.parquet", columns, random))

        self.tables = {
            name: opened(name, dict.fromkeys(columns, pa.string())) for name, columns in TABLES.items()
        }
        self.truth, self.people = opened("truth", _TRUTH), opened("people", _PEOPLE)
        self._first_key = int(random.random() * _KEYS)

    def add_record(self, table: str, person: Person, values: Row) -> None:
        number = (self._first_key + self.truth.written) * _SPREAD % _KEYS
        key = _KEY_TEXTS[table].format(number)
        self.tables[table].add((key, *values))
        self.truth.add((table, key, person.number))

    def add_person(self, person: Person) -> None:
        shared = person.shared_phone or None
        self.people.add((person.number, person.household.number, person.twins, shared, person.name))


def write(folder: Path, records: int, seed: int, shares: Shares | None = None) -> Made:
    """Write exactly so many records into the folder; the same numbers and shares make the same records."""
    shares, counted = shares or Shares(), Counter[str]()
    random = Random(seed)
    made = Records(random, shares, counted)
    with ExitStack() as stack:
        files = _Files(folder, random, stack)
        for person in chain.from_iterable(Population(random, shares, counted).households()):
            if files.truth.written == records:
                break
            files.add_person(person)
            for table, values in islice(made.of(person), records - files.truth.written):
                files.add_record(table, person, values)
    written = {name: file.written for name, file in files.tables.items()}
    return Made(written, files.people.written, counted)
