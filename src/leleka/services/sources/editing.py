"""What holds for every edit of a source: who uses it, and who may change what they get."""

from collections.abc import Iterable, Mapping
from typing import Any

from leleka.core.columns import Column, ColumnType, Table
from leleka.core.rules.parser import parse
from leleka.core.rules.stored import relationships_in
from leleka.errors import Conflict, InvalidInput, NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.edit_guards import refuse_steering
from leleka.services.segments.usage import with_users
from leleka.services.sources import catalogue
from leleka.services.sources.contracts import SourceUse
from leleka.services.uploads.files import uploads_of
from leleka.state.models import Export, RelationshipRow, Segment, Source, Upload


def find_by_id(number: int) -> Source:
    """Raises ``NotFound``."""
    row = Source.objects.filter(pk=number).first()
    if row is None:
        raise NotFound("SOURCE_UNKNOWN")
    return row


def use_of(source: Source) -> SourceUse:
    """Return who uses a source: everything uses the one that holds the profiles."""
    touching = {row.name for row in RelationshipRow.objects.all() if source.name in {row.table, row.to_table}}
    segments = [
        row.name
        for row in Segment.objects.order_by("name")
        if source.is_profiles or touching & set(relationships_in(row.rules))
    ]
    exports = Export.objects.order_by("name").values_list("name", flat=True)
    if not source.is_profiles:
        exports = exports.filter(segments__name__in=with_users(segments)).distinct()
    return SourceUse(tuple(sorted(touching)), tuple(segments), tuple(exports))


def exports_of(use: SourceUse) -> list[Export]:
    """Return the exports that send what a source says."""
    return list(Export.objects.filter(name__in=use.exports).select_related("connection"))


def require_replacing(actor: Actor, number: int, name: str) -> int:
    """Return the number of the upload that a file takes the place of: of several it is the one of its ``name``.

    Raises ``NotFound``, ``Conflict`` SOURCE_NOT_UPLOADED, SOURCE_PART_UNKNOWN, ``Forbidden`` where exports send the
    source that somebody may only look at.
    """
    row = find_by_id(number)
    refuse_steering(actor, row.name, exports_of(use_of(row)))
    parts = list(Upload.objects.filter(pk__in=uploads_of(row.spec)).order_by("pk"))
    if not parts:
        raise Conflict("SOURCE_NOT_UPLOADED", name=row.name)
    found = parts if len(parts) == 1 else [one for one in parts if one.name == name]
    if not found:
        raise Conflict("SOURCE_PART_UNKNOWN", where="file", file=name, files=[one.name for one in parts])
    return found[0].pk


def refuse_second_profiles(name: str) -> None:
    """Raises ``Conflict`` where another source than this one holds the profiles."""
    other = Source.objects.filter(is_profiles=True).exclude(name=name).first()
    if other is not None:
        raise Conflict("PROFILES_ELSEWHERE", where="profiles", source=other.name)


def refuse_breaking(row: Source, columns: Mapping[str, str], primary_key: str | None) -> None:
    """Raises ``Conflict`` SOURCE_BREAKS where a segment or a relationship needs a column that is gone or of another
    type.
    """
    made = tuple(Column(name, ColumnType(kind)) for name, kind in columns.items())
    tables = [catalogue.table_of(one) for one in Source.objects.exclude(pk=row.pk)]
    tables.append(Table(row.name, made, primary_key))
    profiles = Source.objects.filter(is_profiles=True).first()
    relationships = list(RelationshipRow.objects.all())
    broken = [
        one.name
        for one in relationships
        for table, column in ((one.table, one.column), (one.to_table, one.to_column))
        if table == row.name and column not in columns
    ]
    if profiles is not None:
        known = catalogue.build(tables, map(catalogue.relationship_of, relationships), profiles.name)
        known = catalogue.with_sets(known)
        use = use_of(row)
        broken += [one.name for one in _segments(use.segments) if not _fits(one, known)]
    if broken:
        raise Conflict("SOURCE_BREAKS", name=row.name, users=sorted(set(broken)))


def _segments(names: Iterable[str]) -> Iterable[Segment]:
    return Segment.objects.filter(name__in=list(names)).order_by("name")


def _fits(segment: Segment, known: Any) -> bool:
    try:
        parse(segment.rules, known, "rules")
    except InvalidInput:
        return False
    return True
