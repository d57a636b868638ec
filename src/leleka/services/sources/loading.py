from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from leleka.core.clock import utc_now
from leleka.core.messages import Message
from leleka.services.installation import lake_sessions
from leleka.services.sources import connected, places, readings
from leleka.services.sources.connected import Reading
from leleka.services.sources.loaded import Loaded, digest_of, of_readers
from leleka.state.models import Measure, Segment, Source
from leleka.warehouse import readers
from leleka.warehouse.engines.port import Engine

Say = Callable[[Message], None]
Guard = Callable[[], object]


def known_digest(source: Source) -> str:
    """Return the digest of what a source's snapshot holds; "" where it is lost or damaged: it is read anew."""
    return source.digest if lake_sessions.lake().is_sound(source.snapshot) else ""


def load_if_stale(
    session: Engine,
    name: str,
    spec: Mapping[str, Any],
    digest: str,
    say: Say,
    *,
    reading: Reading | None = None,
) -> Loaded | None:
    """Read a source's files, or give None where neither they nor the spec changed since ``digest``.

    ``reading`` is how it goes on where it comes through a connection.
    """
    if connected.comes_from_elsewhere(spec):
        return connected.load_if_stale(session, name, spec, digest, say, reading=reading or Reading())
    source, allowed, paths = places.resolved(name, spec)
    now = digest_of(readers.digest(paths), [str(path) for path in paths], spec)
    if now == digest:
        return None
    say(Message("READING_SOURCE", name=name))
    loaded = readers.load(session, lake_sessions.lake(), source, allowed)
    # Hashed again by the reader: the digest that is kept is of what was read, not of what was seen before.
    return of_readers(session, loaded, digest_of(loaded.digest, [str(path) for path in paths], spec))


def refresh_sources(session: Engine, say: Say) -> None:
    """Read every source whose files changed."""
    for source in Source.objects.order_by("name"):
        reading = Reading(before=source)
        loaded = load_if_stale(session, source.name, source.spec, known_digest(source), say, reading=reading)
        if loaded is not None:
            if store_loaded(source, loaded):
                say(Message("READ_SOURCE", rows=loaded.rows, name=source.name))
        else:
            move_pointer(source, refreshed_at=utc_now())  # it was looked at, and is what is there


def store_loaded(source: Source, loaded: Loaded) -> bool:
    """Move a source's pointer to what was read; ``source`` is the row as it was when the reading began.

    False where it was edited or read by somebody else meanwhile: what was read then is of another source, or older.
    """
    now = utc_now()
    # What was read anew because its snapshot was damaged is what it was.
    changed = {} if loaded.digest == source.digest else _changed(source, now)
    values: dict[str, object] = {
        "columns": loaded.columns,
        "guessed_classes": loaded.guessed_classes,
        "snapshot": loaded.snapshot,
        "digest": loaded.digest,
        "rows": loaded.rows,
        "notes": loaded.notes,
        "mark": loaded.mark,
        "reads_since_whole": loaded.reads_since_whole,
        "refreshed_at": now,
        **changed,
    }
    as_read = Source.objects.filter(pk=source.pk, spec=source.spec, snapshot=source.snapshot)
    if not as_read.update(**values):
        return False
    if changed:
        readings.note(source, loaded.rows, loaded.columns, loaded.changes, now)
    for name, value in values.items():
        setattr(source, name, value)
    return True


def _changed(source: Source, now: datetime) -> dict[str, object]:
    return {"changed_at": now, "rows_before": source.rows if source.snapshot else None}


def move_pointer(row: Source | Segment | Measure, **values: object) -> bool:
    """Write down these columns alone: reading takes long. False where the row is gone by now."""
    for name, value in values.items():
        setattr(row, name, value)
    return bool(type(row)._default_manager.filter(pk=row.pk).update(**values))


def nobody() -> None:
    """Nobody else writes it down."""
