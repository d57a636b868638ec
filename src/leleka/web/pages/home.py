"""The first page after signing in: the exports, for what they do is what people come to see."""

from django.http import HttpResponse
from django.urls import reverse

from leleka.web.answers import go
from leleka.web.request import Request


def show(request: Request) -> HttpResponse:
    return go(request, reverse("web:exports"))
