"""Home: what needs attention, the next and last runs, sizes at a glance."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse

from leleka.core.clock import current_clock
from leleka.services.access.permissions import Permission, allows
from leleka.services.home import queries as home_queries
from leleka.services.schedules import queries as schedule_queries
from leleka.services.translation import in_this_language
from leleka.web.request import Request, actor_of
from leleka.web.responses import page


def show(request: Request) -> HttpResponse:
    """Show it; a new installation sees the way to its first run instead of empty lists."""
    actor, clock = actor_of(request), current_clock()
    standing = home_queries.standing(actor)
    context: dict[str, Any] = {
        "standing": standing,
        "steps": []
        if standing.has_run
        else _steps(standing, may_connect=allows(actor, Permission.CONNECTIONS)),
        "concerns": [_told(one) for one in home_queries.concerns(actor, clock)],
        "upcoming": home_queries.upcoming(actor, clock),
        "ended": home_queries.ended(actor),
        "sizes": home_queries.sizes(actor),
        "zone": schedule_queries.home_zone(),
    }
    return page(request, "web/pages/home.html", context)


def _told(concerns: home_queries.Concerns) -> dict[str, Any]:
    shown = [(one, in_this_language(one.problem) if one.problem else None) for one in concerns.shown]
    return {"kind": concerns.kind, "shown": shown, "more": concerns.more}


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
