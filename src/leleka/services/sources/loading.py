import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson

from leleka.core.clock import utc_now
from leleka.core.column_classes import guess
from leleka.core.messages import Message
from leleka.services.installation import configuration as installation_configuration
from leleka.services.installation import lake_sessions
from leleka.services.sources import catalogue
from leleka.state.models import Segment, Source
from leleka.warehouse import readers, segments
from leleka.warehouse.engines.port import Engine

_LOOKED_AT: Final = 200  # rows, to guess what columns contain
Say = Callable[[Message], None]
Guard = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A source as just read: what the state is to point to."""

    name: str
    columns: list[list[str]]
    guessed_classes: dict[str, str]
    snapshot: str
    digest: str
    rows: int
    notes: list[str]


def known_digest(source: Source) -> str:
    """Return the digest of what a source's snapshot holds; "" where it is lost or damaged: it is read anew."""
    return source.digest if lake_sessions.lake().is_sound(source.snapshot) else ""


def load_if_stale(
    session: Engine, name: str, spec: dict[str, object], digest: str, say: Say
) -> Loaded | None:
    """Read a source's files, or give None where neither they nor the spec changed since ``digest``."""
    source = catalogue.spec_of_source(name, spec)
    allowed = installation_configuration.configuration().source_dirs
    paths = readers.resolve(source, allowed)
    now = _digest(readers.digest(paths), [str(path) for path in paths], spec)
    if now == digest:
        return None
    say(Message("READING_SOURCE", name=name))
    loaded = readers.load(session, lake_sessions.lake(), source, allowed)
    # Hashed again by the reader: the digest that is kept is of what was read, not of what was seen before.
    kept = _digest(loaded.digest, [str(path) for path in paths], spec)
    return Loaded(
        name,
        catalogue.columns_data(loaded.table),
        _guessed(session, loaded),
        loaded.snapshot.reference,
        kept,
        loaded.rows,
        list(loaded.notes),
    )


def refresh_sources(session: Engine, say: Say) -> None:
    """Read every source whose files changed."""
    for source in Source.objects.order_by("name"):
        loaded = load_if_stale(session, source.name, source.spec, known_digest(source), say)
        if loaded is not None:
            store_loaded(source, loaded)
            say(Message("READ_SOURCE", rows=loaded.rows, name=source.name))
        else:
            move_pointer(source, refreshed_at=utc_now())  # it was looked at, and is what is there


def store_loaded(source: Source, loaded: Loaded) -> None:
    """Move a source's pointer to what was read; what was edited meanwhile stays edited."""
    now = utc_now()
    # What was read anew because its snapshot was damaged is what it was.
    changed = {} if loaded.digest == source.digest else _changed(source, now)
    move_pointer(
        source,
        columns=loaded.columns,
        guessed_classes=loaded.guessed_classes,
        snapshot=loaded.snapshot,
        digest=loaded.digest,
        rows=loaded.rows,
        notes=loaded.notes,
        refreshed_at=now,
        **changed,
    )


def _changed(source: Source, now: datetime) -> dict[str, object]:
    return {"changed_at": now, "rows_before": source.rows if source.snapshot else None}


def move_pointer(row: Source | Segment, **values: object) -> bool:
    """Write down these columns alone: reading takes long. False where the row is gone by now."""
    for name, value in values.items():
        setattr(row, name, value)
    return bool(type(row)._default_manager.filter(pk=row.pk).update(**values))


def nobody() -> None:
    """Nobody else writes it down."""


def _guessed(session: Engine, loaded: readers.Loaded) -> dict[str, str]:
    """Return what each column seems to say of people, by its name and by the first rows."""
    values = segments.first_values(session, loaded.snapshot, loaded.table, _LOOKED_AT)
    return {column.name: guess(column, values[column.name]).value for column in loaded.table.columns}


def _what_matters(spec: Mapping[str, object]) -> dict[str, object]:
    """Return a spec without what is said about its files and does not change what is read from them."""
    return {name: value for name, value in spec.items() if name != "max_age_hours"}


def _digest(contents: str, paths: list[str], spec: Mapping[str, object]) -> str:
    told = orjson.dumps([contents, paths, _what_matters(spec)], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(told).hexdigest()
