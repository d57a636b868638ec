"""Admin > Audit: who did what, when and from where."""

from django.http import HttpResponse

from leleka.services.audit import queries as audit_queries
from leleka.web import paging
from leleka.web.request import Request, actor_of
from leleka.web.responses import page

_PAGE = 50


def index(request: Request) -> HttpResponse:
    """List entries, the newest first; ``before`` is the id to continue from."""
    given = request.GET.get("before", "")
    before = int(given) if given.isdecimal() and len(given) < 19 else None  # noqa: PLR2004 - a 64-bit id
    text = paging.wanted(request).text
    found = audit_queries.read(actor_of(request), before=before, limit=_PAGE + 1, text=text)
    more = found[_PAGE - 1].id if len(found) > _PAGE else None
    context = {"entries": found[:_PAGE], "more": more, "before": before, "q": text}
    return page(request, "web/pages/audit.html", context)
