"""Refreshing: what is stale is read or evaluated again, what is not stays."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import orjson
from django.db import transaction
from django.utils import timezone

from leleka.core.columns import Catalogue
from leleka.core.ports import Clock
from leleka.core.rules import Related, Rule, relationships_used, to_data, uses_today, walk
from leleka.core.rules_parsing import parse
from leleka.core.saying import Said
from leleka.errors import InvalidInput
from leleka.services import catalogue, store
from leleka.state.models import AddressBook, Segment, SegmentSize, Source
from leleka.warehouse import addresses, readers, segments
from leleka.warehouse.session import Session

Say = Callable[[Said], None]
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
    session: Session, name: str, spec: dict[str, object], digest: str, say: Say
) -> Loaded | None:
    """Read a source's files, or give None where neither they nor the spec changed since ``digest``."""
    source = catalogue.spec_of_source(name, spec)
    allowed = store.configuration().source_dirs
    paths = readers.resolve(source, allowed)
    now = _digest(readers.digest(paths), [str(path) for path in paths], spec)
    if now == digest:
        return None
    say(Said("READING_SOURCE", name=name))
    loaded = readers.load(session, store.lake(), source, allowed)
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


def refresh_sources(session: Session, say: Say) -> None:
    """Read every source whose files changed."""
    for source in Source.objects.order_by("name"):
        loaded = load_if_stale(session, source.name, source.spec, source.digest, say)
        if loaded is not None:
            store_loaded(source, loaded)
            say(Said("READ_SOURCE", rows=loaded.rows, name=source.name))


def store_loaded(source: Source, loaded: Loaded) -> None:
    """Move a source's pointer to what was read; what was edited meanwhile stays edited."""
    _move(
        source,
        columns=loaded.columns,
        snapshot=loaded.snapshot,
        digest=loaded.digest,
        rows=loaded.rows,
        notes=loaded.notes,
        refreshed_at=timezone.now(),
    )


def _move(row: Source | Segment, **values: object) -> bool:
    """Write down these columns alone: reading takes long. False where the row is gone by now."""
    for name, value in values.items():
        setattr(row, name, value)
    return bool(type(row)._default_manager.filter(pk=row.pk).update(**values))


def _nobody() -> None:
    """Nobody else writes it down."""


def refresh_segments(
    session: Session,
    clock: Clock,
    say: Say,
    chosen: Iterable[Segment] | None = None,
    guard: Guard = _nobody,
) -> None:
    """Evaluate every segment (or those chosen) whose tables, rules or day changed.

    ``guard`` is called in each transaction, and raises where what was found may not be written down any more.
    """
    known = catalogue.current()
    files = catalogue.snapshot_files()
    for segment in Segment.objects.order_by("name") if chosen is None else chosen:
        rule = parse(segment.rules, known, f"segment {segment.name}, rules")
        basis = basis_of(rule, known, files, today(clock))
        if basis == segment.basis:
            continue
        say(Said("EVALUATING_SEGMENT", name=segment.name))
        query = segments.compile_rule(rule, known, files, today(clock))
        snapshot, size = segments.evaluate(session, store.lake(), segment.name, query)
        now = timezone.now()
        with transaction.atomic():
            guard()
            if _move(segment, snapshot=snapshot.reference, size=size, basis=basis, evaluated_at=now):
                SegmentSize.objects.create(segment=segment, size=size, evaluated_at=now)


def address_book(session: Session, profiles: Source, email_column: str, say: Say) -> str:
    """Give the snapshot of normalised addresses of the current profiles, made once for each e-mail column."""
    book = AddressBook.objects.filter(profiles=profiles.snapshot, email_column=email_column).first()
    if book is not None:
        return book.snapshot
    say(Said("CHECKING_ADDRESSES", rows=profiles.rows))
    lake = store.lake()
    snapshot = addresses.build(
        session,
        lake,
        name=f"{profiles.name} {email_column}",
        profiles=lake.open(profiles.snapshot),
        table=catalogue.table_of(profiles),
        email_column=email_column,
        updated_at=profiles.spec.get("updated_at"),
    )
    made, _ = AddressBook.objects.get_or_create(
        profiles=profiles.snapshot, email_column=email_column, defaults={"snapshot": snapshot.reference}
    )
    return made.snapshot


def profiles_source() -> Source:
    source = Source.objects.filter(is_profiles=True).first()
    if source is None:
        raise InvalidInput("PROFILES_MISSING")
    return source


def basis_of(rule: Rule, known: Catalogue, files: Mapping[str, str], day: date) -> str:
    """Give the digest of all that the members of a segment depend on."""
    used = {known.profiles} | {part.hop.table for part in walk(rule) if isinstance(part, Related)}
    told = {
        "rules": to_data(rule),
        "tables": {name: files[name] for name in sorted(used)},
        "relationships": [known.relationships[name] for name in sorted(relationships_used(rule))],
        "today": day.isoformat() if uses_today(rule) else None,
    }
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def today(clock: Clock) -> date:
    """Give the day it is in the installation's time zone."""
    zone = ZoneInfo(store.configuration().time_zone)
    return datetime.fromtimestamp(clock.now(), UTC).astimezone(zone).date()


def _digest(contents: str, paths: list[str], spec: object) -> str:
    told = orjson.dumps([contents, paths, spec], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(told).hexdigest()
