"""What reading a source gives, and the digest that tells whether there is anything to read."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from leleka.core.column_classes import guess
from leleka.messages.stored import said_data
from leleka.services.sources import catalogue, readings
from leleka.warehouse import readers, segments
from leleka.warehouse.catalogue import Changes
from leleka.warehouse.engines.port import Engine

_BESIDE: Final = frozenset({"max_age_hours", "email"})
_LOOKED_AT: Final = 200  # rows, to guess what columns contain


@dataclass(frozen=True, slots=True)
class Loaded:
    """A source as just read: what the state is to point to.

    Of a source that is read by what changed: ``mark`` is up to where, ``reads_since_whole`` how many times since it was
    read whole, and ``whole`` when that was. ``changed`` is False where its rows are what they were, and only that is to
    be noted. ``modified`` is when the newest of its files elsewhere was written there. Both are ISO times, or "".
    """

    name: str
    columns: list[list[str]]
    guessed_classes: dict[str, str]
    snapshot: str
    digest: str
    rows: int
    notes: list[Any]  # as ``messages.stored.said_data`` gives them
    mark: str = ""
    reads_since_whole: int = 0
    changed: bool = True
    modified: str = ""
    whole: str = ""
    changes: Changes | None = None  # row by row against what was read before, where that can be told

    @property
    def modified_at(self) -> datetime | None:
        return datetime.fromisoformat(self.modified) if self.modified else None

    @property
    def whole_at(self) -> datetime | None:
        return datetime.fromisoformat(self.whole) if self.whole else None


def of_readers(session: Engine, loaded: readers.Loaded, digest: str) -> Loaded:
    """Return what the readers made, with what each column seems to say of people."""
    return Loaded(
        loaded.table.name,
        catalogue.columns_data(loaded.table),
        _guessed(session, loaded),
        loaded.snapshot.reference,
        digest,
        loaded.rows,
        [said_data(one) for one in loaded.notes],
        changes=readings.compared(session, loaded.table.name, loaded),
    )


def digest_of(contents: str, paths: Sequence[str], spec: Mapping[str, object]) -> str:
    """Return the digest of what is read, and of how it is read."""
    told = orjson.dumps([contents, list(paths), _what_matters(spec)], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(told).hexdigest()


def _guessed(session: Engine, loaded: readers.Loaded) -> dict[str, str]:
    """Return what each column seems to say of people, by its name and by the first rows."""
    values = segments.first_values(session, loaded.snapshot, loaded.table, _LOOKED_AT)
    return {column.name: guess(column, values[column.name]).value for column in loaded.table.columns}


def _what_matters(spec: Mapping[str, object]) -> dict[str, object]:
    """Return a spec without what is said about its files and does not change what is read from them."""
    return {name: value for name, value in spec.items() if name not in _BESIDE}
