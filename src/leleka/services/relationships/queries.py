"""Relationships between tables: what there is, and between which columns there could be one."""

from collections.abc import Sequence
from dataclasses import replace

from leleka.core.rules.stored import relationships_in
from leleka.errors import NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet, sees_personal, shown_names
from leleka.services.access.edit_guards import out_of_reach
from leleka.services.access.permissions import Permission, require
from leleka.services.paging import after
from leleka.services.relationships.contracts import RelationshipView, TableChoice
from leleka.services.segments.usage import with_users
from leleka.state.models import Export, RelationshipRow, Segment, Source


def relationship(actor: Actor, number: int) -> RelationshipView:
    """Raises ``NotFound``."""
    require(actor, Permission.SEE)
    return view_of(actor, find_by_id(number))


def list_relationships(actor: Actor) -> Sequence[RelationshipView]:
    require(actor, Permission.SEE)
    return [view_of(actor, row) for row in RelationshipRow.objects.order_by("table", "name")]


def relationships_after(actor: Actor, number: int, limit: int) -> Sequence[RelationshipView]:
    """Return relationships as they were made, from behind the one of this id."""
    require(actor, Permission.SEE)
    return [view_of(actor, row) for row in after(RelationshipRow.objects.all(), number, limit)]


def tables(actor: Actor) -> Sequence[TableChoice]:
    """Return the tables that were read with their columns, to choose from."""
    require(actor, Permission.SEE)
    rows = Source.objects.order_by("name")
    choices = [
        TableChoice(row.name, tuple(name for name, _ in row.columns), row.spec.get("primary_key"))
        for row in rows
    ]
    if sees_personal(actor):
        return choices
    return [replace(one, columns=tuple(shown_names(one.columns))) for one in choices]


def find_by_id(number: int) -> RelationshipRow:
    row = RelationshipRow.objects.filter(pk=number).first()
    if row is None:
        raise NotFound("RELATIONSHIP_UNKNOWN")
    return row


def segments_by(name: str) -> tuple[str, ...]:
    """Return the segments whose rules go by a relationship."""
    rows = Segment.objects.order_by("name").only("name", "rules")
    return tuple(row.name for row in rows if name in set(relationships_in(row.rules)))


def exports_by(segments: Sequence[str]) -> Sequence[Export]:
    return list(
        Export.objects.filter(segments__name__in=with_users(segments)).select_related("connection").distinct()
    )


def view_of(actor: Actor, row: RelationshipRow) -> RelationshipView:
    used = segments_by(row.name)
    view = RelationshipView(
        row.pk,
        row.name,
        row.table,
        row.column,
        row.to_table,
        row.to_column,
        used,
        row.managed_by_file,
        row.version,
        out_of_reach(actor, exports_by(used)),
    )
    return discreet(actor, view)
