"""Home."""

from django.http import HttpResponse

from leleka.web.answers import page
from leleka.web.request import Request


def show(request: Request) -> HttpResponse:
    return page(request, "web/pages/home.html", {})
