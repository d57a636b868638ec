"""Who may do what: one table, asked by services, menus, pages and the API alike. What it does not name is denied."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from leleka.errors import Forbidden
from leleka.services.access.actor import Actor, Role
from leleka.state.models import Connection, Export


class Permission(StrEnum):
    """What may be allowed. The wording completes "you may not …"."""

    SEE = "see this"
    SEE_PERSONAL = "see personal data unmasked"
    DOWNLOAD_PERSONAL = "download personal data"
    EDIT_SOURCES = "add, edit and refresh data sources"
    CLASSIFY = "say what the columns of data sources contain"
    EDIT_SEGMENTS = "create and edit segments"
    EDIT_SHARED_EXPORTS = "create, edit and run exports"
    EDIT_ALL_EXPORTS = "create, edit and run exports on connections of administrators"
    CHOOSE_CONNECTIONS = "choose a connection for an export"
    CONNECTIONS = "see and change connections"
    CONFIRM = "confirm what waits for confirmation"
    SYSTEM = "change the system's settings and refresh everything"
    PEOPLE = "see and change permissions"
    AUDIT = "see the audit"


_VIEWER: Final = frozenset({Permission.SEE})
_CONTRIBUTOR: Final = _VIEWER | {
    Permission.SEE_PERSONAL,
    Permission.DOWNLOAD_PERSONAL,
    Permission.EDIT_SOURCES,
    Permission.CLASSIFY,
    Permission.EDIT_SEGMENTS,
    Permission.EDIT_SHARED_EXPORTS,
    Permission.CHOOSE_CONNECTIONS,
}
ALLOWED: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.VIEWER: _VIEWER,
    Role.CONTRIBUTOR: _CONTRIBUTOR,
    Role.ADMINISTRATOR: frozenset(Permission),
}


def allows(actor: Actor, permission: Permission) -> bool:
    return permission in ALLOWED.get(actor.role, frozenset())


def require(actor: Actor, permission: Permission) -> None:
    """Raises ``Forbidden``."""
    if not allows(actor, permission):
        raise Forbidden("NOT_ALLOWED.action", action=permission.value)


def may_use(actor: Actor, connection: Connection | None) -> bool:
    """Return whether somebody may make and change exports on a connection; a detached export has none."""
    if allows(actor, Permission.EDIT_ALL_EXPORTS):
        return True
    shared = connection is not None and connection.audience == Connection.Audience.CONTRIBUTORS
    return shared and allows(actor, Permission.EDIT_SHARED_EXPORTS)


def require_export(actor: Actor, export: Export) -> None:
    """Raises ``Forbidden`` where somebody may only look at an export."""
    if not may_use(actor, export.connection):
        require(actor, Permission.EDIT_SHARED_EXPORTS)
        require(actor, Permission.EDIT_ALL_EXPORTS)
