"""Long lists on pages: search, order and page from the address, and the links to the previous and
next page.
"""

from dataclasses import dataclass
from typing import Any

from leleka.services.paging import Listed, ListQuery
from leleka.web.integers import whole_number
from leleka.web.request import Request

_LONGEST = 200  # characters of a search text


@dataclass(frozen=True, slots=True)
class Pages:
    """The position in a list; the links are "" where there is no previous or next page."""

    number: int
    of: int
    matches: int
    before: str
    behind: str


def wanted(request: Request, sort: str = "", page: str = "page") -> ListQuery:
    """Read what is requested; ``page`` is the name of the parameter that holds the number of the page."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:_LONGEST]
    return ListQuery(text, request.GET.get("sort", sort), whole_number(request.GET.get(page), 1))


def pages_of(request: Request, listed: Listed[Any], page: str = "page") -> Pages:
    def link(number: int) -> str:
        if not 1 <= number <= listed.pages:
            return ""
        query = request.GET.copy()
        query[page] = str(number)
        return f"{request.path}?{query.urlencode()}"

    before, behind = link(listed.page - 1), link(listed.page + 1)
    return Pages(listed.page, listed.pages, listed.matches, before, behind)


def context_of(request: Request, asked: ListQuery, listed: Listed[Any]) -> dict[str, Any]:
    """Return what the list templates share: search, order, pages, and whether there is anything at all."""
    return {"q": asked.text, "sort": listed.sort, "all": listed.all, "pages": pages_of(request, listed)}
