"""Home: what needs attention, the next and last runs, sizes at a glance."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse

from leleka.core.clock import SystemClock
from leleka.services import overview, schedules
from leleka.services.permissions import Permission, allows
from leleka.services.sentences import in_this_language
from leleka.web.answers import page
from leleka.web.request import Request, actor_of


def show(request: Request) -> HttpResponse:
    """Show it; a new installation shows the steps to its first run instead of empty lists."""
    actor, clock = actor_of(request), SystemClock()
    standing = overview.standing(actor)
    context: dict[str, Any] = {
        "standing": standing,
        "steps": []
        if standing.has_run
        else _steps(standing, may_connect=allows(actor, Permission.CONNECTIONS)),
        "concerns": [_told(one) for one in overview.concerns(actor, clock)],
        "upcoming": overview.upcoming(actor, clock),
        "ended": overview.ended(actor),
        "sizes": overview.sizes(actor),
        "zone": schedules.home_zone(),
    }
    return page(request, "web/pages/home.html", context)


def _told(concerns: overview.Concerns) -> dict[str, Any]:
    shown = [(one, in_this_language(one.problem) if one.problem else None) for one in concerns.shown]
    return {"kind": concerns.kind, "shown": shown, "more": concerns.more}


def _steps(standing: overview.Standing, *, may_connect: bool) -> Sequence[dict[str, Any]]:
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
