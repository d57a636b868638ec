"""Home: what needs attention, the next and last runs, sizes at a glance."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.http import HttpResponse
from django.urls import reverse

from leleka.core.clock import current_clock
from leleka.messages.concerns import ICONS
from leleka.services.access.permissions import Permission, allows
from leleka.services.concerns import queries as concern_queries
from leleka.services.concerns.contracts import ConcernKind, Concerns, Severity
from leleka.services.home import queries as home_queries
from leleka.services.schedules import queries as schedule_queries
from leleka.services.translation import concern_title, in_this_language
from leleka.web.request import Request, actor_of
from leleka.web.responses import page

_COLORS: Final = {
    Severity.CRITICAL: "text-danger",
    Severity.WARNING: "text-warning",
    Severity.INFORMATION: "text-secondary",
}
# Where one of them is to be seen ("export" is its own page), and where all of them are.
_PAGES: Final[Mapping[str, tuple[str, str]]] = {
    ConcernKind.QUEUE: ("web:system", ""),
    ConcernKind.SCHEDULE: ("web:exports", "web:exports"),
    ConcernKind.CONNECTION: ("", "web:connections"),
    ConcernKind.STALLED: ("export", "web:exports"),
    ConcernKind.FAILED: ("export", "web:exports"),
    ConcernKind.SKIPPED: ("export", "web:exports"),
    ConcernKind.CONFIRMATION: ("export", "web:exports"),
    ConcernKind.SOURCE: ("web:sources", "web:sources"),
    ConcernKind.PROFILES: ("web:sources", "web:sources"),
    ConcernKind.MEASURE: ("web:measures", "web:measures"),
    ConcernKind.SEGMENT: ("web:segments", "web:segments"),
    ConcernKind.SHRUNK: ("web:sources", "web:sources"),
    ConcernKind.STALE: ("web:sources", "web:sources"),
    ConcernKind.LATE: ("export", "web:exports"),
    ConcernKind.DETACHED: ("export", "web:exports"),
    ConcernKind.RETRYING: ("export", "web:exports"),
}


def show(request: Request) -> HttpResponse:
    """Show it; a new installation sees the way to its first run instead of empty lists."""
    actor, clock = actor_of(request), current_clock()
    standing = home_queries.standing(actor)
    context: dict[str, Any] = {
        "standing": standing,
        "steps": []
        if standing.has_run
        else _steps(standing, may_connect=allows(actor, Permission.CONNECTIONS)),
        "concerns": [_told(one) for one in concern_queries.grouped(actor, clock)],
        "upcoming": home_queries.upcoming(actor, clock),
        "ended": home_queries.ended(actor),
        "sizes": home_queries.sizes(actor),
        "zone": schedule_queries.home_zone(),
    }
    return page(request, "web/pages/home.html", context)


def _told(concerns: Concerns) -> dict[str, Any]:
    """Return those of a kind with their words, and the page on which there is more."""
    page_of, all_of = _PAGES.get(concerns.kind, ("", ""))
    return {
        "kind": concerns.kind,
        "shown": [
            (one, concern_title(one), in_this_language(one.problem) if one.problem else None)
            for one in concerns.shown
        ],
        "more": concerns.more,
        "icon": ICONS[concerns.kind],
        "color": _COLORS[concerns.shown[0].severity],
        "page": page_of if page_of in {"", "export"} else reverse(page_of),
        "all": all_of and reverse(all_of),
    }


def _steps(standing: home_queries.InstallationSummary, *, may_connect: bool) -> Sequence[dict[str, Any]]:
    """Return the steps to a first run; the first that is not done is the current one, and others that are
    already possible are offered, too.
    """
    done = {
        "customers": standing.profiles > 0,
        "connection": standing.connections > 0,
        "segment": standing.segments > 0,
        "export": standing.exports > 0,
        "run": False,
    }
    needs = {"segment": ("customers",), "export": ("connection", "segment"), "run": ("export",)}
    now = next(name for name, is_done in done.items() if not is_done)
    return [
        {
            "name": name,
            "done": is_done,
            "now": name == now,
            "open": not is_done and all(done[one] for one in needs.get(name, ())),
            "may": may_connect or name != "connection",
        }
        for name, is_done in done.items()
    ]
