from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from leleka.core.clock import utc_now
from leleka.core.messages import Message
from leleka.core.quality.model import Severity
from leleka.errors import InvalidInput, Problem
from leleka.services.installation import lake_sessions
from leleka.services.quality import judging, records
from leleka.services.sources import connected, places, readings
from leleka.services.sources.connected import Reading
from leleka.services.sources.loaded import Loaded, digest_of, of_readers
from leleka.state.models import Measure, Segment, Source, SourceQuality
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


def read_if_stale(session: Engine, source: Source, say: Say, reading: Reading) -> Loaded | None:
    """Read a source as it is stored. What is held of it is not read again where its files are still the same: only its
    judgment may be another.
    """
    held = None if connected.comes_from_elsewhere(source.spec) else records.held(source)
    digest = held.digest if held else known_digest(source)
    return load_if_stale(session, source.name, source.spec, digest, say, reading=reading) or held


def refresh_sources(session: Engine, say: Say, needed: Collection[int]) -> None:
    """Read those of the sources that changed. What is wrong with another one stops nobody who does not need it."""
    for source in Source.objects.filter(pk__in=needed).order_by("name"):
        loaded = read_if_stale(session, source, say, Reading(before=source))
        if loaded is not None:
            if take(session, source, loaded).stored:
                say(Message("READ_SOURCE", rows=loaded.rows, name=source.name))
        else:
            take(session, source, None)
            move_pointer(source, refreshed_at=utc_now())  # it was looked at, and is what is there


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a reading: whether the source points to it, and which expectations it broke all the same."""

    stored: bool
    warnings: Sequence[Problem] = ()


def nobody() -> None:
    """Nobody else writes it down."""


def take(session: Engine, source: Source, loaded: Loaded | None, guard: Guard = nobody) -> Taken:
    """Judge what was read by what is expected of it, and move the pointer there; None judges what is there already.

    Raises ``InvalidInput`` where it breaks what fails: the reading is held for somebody's word, and the last good one
    stays. ``guard`` is called in the transaction.
    """
    if loaded is None and not source.snapshot:
        return Taken(stored=False)
    quality = records.of(source)
    judgment = records.known(quality, source.snapshot) if loaded is None else None
    if judgment is None:
        judgment = judging.judge(session, judged(source, loaded), quality.expectations)
    accepted = is_accepted(source, loaded, judgment)
    failing = [] if accepted else judgment.problems(Severity.FAIL, source.name)
    warnings = judgment.problems(Severity.WARN, source.name)
    with transaction.atomic():
        guard()
        stored = settle(source, loaded, judgment, held=bool(failing))
    if stored and failing:
        raise InvalidInput.of([*failing, *warnings])
    return Taken(stored, warnings + (judgment.problems(Severity.FAIL, source.name) if accepted else []))


def is_accepted(source: Source, loaded: Loaded | None, judgment: judging.Judgment) -> bool:
    """Return whether somebody accepted what was read: what was read anew, because the snapshot that they accepted was
    damaged, is what they saw.
    """
    accepted = records.of(source).accepted
    if accepted in {"", judgment.snapshot}:
        return accepted == judgment.snapshot
    return loaded is not None and accepted == source.snapshot and loaded.digest == source.digest


def judged(source: Source, loaded: Loaded | None) -> judging.Judged:
    """Return what is judged of a source: the reading as it would be stored, against the one before."""
    by_row = not connected.comes_from_elsewhere(source.spec)
    if loaded is None or loaded.snapshot == source.snapshot:
        modified = loaded.modified_at if loaded else source.modified_at
        return judging.Judged(source, source.snapshot, None, by_row, modified)
    made = Source(
        name=source.name,
        spec=source.spec,
        columns=loaded.columns,
        classes=source.classes,
        chosen_classes=source.chosen_classes,
        guessed_classes=loaded.guessed_classes,
    )
    return judging.Judged(
        made, loaded.snapshot, source.rows if source.snapshot else None, by_row, loaded.modified_at
    )


def settle(source: Source, loaded: Loaded | None, judgment: judging.Judgment, *, held: bool) -> bool:
    """Store a reading, or hold it, with its judgment; False where somebody edited or read the source meanwhile."""
    if not Source.objects.filter(pk=source.pk, spec=source.spec, snapshot=source.snapshot).exists():
        return False
    of_reading = loaded is not None and loaded.snapshot != source.snapshot
    data = records.held_data(source, loaded) if held and loaded is not None and of_reading else {}
    accepted = is_accepted(source, loaded, judgment)
    if loaded is not None and not held and not store_loaded(source, loaded):
        return False
    records.keep(source, judgment, data)
    if accepted:
        SourceQuality.objects.filter(pk=source.pk).update(accepted=judgment.snapshot)
    return True


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
        "modified_at": loaded.modified_at,
        "whole_at": loaded.whole_at,
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
