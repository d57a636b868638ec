"""The catalogue of tables and relationships, as rules and mappings speak of them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from leleka.core.columns import Catalogue, Column, ColumnType, Relationship, Table
from leleka.core.sources import SourceSpec, TypeOverride
from leleka.errors import InvalidInput
from leleka.services.installation import lake_sessions
from leleka.state.models import Measure, ProfileList, RelationshipRow, Segment, Source


def table_of(source: Source) -> Table:
    columns = tuple(Column(name, ColumnType(kind)) for name, kind in source.columns)
    return Table(source.name, columns, source.spec.get("primary_key"))


def columns_data(table: Table) -> list[list[str]]:
    return [[column.name, column.type.value] for column in table.columns]


def spec_of_source(name: str, data: Mapping[str, Any]) -> SourceSpec:
    """Build the reader's spec from what the state keeps."""
    return SourceSpec(
        name=name,
        paths=tuple(data.get("files") or ()),
        format=data.get("format"),
        delimiter=data.get("delimiter"),
        encoding=data.get("encoding"),
        sheet=data.get("sheet"),
        header_row=data.get("header_row"),
        types={
            column: TypeOverride(ColumnType(kind["type"]), kind.get("format"), kind.get("decimal"))
            for column, kind in (data.get("types") or {}).items()
        },
        primary_key=data.get("primary_key"),
        updated_at=data.get("updated_at"),
    )


def relationship_of(row: RelationshipRow) -> Relationship:
    return Relationship(row.name, row.table, row.column, row.to_table, row.to_column)


def build(tables: Iterable[Table], relationships: Iterable[Relationship], profiles: str | None) -> Catalogue:
    """Raises ``InvalidInput`` where no source is said to hold the profiles."""
    if profiles is None:
        raise InvalidInput("PROFILES_MISSING")
    return Catalogue(
        profiles,
        {table.name: table for table in tables},
        {relationship.name: relationship for relationship in relationships},
    )


def current() -> Catalogue:
    """Return the catalogue as the state has it: measures are columns of the profiles, segments are sets of them."""
    known = with_measures(of_files(), dict(Measure.objects.order_by("name").values_list("name", "type")))
    return with_sets(known)


def with_sets(known: Catalogue) -> Catalogue:
    """Return the catalogue with the sets of profiles that rules may name: segments and lists."""
    names = Segment.objects.values_list("name", flat=True)
    lists = ProfileList.objects.values_list("name", flat=True)
    return replace(known, segments=frozenset(names), lists=frozenset(lists))


def with_measures(known: Catalogue, types: Mapping[str, str]) -> Catalogue:
    """Return the catalogue with measures as further columns of the profiles; their names come before those of columns:
    a measure whose name a column has taken is not calculated any more, and says so.
    """
    profiles = known.profile_table
    columns = [one for one in profiles.columns if one.name not in types]
    columns += [Column(name, ColumnType(kind)) for name, kind in types.items()]
    tables = {**known.tables, profiles.name: replace(profiles, columns=tuple(columns))}
    return replace(known, tables=tables)


def of_files() -> Catalogue:
    """Return the catalogue without measures."""
    sources = list(Source.objects.all())
    profiles = next((source.name for source in sources if source.is_profiles), None)
    rows = RelationshipRow.objects.all()
    return build(map(table_of, sources), map(relationship_of, rows), profiles)


def calculated() -> Catalogue:
    """Return the catalogue with the measures that there are values of."""
    rows = Measure.objects.filter(name__in=measure_files()).order_by("name")
    return with_measures(of_files(), dict(rows.values_list("name", "type")))


def snapshot_files() -> Mapping[str, str]:
    """Return the Parquet files of every source's current snapshot."""
    lake = lake_sessions.lake()
    return {source.name: lake.open(source.snapshot).files for source in Source.objects.exclude(snapshot="")}


def measure_files() -> Mapping[str, str]:
    """Return the Parquet files of every measure that was calculated and is not lost."""
    lake = lake_sessions.lake()
    rows = Measure.objects.exclude(snapshot="").values_list("name", "snapshot")
    return {name: lake.open(snapshot).files for name, snapshot in rows if lake.is_sound(snapshot)}
