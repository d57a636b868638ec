import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from leleka.core.clock import utc_now
from leleka.core.messages import Message
from leleka.services.installation import configuration as installation_configuration
from leleka.services.installation import lake_sessions
from leleka.services.sources import catalogue
from leleka.state.models import Segment, Source
from leleka.warehouse import readers
from leleka.warehouse.engines.port import Engine

Say = Callable[[Message], None]


Guard = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A source as just read: what the state is to point to."""

    name: str
    columns: list[list[str]]
    snapshot: str
    digest: str
    rows: int
    notes: list[str]


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
        loaded.snapshot.reference,
        kept,
        loaded.rows,
        list(loaded.notes),
    )


def refresh_sources(session: Engine, say: Say) -> None:
    """Read every source whose files changed."""
    for source in Source.objects.order_by("name"):
        loaded = load_if_stale(session, source.name, source.spec, source.digest, say)
        if loaded is not None:
            store_loaded(source, loaded)
            say(Message("READ_SOURCE", rows=loaded.rows, name=source.name))


def store_loaded(source: Source, loaded: Loaded) -> None:
    """Move a source's pointer to what was read; what was edited meanwhile stays edited."""
    move_pointer(
        source,
        columns=loaded.columns,
        snapshot=loaded.snapshot,
        digest=loaded.digest,
        rows=loaded.rows,
        notes=loaded.notes,
        refreshed_at=utc_now(),
    )


def move_pointer(row: Source | Segment, **values: object) -> bool:
    """Write down these columns alone: reading takes long. False where the row is gone by now."""
    for name, value in values.items():
        setattr(row, name, value)
    return bool(type(row)._default_manager.filter(pk=row.pk).update(**values))


def nobody() -> None:
    """Nobody else writes it down."""


def _digest(contents: str, paths: list[str], spec: object) -> str:
    told = orjson.dumps([contents, paths, spec], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(told).hexdigest()
