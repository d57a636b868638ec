"""Why somebody is in a list or a segment, or is not: verdict and chain. An address is only ever in a body."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse

from leleka.errors import LelekaError
from leleka.messages.http_status import status_of
from leleka.services.access.actor import Actor
from leleka.services.translation import in_this_language
from leleka.services.why import commands as why_commands
from leleka.services.why import queries as why_queries
from leleka.services.why.contracts import WhyView
from leleka.web.integers import whole_number
from leleka.web.request import Request, actor_of
from leleka.web.responses import go, is_htmx, page

_PAGE = "web/pages/why.html"
_ACCOUNT = "web/parts/why_account.html"
_REFERENCE = re.compile(r"[0-9a-f]{32}")
_LONGEST = 2_000  # characters: what is longer than an address is no address either


def customer(request: Request, reference: str) -> HttpResponse:
    """Show it of a customer and the export, or the segment, in the address."""
    actor = actor_of(request)
    if "segment" in request.GET:
        number = whole_number(request.GET["segment"])
        return _shown(request, why_queries.why_in_segment(actor, number, customer=reference))
    number = whole_number(request.GET.get("export"))
    return _shown(request, why_queries.why(actor, number, customer=reference))


def export(request: Request, number: int) -> HttpResponse:
    """Go to whoever has the address; where nobody has, say what is known all the same."""
    return _by_address(request, {"export": number}, why_queries.why)


def segment(request: Request, number: int) -> HttpResponse:
    """The same of a segment."""
    return _by_address(request, {"segment": number}, why_queries.why_in_segment)


def _by_address(request: Request, of: Mapping[str, int], explain: Callable[..., WhyView]) -> HttpResponse:
    actor, address = actor_of(request), _typed(request)
    if found := why_queries.customers_with(actor, address, **of):
        return _of(request, found[0], of)
    return _shown(request, explain(actor, *of.values(), address=address))


def ask(request: Request, number: int) -> HttpResponse:
    """Have the account asked, and show that it is; without scripts the page is shown anew."""
    actor, reference = actor_of(request), _reference(request.POST)
    address = "" if reference else _typed(request)
    if not is_htmx(request):
        why_commands.ask(actor, number, customer=reference, address=address)
        if reference:
            return _of(request, reference, {"export": number})
        return _shown(request, why_queries.why(actor, number, address=address))
    context: dict[str, Any] = {"number": number, "customer": reference, "address": address, "may_ask": True}
    try:
        task = why_commands.ask(actor, number, customer=reference, address=address)
    except LelekaError as error:
        problems = [in_this_language(one) for one in error.problems]
        return page(request, _ACCOUNT, {**context, "problems": problems}, status_of(error))
    return page(request, _ACCOUNT, {**context, **_asked(actor, task)})


def asked(request: Request, number: int) -> HttpResponse:
    """Return how a question to the account stands; htmx requests it again until there is an answer. Then the page of a
    customer is shown anew: the verdict may be another one.
    """
    context = _asked(actor_of(request), number)
    reference, of = _reference(request.GET), whole_number(request.GET.get("export"))
    if context["asking"] is None and reference and is_htmx(request):
        return _of(request, reference, {"export": of})
    return page(request, _ACCOUNT, {**context, "number": of, "customer": reference})


def _asked(actor: Actor, task: int) -> dict[str, Any]:
    found = why_queries.asked(actor, task)
    return {"asking": None if found.done else found.task, "step": found.step}


def _shown(request: Request, view: WhyView) -> HttpResponse:
    *steps, last = view.steps
    account = last if last.name == "account" else None
    context = {
        "view": view,
        "steps": steps if account else view.steps,
        "step": account,
        "number": view.export,
        "customer": view.customer,
        "address": "" if view.customer or view.masked else view.address,
        "asking": view.asking,
        "may_ask": view.may_ask,
    }
    return page(request, _PAGE, context)


def _typed(request: Request) -> str:
    return request.POST.get("address", "").replace("\x00", "").strip()[:_LONGEST]


def _reference(given: Mapping[str, Any]) -> str:
    """Return the reference of a customer; what is none would lead to another page."""
    told = str(given.get("customer", ""))
    return told if _REFERENCE.fullmatch(told) else ""


def _of(request: Request, reference: str, query: Mapping[str, int]) -> HttpResponse:
    return go(request, f"{reverse('web:customer_why', args=(reference,))}?{urlencode(query)}")
