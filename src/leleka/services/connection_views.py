"""Connections as administrators see them; of the key only whether there is one, and its last characters."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from leleka.core.ports import Check, Standing
from leleka.destinations.registry import SPECS
from leleka.errors import NotFound, Problem
from leleka.services.audit import Actor
from leleka.services.connecting import KEY
from leleka.services.permissions import Permission, require
from leleka.state.models import Connection, Run

_EXPORT_USER: Final = "Edit the connection: an administrator adds themselves as export user."


@dataclass(frozen=True, slots=True)
class UsedBy:
    """An export that uses a connection."""

    id: int
    name: str
    managed_by_file: str
    running: bool


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """``key_hint`` is how a stored key ends, "" of a short one; ``key_reference`` names a key kept elsewhere.

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
    has_key: bool
    key_hint: str
    key_reference: str
    consent_by: str
    consent_version: str
    consent_language: str
    consent_at: datetime | None
    export_user: str
    attention: tuple[Problem, ...]
    last_check: tuple[Check, ...]
    checked_at: datetime | None
    exports: tuple[UsedBy, ...]
    created_at: datetime
    managed_by_file: str
    version: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of destination one can connect to."""

    kind: str
    title: str


def kinds(actor: Actor) -> Sequence[Kind]:
    require(actor, Permission.CONNECTIONS)
    return [Kind(spec.kind, spec.title) for spec in SPECS.values()]


def list_connections(actor: Actor) -> Sequence[ConnectionView]:
    require(actor, Permission.CONNECTIONS)
    rows = Connection.objects.select_related("export_user").prefetch_related("secrets", "exports")
    live = _live()
    return [view_of(row, live) for row in rows.order_by("name")]


def connection(actor: Actor, number: int) -> ConnectionView:
    """Raises ``NotFound``."""
    require(actor, Permission.CONNECTIONS)
    return view_of(find(number))


def find(number: int) -> Connection:
    """Raises ``NotFound``."""
    row = Connection.objects.select_related("export_user", "account").filter(pk=number).first()
    if row is None:
        raise NotFound("CONNECTION_UNKNOWN", "There is no such connection.")
    return row


def view_of(row: Connection, live: Container[int] | None = None) -> ConnectionView:
    secret = next((one for one in row.secrets.all() if one.name == KEY), None)
    spec = SPECS.get(row.type)
    return ConnectionView(
        id=row.pk,
        name=row.name,
        type=row.type,
        title=spec.title if spec else row.type,
        host=row.host,
        audience=row.audience,
        share=row.share,
        plan_limit=row.plan_limit,
        has_key=secret is not None or bool(row.key_reference),
        key_hint=secret.hint if secret and not row.key_reference else "",
        key_reference=row.key_reference,
        consent_by=row.consent_by,
        consent_version=row.consent_version,
        consent_language=row.consent_language,
        consent_at=row.consent_at,
        export_user=row.export_user.name if row.export_user else "",
        attention=tuple(attention_of(row)),
        last_check=_last_check(row),
        checked_at=row.last_checked_at,
        exports=used_by(row, _live() if live is None else live),
        created_at=row.created_at,
        managed_by_file=row.managed_by_file,
        version=row.version,
    )


def used_by(row: Connection, live: Container[int]) -> tuple[UsedBy, ...]:
    """Give the exports that use a connection, by name; ``live`` are those with a live run."""
    exports = sorted(row.exports.all(), key=lambda export: export.name)
    return tuple(
        UsedBy(export.pk, export.name, export.managed_by_file, export.pk in live) for export in exports
    )


def _live() -> Container[int]:
    return set(Run.objects.filter(finished_at__isnull=True).values_list("export_id", flat=True))


def _last_check(row: Connection) -> tuple[Check, ...]:
    return tuple(Check(**{**step, "standing": Standing(step["standing"])}) for step in row.last_check)


def attention_of(row: Connection) -> list[Problem]:
    """Give the reasons why an administrator must act; they are for administrators."""
    found: list[Problem] = []
    user = row.export_user
    if user is not None and user.disabled_at is not None:
        message = f"Its export user, {user.name}, was disabled."
        found.append(Problem("EXPORT_USER_DISABLED", message, remedy=_EXPORT_USER))
    elif user is None and not row.managed_by_file:
        found.append(Problem("EXPORT_USER_MISSING", "It has no export user.", remedy=_EXPORT_USER))
    failed = next((step for step in _last_check(row) if step.standing is Standing.FAILED), None)
    if failed is not None:
        found.append(Problem(failed.code, failed.sentence))
    elif row.attention and not found:
        found.append(Problem("CONNECTION_ATTENTION", row.attention))
    return found
