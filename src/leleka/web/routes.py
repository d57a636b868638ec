"""Every page of the product with the right it needs: a page that is not here does not exist, and a right that is
not named is not had. Services check again; this table draws the menu and the generated tests.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpResponse

from leleka.services.permissions import Permission, allows
from leleka.web.answers import go, is_htmx
from leleka.web.pages import account, entry, errors, home, people
from leleka.web.request import Request

View = Callable[..., HttpResponse]
GET: Final = ("GET", "HEAD")
POST: Final = ("POST",)


@dataclass(frozen=True, slots=True)
class Route:
    """``needs`` is the right to see it; None with ``public`` is for everybody, without it for whoever signed in."""

    path: str
    view: View
    name: str
    needs: Permission | None = None
    methods: tuple[str, ...] = GET
    public: bool = False


ROUTES: Final[tuple[Route, ...]] = (
    Route("", home.show, "home", Permission.SEE),
    Route("sign-in", entry.sign_in, "sign_in", methods=GET + POST, public=True),
    Route("sign-out", entry.sign_out, "sign_out", methods=POST),
    Route("welcome/<str:token>", entry.welcome, "welcome", methods=GET + POST, public=True),
    Route("language", account.language, "language", methods=POST, public=True),
    Route("account", account.show, "account"),
    Route("account/tokens", account.make_token, "token_make", methods=POST),
    Route("account/tokens/<int:number>/remove", account.remove_token, "token_remove", methods=POST),
    Route("admin/permissions", people.index, "people", Permission.PEOPLE),
    Route("admin/permissions/add", people.add, "person_add", Permission.PEOPLE, GET + POST),
    Route("admin/permissions/<int:number>", people.edit, "person", Permission.PEOPLE, GET + POST),
    Route("admin/permissions/<int:number>/link", people.link, "person_link", Permission.PEOPLE, POST),
    Route(
        "admin/permissions/<int:number>/disable", people.disable, "person_disable", Permission.PEOPLE, POST
    ),
    Route("admin/permissions/<int:number>/enable", people.enable, "person_enable", Permission.PEOPLE, POST),
)


def guarded(route: Route) -> View:
    """Give the view behind its right and its methods."""

    def view(request: Request, **parts: Any) -> HttpResponse:
        if request.method not in route.methods:
            return HttpResponse(status=405, headers={"Allow": ", ".join(route.methods)})
        actor = request.actor
        if not route.public:
            if actor is None:
                return _to_sign_in(request)
            if route.needs is not None and not allows(actor, route.needs):
                return errors.forbidden(request)
        return route.view(request, **parts)

    return view


def _to_sign_in(request: Request) -> HttpResponse:
    wanted = request.get_full_path() if request.method == "GET" and not is_htmx(request) else "/"
    return go(request, f"/sign-in?next={quote(wanted)}")
