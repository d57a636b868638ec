"""One customer: what is known of them, and the rows that belong to them."""

from django.http import HttpResponse

from leleka.services.customers import queries as customer_queries
from leleka.services.why import queries as why_queries
from leleka.web.integers import whole_number
from leleka.web.request import Request, actor_of
from leleka.web.responses import page


def show(request: Request, reference: str) -> HttpResponse:
    actor = actor_of(request)
    customer = customer_queries.show(actor, reference)
    context = {"customer": customer, "line": customer.timeline, "lists": why_queries.lists(actor)}
    return page(request, "web/pages/customer.html", context)


def related(request: Request, reference: str) -> HttpResponse:
    """Return a page of the rows that belong to a customer, of one table or of all."""
    table, number = request.GET.get("table", ""), whole_number(request.GET.get("page"), 1)
    line = customer_queries.related(actor_of(request), reference, table, number)
    return page(request, "web/parts/customer_timeline.html", {"line": line, "reference": reference})
