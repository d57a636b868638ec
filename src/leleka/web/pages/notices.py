"""The bell, what it tells, and Admin > System > Notices: how notices are sent."""

from django.http import HttpResponse
from django.urls import reverse

from leleka.core.clock import current_clock
from leleka.messages.notices import ICONS, SECURITY, STATUSES, error_word
from leleka.services.access.permissions import Permission, allows
from leleka.services.notices import queries as notice_queries
from leleka.services.translation import READER, term
from leleka.web.request import Request, actor_of
from leleka.web.responses import go, is_htmx, page, pane

_SHOWN = 20
_CONNECTIONS = "/admin/connections/"


def index(request: Request) -> HttpResponse:
    """Show the newest; a link only to pages that the user may see."""
    actor = actor_of(request)
    notices = [
        {
            "notice": one,
            "icon": ICONS.get(one.kind, "info-circle"),
            "url": ""
            if one.path.startswith(_CONNECTIONS) and not allows(actor, Permission.CONNECTIONS)
            else one.path,
        }
        for one in notice_queries.list_notices(actor, limit=_SHOWN)
    ]
    return pane(request, "web/pages/notices.html", {"notices": notices})


def bell(request: Request) -> HttpResponse:
    """Render only the bell; the page requests it once a minute."""
    return page(request, "web/parts/bell.html", {})


def seen(request: Request) -> HttpResponse:
    notice_queries.mark_all_seen(actor_of(request))
    if not is_htmx(request):
        return go(request, reverse("web:notices"))
    response = index(request)
    response["HX-Trigger"] = "bell"
    return response


def system(request: Request) -> HttpResponse:
    """Show the channels, and the last deliveries with their outcome."""
    actor = actor_of(request)
    channels = notice_queries.channels(actor)
    deliveries = [
        {
            "delivery": one,
            "tone": STATUSES[one.status][0],
            "status": term(STATUSES[one.status][1]),
            "error": error_word(one.error, READER),
        }
        for one in notice_queries.deliveries(actor)
    ]
    context = {
        "channels": channels,
        "security": term(SECURITY.get(channels.security, "")),
        "deliveries": deliveries,
        "asked": "asked" in request.GET,
    }
    return page(request, "web/pages/system_notices.html", context)


def test(request: Request) -> HttpResponse:
    notice_queries.send_test(actor_of(request), current_clock())
    return go(request, f"{reverse('web:system_notices')}?asked")
