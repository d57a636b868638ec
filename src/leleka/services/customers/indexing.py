"""Indexes of what was read, beside the snapshots of sources: made by a refresh where these or the choice are new."""

import hashlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import orjson
from django.db import transaction

from leleka.core.clock import utc_now
from leleka.core.columns import NUMERIC, Catalogue
from leleka.core.customers.columns import can_be_searched, searched_by_default
from leleka.core.customers.ways import Way, ways
from leleka.core.messages import Message
from leleka.errors import InvalidInput
from leleka.services.installation import lake_sessions
from leleka.services.sources import catalogue
from leleka.services.sources.column_classes import classed
from leleka.services.sources.loading import Guard, Say, nobody
from leleka.state.models import CustomerSearch, Source, TableIndex
from leleka.warehouse.customers import indexes
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake, Snapshot

WORDS: Final = "words"
REFERENCE: Final = "reference"
_KEY: Final = "key"
_FORM: Final = 1  # of what is written: grows where an index that was made before is of no use any more


@dataclass(frozen=True, slots=True)
class Wanted:
    """An index that a source is to have: its name, what it depends on besides the rows, and how it is written."""

    what: str
    columns: Sequence[str]
    told: Sequence[object]
    write: Callable[[Engine, Lake, str, Snapshot], Snapshot]


def bring_up_to_date(session: Engine, source: Source, say: Say, guard: Guard = nobody) -> bool:
    """Make the indexes of a source that are missing or out of date; return whether any was. Those that nobody needs any
    more are forgotten.
    """
    lake, known = lake_sessions.lake(), _catalogue()
    if known is None or not source.snapshot or not lake.is_sound(source.snapshot):
        return False
    wanted = list(_wanted(known, source))
    source.indexes.exclude(what__in=[one.what for one in wanted]).delete()
    stale = [one for one in wanted if current(source, one.what, one) is None]
    if stale:
        say(Message("INDEXING_SOURCE", name=source.name))
    for one in stale:
        written = one.write(session, lake, f"{source.name} {one.what}", lake.open(source.snapshot))
        values = {
            "basis": _basis(source, one),
            "of": source.snapshot,
            "columns": list(one.columns),
            "snapshot": written.reference,
            "made_at": utc_now(),
        }
        with transaction.atomic():
            guard()
            TableIndex.objects.update_or_create(source=source, what=one.what, defaults=values)
    return bool(stale)


def current(source: Source, what: str, wanted: Wanted | None = None) -> Snapshot | None:
    """Return an index of the rows as they are now, if there is one."""
    row = TableIndex.objects.filter(source=source, what=what, of=source.snapshot).first()
    lake = lake_sessions.lake()
    if row is None or (wanted is not None and row.basis != _basis(source, wanted)):
        return None
    return lake.open(row.snapshot) if lake.is_sound(row.snapshot) else None


def words_index(source: Source) -> TableIndex | None:
    """Return the index of words that there is, also one of the rows as they were before, with its snapshots sound."""
    row = TableIndex.objects.filter(source=source, what=WORDS).first()
    lake = lake_sessions.lake()
    return row if row and lake.is_sound(row.snapshot) and lake.is_sound(row.of) else None


def settings() -> CustomerSearch:
    """Return what is chosen; the row is made with its salt the first time."""
    row = CustomerSearch.objects.order_by("pk").first()
    if row is None:
        row, _ = CustomerSearch.objects.get_or_create(pk=1, defaults={"salt": secrets.token_hex(16)})
    return row


def searched_columns(source: Source) -> Sequence[str]:
    """Return the columns of the profiles in which words are looked for: those chosen that are there, or the default."""
    table = catalogue.table_of(source)
    able = {one.name for one in table.columns if can_be_searched(one)}
    chosen = settings().columns
    if chosen is not None:
        return [name for name in chosen if name in able]
    return searched_by_default(table, {one.column.name: one.klass for one in classed(source)})


def key_of(way: Way) -> indexes.Key:
    """Return by what rows are found that belong to one of the parent's."""
    return indexes.Key(way.column.name, as_number=_as_numbers(way))


def parent_key_of(way: Way) -> indexes.Key:
    return indexes.Key(way.parent_column.name, as_number=_as_numbers(way))


def key_index(way: Way) -> str:
    """Return what the index is called that a way needs."""
    return f"{_KEY}:{'number:' if _as_numbers(way) else ''}{way.column.name}"[:300]


def reference_key(source: Source) -> indexes.Key:
    return indexes.Key(source.spec.get("primary_key") or "", salt=settings().salt)


def plain_key(source: Source) -> indexes.Key:
    return indexes.Key(source.spec.get("primary_key") or "")


def reference_of(key: str) -> str:
    """Return what a customer is called whose key is this text."""
    digest = hashlib.sha256(f"{settings().salt}:{key}".encode()).hexdigest()
    return digest[: indexes.LENGTH_OF_A_DIGEST]


def _wanted(known: Catalogue, source: Source) -> Iterator[Wanted]:
    if source.is_profiles:
        columns = searched_columns(source)
        if columns:
            yield Wanted(WORDS, columns, (), partial(_write_words, columns))
        key = reference_key(source)
        yield Wanted(REFERENCE, [key.column], [key.salt], partial(_write_keys, key))
    for way in ways(known):
        if way.table == source.name:
            yield Wanted(key_index(way), [way.column.name], (), partial(_write_keys, key_of(way)))


def _write_words(
    columns: Sequence[str], session: Engine, lake: Lake, name: str, source: Snapshot
) -> Snapshot:
    return indexes.write_words(session, lake, name, source, columns)


def _write_keys(key: indexes.Key, session: Engine, lake: Lake, name: str, source: Snapshot) -> Snapshot:
    return indexes.write_keys(session, lake, name, source, key)


def _basis(source: Source, wanted: Wanted) -> str:
    told = [_FORM, wanted.what, source.snapshot, list(wanted.columns), list(wanted.told)]
    return hashlib.sha256(orjson.dumps(told)).hexdigest()


def _as_numbers(way: Way) -> bool:
    kinds = {way.column.type, way.parent_column.type}
    return len(kinds) > 1 and kinds <= NUMERIC


def _catalogue() -> Catalogue | None:
    try:
        return catalogue.of_files()
    except InvalidInput:
        return None  # without profiles there are no customers
