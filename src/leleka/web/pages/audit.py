"""Admin > Audit: who did what, when and from where."""

from django.http import HttpResponse, StreamingHttpResponse

from leleka.services.audit import queries as audit_queries
from leleka.services.audit import verification
from leleka.web import paging
from leleka.web.request import Request, actor_of
from leleka.web.responses import page

_PAGE = 50


def index(request: Request) -> HttpResponse:
    """List entries, the newest first; ``before`` is the id to continue from."""
    return _page(request, None)


def download(request: Request) -> StreamingHttpResponse:
    """Give all entries that were searched for as CSV."""
    found = audit_queries.download(actor_of(request), paging.wanted(request).text)
    answer = StreamingHttpResponse((line.encode() for line in found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return answer


def verify(request: Request) -> HttpResponse:
    """Say whether every entry is as it was written, above the newest ones."""
    return _page(request, verification.verify(actor_of(request), request.POST.get("head", "")))


def _page(request: Request, chain: verification.ChainView | None) -> HttpResponse:
    given = request.GET.get("before", "")
    before = int(given) if given.isdecimal() and len(given) < 19 else None  # noqa: PLR2004 - a 64-bit id
    text = paging.wanted(request).text
    found = audit_queries.read(actor_of(request), before=before, limit=_PAGE + 1, text=text)
    more = found[_PAGE - 1].id if len(found) > _PAGE else None
    context = {"entries": found[:_PAGE], "more": more, "before": before, "q": text, "chain": chain}
    return page(request, "web/pages/audit.html", context)
