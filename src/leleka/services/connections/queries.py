"""Connections as administrators see them; of the key only whether there is one, and its last characters."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import (
    Case,
    Count,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    TextField,
    Value,
    When,
    prefetch_related_objects,
)
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import Contains

from leleka.core.messages import Message
from leleka.core.ports.destination import Check, CheckStatus
from leleka.core.ports.examination import Value as Met
from leleka.destinations.registry import assumed_kind, find_spec, specs, title_of
from leleka.destinations.spec import Setting
from leleka.errors import NotFound, Problem
from leleka.messages.progress import meaning
from leleka.messages.stored import check_of
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.connections import export_user as connection_export_user
from leleka.services.connections.keys import reference_of
from leleka.services.connections.open_destination import settings_of
from leleka.services.paging import Columns, Listed, ListQuery, after, contains, page_of
from leleka.state.case_folding import Folded
from leleka.state.models import Account, Connection, Export, Run, User


@dataclass(frozen=True, slots=True)
class UsedBy:
    """An export that uses a connection."""

    id: int
    name: str
    managed_by_file: str
    running: bool


@dataclass(frozen=True, slots=True)
class SecretView:
    """``hint`` is how a stored secret ends, "" of a short one; ``reference`` names one that is kept elsewhere."""

    is_set: bool
    hint: str
    reference: str


@dataclass(frozen=True, slots=True)
class Learned:
    """A setting of the account that an examination found, when, and what it means."""

    name: str
    value: Met
    at: datetime
    meaning: Message


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """``host`` is the address of any kind; it is among the ``settings``, which are without the secrets.

    ``attention`` are the reasons why an administrator must act.
    """

    id: int
    name: str
    type: str
    title: str
    host: str
    audience: str
    share: float
    plan_limit: int | None
    settings: Mapping[str, str]
    secrets: Mapping[str, SecretView]
    consent_by: str
    consent_version: str
    consent_language: str
    consent_at: datetime | None
    export_user: str
    attention: tuple[Problem, ...]
    last_check: tuple[Check, ...]
    checked_at: datetime | None
    exports: tuple[UsedBy, ...]
    learned: tuple[Learned, ...]
    created_at: datetime
    managed_by_file: str
    version: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of destination one can connect to, with the settings that a connection to it has."""

    kind: str
    title: str
    fields: Sequence[Setting]
    translate: Callable[[str, str], str | None]  # a text, a language; None where the catalogue knows better


def kinds(actor: Actor) -> Sequence[Kind]:
    require(actor, Permission.CONNECTIONS)
    return [Kind(spec.kind, spec.title, spec.fields, spec.in_language) for spec in specs()]


def kind_of(actor: Actor, kind: str) -> Kind:
    """Return one kind; the assumed one where there is none of that name."""
    known = {one.kind: one for one in kinds(actor)}
    return known.get(kind) or known[assumed_kind()]


def find_connections(actor: Actor, wanted: ListQuery) -> Listed[ConnectionView]:
    """Return a page of connections, looked for by name, type and host."""
    require(actor, Permission.CONNECTIONS)
    kinds = [spec.kind for spec in specs() if wanted.text.lower() in spec.title.lower()]
    matching = contains(wanted.text, "name", "host") | Q(type__in=kinds)
    return page_of(Connection.objects.all(), wanted, _columns(), matching, _views)


def connections_after(actor: Actor, number: int, limit: int) -> Sequence[ConnectionView]:
    """Return connections as they were made, from behind the one of this id."""
    require(actor, Permission.CONNECTIONS)
    return _views(after(Connection.objects.all(), number, limit))


def in_need() -> Sequence[tuple[int, str, Sequence[Problem]]]:
    """Return id, name and problems of each connection that somebody must look after, the oldest first, for those who
    decide who is told.
    """
    rows = Connection.objects.annotate(in_need=_needs_attention()).filter(in_need=1)
    some = rows.select_related("export_user").order_by("pk")
    return [(row.pk, row.name, problems) for row in some if (problems := attention_of(row))]


def _columns() -> Columns:
    used = Export.objects.filter(connection=OuterRef("pk")).order_by().values("connection")
    users = Coalesce(Subquery(used.annotate(number=Count("pk")).values("number")), Value(0))
    return {
        "name": Folded("name"),
        "type": "type",
        "created": "created_at",
        "access": "audience",
        "state": _needs_attention(),
        "checked": "last_checked_at",
        "exports": users,
    }


def _needs_attention() -> Case:
    """Say in SQL what ``attention_of`` says: 1 where somebody must act."""
    steps = Cast("last_check", TextField())
    failed = Contains(steps, f'"standing": "{CheckStatus.FAILED.value}"')
    alone = Q(export_user=None, managed_by_file="")
    disabled = Q(export_user__disabled_at__isnull=False)
    for_administrators = ~Q(audience=Connection.Audience.CONTRIBUTORS)
    demoted = Q(export_user__role=User.Role.VIEWER) | (
        Q(export_user__role=User.Role.CONTRIBUTOR) & for_administrators
    )
    gone = disabled | demoted | Q(export_user__isnull=False, export_user_lapsed=True)
    return Case(When(gone | alone | ~Q(attention="") | Q(failed), then=Value(1)), default=Value(0))


def _views(rows: Sequence[Connection]) -> Sequence[ConnectionView]:
    users = Prefetch("exports", Export.objects.only("name", "managed_by_file", "connection_id"))
    prefetch_related_objects(rows, "export_user", "secrets", "account", users)
    live = _live()
    return [view_of(row, live) for row in rows]


def connection(actor: Actor, number: int) -> ConnectionView:
    """Raises ``NotFound``."""
    require(actor, Permission.CONNECTIONS)
    return view_of(find_by_id(number))


def find_by_id(number: int) -> Connection:
    """Raises ``NotFound``."""
    row = Connection.objects.select_related("export_user", "account").filter(pk=number).first()
    if row is None:
        raise NotFound("CONNECTION_UNKNOWN")
    return row


def view_of(row: Connection, live: Container[int] | None = None) -> ConnectionView:
    spec = find_spec(row.type)
    return ConnectionView(
        id=row.pk,
        name=row.name,
        type=row.type,
        title=title_of(row.type),
        host=row.host,
        audience=row.audience,
        share=row.share,
        plan_limit=row.plan_limit,
        settings=settings_of(row) if spec else {},
        secrets={name: _secret(row, name) for name in spec.secrets} if spec else {},
        consent_by=row.consent_by,
        consent_version=row.consent_version,
        consent_language=row.consent_language,
        consent_at=row.consent_at,
        export_user=row.export_user.name if row.export_user else "",
        attention=tuple(attention_of(row)),
        last_check=_last_check(row),
        checked_at=row.last_checked_at,
        exports=used_by(row, _live() if live is None else live),
        learned=learned_of(row.account),
        created_at=row.created_at,
        managed_by_file=row.managed_by_file,
        version=row.version,
    )


def _secret(row: Connection, name: str) -> SecretView:
    stored = next((one for one in row.secrets.all() if one.name == name), None)
    reference = reference_of(row, name)
    hint = stored.hint if stored and not reference else ""
    return SecretView(stored is not None or bool(reference), hint, reference)


def used_by(row: Connection, live: Container[int]) -> tuple[UsedBy, ...]:
    """Return the exports that use a connection, by name; ``live`` are those with a live run."""
    exports = sorted(row.exports.all(), key=lambda export: export.name)
    return tuple(
        UsedBy(export.pk, export.name, export.managed_by_file, export.pk in live) for export in exports
    )


def learned_of(account: Account) -> tuple[Learned, ...]:
    """Return what examinations found of an account, by the settings' names."""
    return tuple(
        Learned(name, value, datetime.fromisoformat(account.learned_at[name]), meaning(name, value))
        for name, value in sorted(account.learned.items())
        if name in account.learned_at
    )


def _live() -> Container[int]:
    return set(Run.objects.filter(finished_at__isnull=True).values_list("export_id", flat=True))


def _last_check(row: Connection) -> tuple[Check, ...]:
    return tuple(check_of(step) for step in row.last_check)


def attention_of(row: Connection) -> list[Problem]:
    """Return the reasons why an administrator must act; they are for administrators."""
    found: list[Problem] = []
    nobody = connection_export_user.problem_of(row)
    if nobody is not None:
        found.append(nobody)
    failed = next((step for step in _last_check(row) if step.standing is CheckStatus.FAILED), None)
    if failed is not None:
        found.append(failed.problem or Problem("CONNECTION_ATTENTION"))
    elif row.attention and not found:
        found.append(Problem("CONNECTION_ATTENTION", written=(row.attention, "")))
    return found
