"""What every page needs: the user, the menu, the language, whether this is a test installation."""

from functools import cache
from typing import Any

from django.conf import settings
from django.utils import translation

from leleka import __version__
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, allows
from leleka.services.notices import queries as notice_queries
from leleka.web.menu import menu_of
from leleka.web.request import Request


class Rights:
    """``{% if may.CONNECTIONS %}`` in a template."""

    def __init__(self, actor: Actor | None) -> None:
        self._actor = actor

    def __getitem__(self, name: str) -> bool:
        return self._actor is not None and allows(self._actor, Permission[name])


def page(request: Request) -> dict[str, Any]:
    actor: Actor | None = getattr(request, "actor", None)
    return {
        "request": request,
        "actor": actor,
        "may": Rights(actor),
        "menu": menu_of(actor, request.path) if actor else [],
        # Called by a template that draws a bell; a lazy number does not count as a number for plural rules.
        "unseen": cache(lambda: notice_queries.unseen(actor) if actor else 0),
        "version": __version__,
        "languages": settings.LANGUAGES,
        "language": translation.get_language() or "en",
        "test_hosts": sorted(settings.LELEKA.network.test_hosts),
    }
