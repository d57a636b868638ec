"""What each column of a data source contains, and so what of it is shown to whom."""

from typing import Final

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leleka.core.column_classes import ColumnClass
from leleka.errors import Conflict, InvalidInput
from leleka.messages.http_status import status_of
from leleka.services.privacy import commands as privacy_commands
from leleka.services.privacy import queries as privacy_queries
from leleka.services.translation import in_this_language
from leleka.web.request import Request, actor_of
from leleka.web.responses import go, pane

_PAGE: Final = "web/pages/source_classes.html"
CLASSES: Final = {
    ColumnClass.IDENTIFIER: _("Identifies a person"),
    ColumnClass.CONTACT: _("Contact details"),
    ColumnClass.TEXT: _("Free text"),
    ColumnClass.HARMLESS: _("Harmless: viewers may see it"),
}


def show(request: Request, number: int) -> HttpResponse:
    source = privacy_queries.columns(actor_of(request), number)
    return pane(request, _PAGE, {"source": source, "classes": CLASSES.items()})


def classify(request: Request, number: int) -> HttpResponse:
    """Take what somebody says of each column: having looked, they confirm the guesses they leave as they are."""
    actor = actor_of(request)
    source = privacy_queries.columns(actor, number)
    chosen = {
        one.name: request.POST[f"class-{place}"]
        for place, one in enumerate(source.columns)
        if f"class-{place}" in request.POST
    }
    try:
        privacy_commands.classify(actor, number, chosen, request.POST.get("version", ""))
    except (InvalidInput, Conflict) as error:
        problems = [in_this_language(one) for one in error.problems]
        context = {"source": source, "classes": CLASSES.items(), "problems": problems}
        return pane(request, _PAGE, context, status_of(error))
    return go(request, reverse("web:source", args=(number,)))
