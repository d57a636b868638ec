"""Data sources: what there is, what is in them, and what their readings changed."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Final

from leleka.core.column_classes import ColumnClass, mask_value
from leleka.core.columns import NUMERIC, TEMPORAL, Column
from leleka.errors import Conflict, InvalidInput, NotFound
from leleka.messages.stored import note_of
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet, sees_personal, shown_names
from leleka.services.access.edit_guards import out_of_reach
from leleka.services.access.permissions import Permission, require
from leleka.services.installation import lake_sessions
from leleka.services.installation.configuration import configuration
from leleka.services.paging import after
from leleka.services.sources import catalogue
from leleka.services.sources.column_classes import classed
from leleka.services.sources.contracts import (
    Place,
    Places,
    ReadingView,
    SourceView,
    TableColumn,
    TableView,
    ValueBars,
    ValueCount,
)
from leleka.services.sources.editing import exports_of, find_by_id, use_of
from leleka.services.sources.places import is_own
from leleka.services.uploads.files import uploads_of
from leleka.state.models import Source, SourceReading, Upload
from leleka.warehouse import catalogue as warehouse_catalogue
from leleka.warehouse import segments
from leleka.warehouse.lake import Snapshot
from leleka.warehouse.measures import end_of_bars, spread_of_column

_SHOWN: Final = 100  # rows
_EXAMPLES: Final = 3
_LONGEST: Final = 80  # characters of a value
_CURVE: Final = 14  # readings
_LISTED: Final = 500  # names of a folder
MOST_VALUES: Final = 50


def source(actor: Actor, number: int) -> SourceView:
    """Raises ``NotFound``."""
    require(actor, Permission.SEE)
    return _view(actor, find_by_id(number))


def list_sources(actor: Actor) -> Sequence[SourceView]:
    require(actor, Permission.SEE)
    return [_view(actor, row) for row in Source.objects.order_by("name")]


def sources_after(actor: Actor, number: int, limit: int) -> Sequence[SourceView]:
    """Return sources as they were made, from behind the one of this id."""
    require(actor, Permission.SEE)
    return [_view(actor, row) for row in after(Source.objects.all(), number, limit)]


def readings(actor: Actor, number: int, most: int = _CURVE) -> Sequence[ReadingView]:
    """Return what the last readings changed, the newest first."""
    require(actor, Permission.SEE)
    rows = SourceReading.objects.filter(source=find_by_id(number)).order_by("-pk")[:most]
    return [_reading(actor, row) for row in rows]


def curves(actor: Actor) -> dict[int, list[int]]:
    """Return the row counts of the last readings of each source, the oldest first."""
    require(actor, Permission.SEE)
    found: dict[int, list[int]] = {}
    for number, rows in SourceReading.objects.order_by("-pk").values_list("source", "rows")[:2_000]:
        if len(found.setdefault(number, [])) < _CURVE:
            found[number].append(rows)
    return {number: rows[::-1] for number, rows in found.items()}


def table(actor: Actor, number: int) -> TableView:
    """Return a table as it was last read, with examples and its first rows, masked by class for viewers.

    Raises ``Conflict`` SOURCE_NOT_READ, ``Unavailable``.
    """
    require(actor, Permission.SEE)
    row, snapshot = _read(number)
    known, described = list(classed(row)), catalogue.table_of(row)
    names = [one.column.name for one in known]
    with lake_sessions.page_session() as session:
        values = segments.first_values(session, snapshot, described, _SHOWN)
        filled = warehouse_catalogue.filled(session, snapshot, names)
    masked = not sees_personal(actor)
    texts = {
        one.column.name: [_text(value, one.shown_as, masked=masked) for value in values[one.column.name]]
        for one in known
    }
    shown = shown_names(names) if masked else names
    columns = tuple(
        TableColumn(
            called,
            one.column.type.value,
            one.klass,
            one.declared,
            int(count),
            tuple(dict.fromkeys(text for text in texts[one.column.name] if text))[:_EXAMPLES],
        )
        for called, one, count in zip(shown, known, filled, strict=True)
    )
    first = [list(line) for line in zip(*(texts[name] for name in names), strict=True)]
    return TableView(
        row.pk, row.name, row.rows, row.spec.get("primary_key"), row.is_profiles, columns, first, masked
    )


def values(actor: Actor, number: int, column: str, most: int = 20) -> Sequence[ValueCount]:
    """Return the most frequent values of a column. Never of one that identifies people, or that nobody looked at.

    Raises ``NotFound``, ``Conflict`` VALUES_PERSONAL.
    """
    require(actor, Permission.SEE)
    snapshot, _column = _harmless(number, column)
    with lake_sessions.page_session() as session:
        found = warehouse_catalogue.top_values(session, snapshot, column, min(most, MOST_VALUES))
    return [ValueCount(_text(value, ColumnClass.HARMLESS, masked=False), rows) for value, rows in found]


def bars(actor: Actor, number: int, column: str) -> ValueBars:
    """Return how the values of a column of numbers or days are spread; no bars for others, or where there is none.

    Raises as ``values`` does.
    """
    require(actor, Permission.SEE)
    snapshot, known = _harmless(number, column)
    if known.type not in NUMERIC | TEMPORAL:
        return ValueBars()
    with lake_sessions.page_session() as session:
        found = spread_of_column(session, snapshot, column, known.type)
    if found.low is None or found.high is None:
        return ValueBars()
    low, high = (end_of_bars(one, known.type) for one in (found.low, found.high))
    return ValueBars(low, high, tuple(found.bars))


def _harmless(number: int, column: str) -> tuple[Snapshot, Column]:
    row, snapshot = _read(number)
    one = next((one for one in classed(row) if one.column.name == column), None)
    if one is None:
        raise NotFound("SOURCE_UNKNOWN_COLUMN.alone", where="column")
    if one.shown_as is not ColumnClass.HARMLESS:
        raise Conflict("VALUES_PERSONAL", where="column")
    return snapshot, one.column


def places_in(actor: Actor, path: str = "") -> Places:
    """Return what lies in a folder below the allowed ones; without a path, these. Raises ``InvalidInput``."""
    require(actor, Permission.EDIT_SOURCES)
    allowed = [folder.resolve() for folder in configuration().source_dirs]
    if not path:
        found = [Place(str(folder), str(folder), folder=True, size=0) for folder in allowed]
        return Places("", "", tuple(found), 0)
    real = Path(path).resolve()
    if not any(real.is_relative_to(folder) for folder in allowed):
        raise InvalidInput("SOURCE_OUTSIDE_ALLOWED", where="folder")
    try:
        inside = sorted(real.iterdir(), key=lambda one: (not one.is_dir(), one.name.lower()))
    except OSError:
        raise InvalidInput("SOURCE_NOT_FOUND", where="folder") from None
    seen = [one for one in inside if not one.name.startswith(".") and _is_below(one, allowed)]
    listed = tuple(
        Place(one.name, str(one), folder=one.is_dir(), size=0 if one.is_dir() else one.stat().st_size)
        for one in seen[:_LISTED]
    )
    above = "" if real in allowed else str(real.parent)
    return Places(str(real), above, listed, max(0, len(seen) - _LISTED))


def _is_below(path: Path, allowed: Sequence[Path]) -> bool:
    """Return whether a name leads to something that may be read; a link may lead elsewhere, or nowhere."""
    real = path.resolve()
    return real.exists() and not is_own(real) and any(real.is_relative_to(folder) for folder in allowed)


def _read(number: int) -> tuple[Source, Snapshot]:
    row, lake = find_by_id(number), lake_sessions.lake()
    if not row.snapshot or not lake.is_sound(row.snapshot):
        raise Conflict("SOURCE_NOT_READ", name=row.name)
    return row, lake.open(row.snapshot)


def _text(value: object, klass: ColumnClass, *, masked: bool) -> str:
    shown = mask_value(klass, value) if masked else value
    return "" if shown is None else str(shown)[:_LONGEST]


def _reading(actor: Actor, row: SourceReading) -> ReadingView:
    names = [tuple(row.columns_added), tuple(row.columns_removed), tuple(row.columns_retyped)]
    if not sees_personal(actor):
        names = [tuple(shown_names(one)) for one in names]
    return ReadingView(row.read_at, row.rows, row.added, row.removed, row.changed, *names)


def _view(actor: Actor, row: Source) -> SourceView:
    spec, use = row.spec, use_of(row)
    parts = Upload.objects.in_bulk(uploads_of(spec))
    view = SourceView(
        id=row.pk,
        name=row.name,
        files=tuple(spec.get("files") or ()),
        upload=spec.get("upload"),
        file=", ".join(parts[one].name for one in uploads_of(spec) if one in parts),
        connection=spec.get("connection"),
        table=spec.get("table"),
        query=spec.get("query"),
        changed_since=spec.get("changed_since"),
        format=spec.get("format"),
        delimiter=spec.get("delimiter"),
        encoding=spec.get("encoding"),
        sheet=spec.get("sheet"),
        header_row=spec.get("header_row"),
        types=spec.get("types") or {},
        primary_key=spec.get("primary_key"),
        updated_at=spec.get("updated_at"),
        email=spec.get("email"),
        max_age_hours=spec.get("max_age_hours"),
        profiles=row.is_profiles,
        rows=row.rows,
        rows_before=row.rows_before,
        columns=len(row.columns),
        notes=tuple(map(note_of, row.notes)),
        refreshed_at=row.refreshed_at,
        changed_at=row.changed_at,
        used_by=use,
        managed_by_file=row.managed_by_file,
        version=row.version,
        locked_by=out_of_reach(actor, exports_of(use)),
    )
    if sees_personal(actor):
        return view
    files = tuple(PurePath(file).name for file in view.files)
    return discreet(actor, replace(view, files=files, query=None, types={}))
