"""One line of the table of pages: where a page is, and who may see it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.http.response import HttpResponseBase

from leleka.services.access.permissions import Permission

View = Callable[..., HttpResponseBase]
GET: Final = ("GET", "HEAD")
POST: Final = ("POST",)
BOTH: Final = GET + POST


@dataclass(frozen=True, slots=True)
class Route:
    """``needs`` is the permission to see it; None with ``public`` is for everybody, without it for signed-in
    users.
    """

    path: str
    view: View
    name: str
    needs: Permission | None = None
    methods: tuple[str, ...] = GET
    public: bool = False
