"""Source connections as administrators see them, and what of them contributors may use."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Case, Prefetch, Q, TextField, Value, When, prefetch_related_objects
from django.db.models.functions import Cast
from django.db.models.lookups import Contains

from leleka.connectors.registry import find_spec, spec_of, specs, title_of
from leleka.core.ports.connector import RemoteColumn, Wanted
from leleka.core.ports.destination import CheckStatus
from leleka.errors import Forbidden, NotFound
from leleka.messages.stored import check_of
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, allows, require
from leleka.services.connections.queries import SecretView
from leleka.services.paging import Columns, Listed, ListQuery, after, contains, page_of
from leleka.services.source_connections import keys, opening
from leleka.services.source_connections.contracts import SourceConnectionView, SourceKind, UsingSource
from leleka.services.source_connections.settings import plain_of
from leleka.state.case_folding import Folded
from leleka.state.models import Source, SourceConnection, SourceSecret

_MOST_NAMES: Final = 1_000
_MOST_LOOKED_THROUGH: Final = 100_000


@dataclass(frozen=True, slots=True)
class Offered:
    """A connection that somebody may make sources of: ``tables`` says which, "*" being all; ``queries`` whether they
    may write queries, too.
    """

    name: str
    type: str
    title: str
    by_table: bool
    queries: bool
    tables: tuple[str, ...]


def kinds(actor: Actor) -> Sequence[SourceKind]:
    require(actor, Permission.CONNECTIONS)
    return [
        SourceKind(one.kind, one.title, one.fields, one.steps, one.tables, one.queries, one.in_language)
        for one in specs()
    ]


def kind_of(actor: Actor, kind: str) -> SourceKind:
    """Raises ``NotFound`` SOURCE_KIND_UNKNOWN."""
    require(actor, Permission.CONNECTIONS)
    spec_of(kind)
    return next(one for one in kinds(actor) if one.kind == kind)


def find_source_connections(actor: Actor, wanted: ListQuery) -> Listed[SourceConnectionView]:
    """Return a page of source connections, looked for by name, kind and address."""
    require(actor, Permission.CONNECTIONS)
    found = [spec.kind for spec in specs() if wanted.text.lower() in spec.title.lower()]
    matching = contains(wanted.text, "name", "address") | Q(type__in=found)
    return page_of(SourceConnection.objects.all(), wanted, _columns(), matching, _views)


def source_connections_after(actor: Actor, number: int, limit: int) -> Sequence[SourceConnectionView]:
    """Return source connections as they were made, from behind the one of this id."""
    require(actor, Permission.CONNECTIONS)
    return _views(after(SourceConnection.objects.all(), number, limit))


def source_connection(actor: Actor, number: int) -> SourceConnectionView:
    """Raises ``NotFound``."""
    require(actor, Permission.CONNECTIONS)
    return view_of(find_by_id(number))


def offered(actor: Actor) -> Sequence[Offered]:
    """Return the connections that somebody may make sources of: administrators all, contributors what is shared."""
    require(actor, Permission.EDIT_SOURCES)
    rows = SourceConnection.objects.order_by("name")
    if allows(actor, Permission.CONNECTIONS):
        return [_offered(row, ("*",), may_query=True) for row in rows]
    return [_offered(row, tuple(row.shared_with), may_query=False) for row in rows if row.shared_with]


def names(actor: Actor, name: str) -> Sequence[str]:
    """Return the tables or paths of a connection that somebody may use, as the far side tells. Raises ``Forbidden``,
    ``NotFound``, and what connectors raise.
    """
    row = _usable(actor, name)
    if allows(actor, Permission.CONNECTIONS):
        return opening.way_of(row).names(_MOST_NAMES)
    # What is shared may stand behind thousands of names that are not.
    found = opening.way_of(row).names(_MOST_LOOKED_THROUGH)
    return [one for one in found if may_read(actor, row, Wanted(table=one))][:_MOST_NAMES]


def columns(actor: Actor, name: str, wanted: Wanted) -> Sequence[RemoteColumn]:
    """Return the columns of a table or query, as the far side plans it. Raises as ``names`` does."""
    row = _usable(actor, name)
    require_read(actor, row, wanted)
    return opening.way_of(row).columns(wanted)


def require_read(actor: Actor, row: SourceConnection, wanted: Wanted) -> None:
    """Raises ``Forbidden`` SOURCE_NOT_SHARED for what somebody may not make a source of."""
    if not may_read(actor, row, wanted):
        raise Forbidden("SOURCE_NOT_SHARED", where=row.name, name=row.name)


def may_read(actor: Actor, row: SourceConnection, wanted: Wanted) -> bool:
    """Return whether somebody may make a source of a table or of files; queries are for administrators."""
    if allows(actor, Permission.CONNECTIONS):
        return True
    asked = wanted.files or ((wanted.table,) if wanted.table else ())
    shared = allows(actor, Permission.EDIT_SOURCES) and bool(asked)
    return shared and all(any(_fits(one, pattern) for pattern in row.shared_with) for one in asked)


def find_by_id(number: int) -> SourceConnection:
    """Raises ``NotFound``."""
    row = SourceConnection.objects.filter(pk=number).first()
    if row is None:
        raise NotFound("CONNECTION_UNKNOWN")
    return row


def users_of(name: str) -> Sequence[Source]:
    """Return the sources that are read through a connection, by name."""
    return list(Source.objects.filter(spec__connection=name).order_by("name"))


def view_of(row: SourceConnection) -> SourceConnectionView:
    spec = find_spec(row.type)
    return SourceConnectionView(
        id=row.pk,
        name=row.name,
        type=row.type,
        title=title_of(row.type),
        settings=plain_of(row) if spec else {},
        secrets={name: _secret(row, name) for name in spec.secrets} if spec else {},
        shared_with=tuple(row.shared_with),
        last_check=tuple(check_of(step) for step in row.last_check),
        checked_at=row.last_checked_at,
        sources=tuple(UsingSource(one.pk, one.name, one.managed_by_file) for one in users_of(row.name)),
        created_at=row.created_at,
        managed_by_file=row.managed_by_file,
        version=row.version,
    )


def _usable(actor: Actor, name: str) -> SourceConnection:
    require(actor, Permission.EDIT_SOURCES)
    row = SourceConnection.objects.filter(name=name).first()
    if row is None or not (row.shared_with or allows(actor, Permission.CONNECTIONS)):
        raise NotFound("CONNECTION_UNKNOWN")  # nor is anybody told which names there are
    return row


def _fits(asked: str, pattern: str) -> bool:
    """Return whether a name is what a pattern shares; one that could lead out of a folder fits none."""
    path = asked.partition("://")[2] or asked
    if "\\" in path or {"", ".", ".."} & set(path.removeprefix("/").split("/")):
        return False
    return asked.startswith(pattern[:-1]) if pattern.endswith("*") else asked == pattern


def _offered(row: SourceConnection, tables: tuple[str, ...], *, may_query: bool) -> Offered:
    spec = find_spec(row.type)
    by_table, queries = spec is not None and spec.tables, spec is not None and spec.queries and may_query
    return Offered(row.name, row.type, title_of(row.type), by_table, queries, tables)


def _columns() -> Columns:
    failed = Contains(Cast("last_check", TextField()), f'"standing": "{CheckStatus.FAILED.value}"')
    return {
        "name": Folded("name"),
        "type": "type",
        "state": Case(When(failed, then=Value(1)), default=Value(0)),
        "checked": "last_checked_at",
        "created": "created_at",
    }


def _views(rows: Sequence[SourceConnection]) -> Sequence[SourceConnectionView]:
    prefetch_related_objects(
        list(rows), Prefetch("secrets", SourceSecret.objects.only("name", "hint", "connection_id"))
    )
    return [view_of(row) for row in rows]


def _secret(row: SourceConnection, name: str) -> SecretView:
    stored = next((one for one in row.secrets.all() if one.name == name), None)
    reference = keys.reference_of(row, name)
    return SecretView(
        stored is not None or bool(reference), stored.hint if stored and not reference else "", reference
    )
