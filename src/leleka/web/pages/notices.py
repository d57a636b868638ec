"""The bell and its notices, and Admin > System > Notices: how notices are sent."""

from django.http import HttpResponse
from django.urls import reverse

from leleka.core.clock import SystemClock
from leleka.services import notice_views
from leleka.services.permissions import Permission, allows
from leleka.web.answers import go, is_htmx, page, pane
from leleka.web.notice_words import ICONS, SECURITY, STATUSES, error_word
from leleka.web.request import Request, actor_of

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
        for one in notice_views.list_notices(actor, limit=_SHOWN)
    ]
    return pane(request, "web/pages/notices.html", {"notices": notices})


def bell(request: Request) -> HttpResponse:
    """Render only the bell; the page requests it once a minute."""
    return page(request, "web/parts/bell.html", {})


def seen(request: Request) -> HttpResponse:
    notice_views.mark_all_seen(actor_of(request))
    if not is_htmx(request):
        return go(request, reverse("web:notices"))
    response = index(request)
    response["HX-Trigger"] = "bell"
    return response


def system(request: Request) -> HttpResponse:
    """Show the channels, and the last deliveries with their outcome."""
    actor = actor_of(request)
    channels = notice_views.channels(actor)
    deliveries = [
        {
            "delivery": one,
            "tone": STATUSES[one.status][0],
            "status": STATUSES[one.status][1],
            "error": error_word(one.error),
        }
        for one in notice_views.deliveries(actor)
    ]
    context = {
        "channels": channels,
        "security": SECURITY.get(channels.security, ""),
        "deliveries": deliveries,
        "asked": "asked" in request.GET,
    }
    return page(request, "web/pages/system_notices.html", context)


def test(request: Request) -> HttpResponse:
    notice_views.send_test(actor_of(request), SystemClock())
    return go(request, f"{reverse('web:system_notices')}?asked")
