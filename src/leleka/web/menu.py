"""The menu: what the user may see, with the labels of the source system."""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, allows


@dataclass(frozen=True, slots=True)
class Entry:
    """One menu item; ``route`` names its page, ``also`` another one whose pages belong to it."""

    label: Promise
    route: str
    icon: str
    needs: Permission = Permission.SEE
    also: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    label: Promise
    url: str
    icon: str
    here: bool


@dataclass(frozen=True, slots=True)
class Group:
    label: Promise | str
    lines: tuple[Line, ...]


MENU: Final[tuple[tuple[Promise | str, tuple[Entry, ...]], ...]] = (
    (
        "",
        (
            Entry(_("Home"), "home", "home"),
            Entry(_("Customers"), "customers", "user-search"),
            Entry(_("Segments"), "segments", "users-group"),
        ),
    ),
    (
        _("Data"),
        (
            Entry(_("Data sources"), "sources", "database", also="relationships"),
            Entry(_("Measures"), "measures", "chart-bar"),
            Entry(_("Exports"), "exports", "send", also="runs"),
        ),
    ),
    (
        _("Admin"),
        (
            Entry(_("Connections"), "connections", "plug", Permission.CONNECTIONS),
            Entry(_("Permissions"), "people", "users", Permission.PEOPLE),
            Entry(_("System"), "system", "settings"),
            Entry(_("Audit"), "audit", "clipboard-check", Permission.AUDIT),
            Entry(_("Notices"), "system_notices", "bell", Permission.SYSTEM),
        ),
    ),
)


def menu_of(actor: Actor, path: str) -> list[Group]:
    """Return the groups with at least one item that the user may see."""
    groups = []
    for label, entries in MENU:
        lines = tuple(_line(entry, path) for entry in entries if allows(actor, entry.needs))
        if lines:
            groups.append(Group(label, lines))
    return groups


def _line(entry: Entry, path: str) -> Line:
    url = reverse(f"web:{entry.route}")
    places = [url, reverse(f"web:{entry.also}")] if entry.also else [url]
    here = any(path == place or path.startswith(f"{place}/") for place in places)
    return Line(entry.label, url, entry.icon, here)
