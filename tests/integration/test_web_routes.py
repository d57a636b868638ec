"""Every page against everybody (6.1): the table in ``web.routes`` decides; what it does not name does not
exist.
"""

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from leleka.services.access.actor import Role
from leleka.services.access.permissions import ALLOWED
from leleka.state.models import User, WebSession
from leleka.web.route import Route
from leleka.web.routes import ROUTES
from tests.integration.people import Somebody, somebody

pytestmark = pytest.mark.django_db
_PARTS = {
    "<int:number>": "999",
    "<str:token>": "nonsense",
    "<str:name>": "nothing",
    "<str:reference>": "f" * 32,
}
WHO = ("anonymous", "disabled", "expired", *Role)


def address(route: Route) -> str:
    path = f"/{route.path}"
    for part, value in _PARTS.items():
        path = path.replace(part, value)
    assert "<" not in path, f"{route.path} has a part this test does not know"
    return path


def visitor(who: str) -> Client:
    if who == "anonymous":
        return Client()
    if who in {"disabled", "expired"}:
        person: Somebody = somebody(who, Role.ADMINISTRATOR)
        if who == "disabled":
            User.objects.filter(pk=person.user.pk).update(disabled_at=person.user.created_at)
        else:
            WebSession.objects.all().delete()
        return person.browser
    return somebody("visitor", Role(who)).browser


def may_enter(route: Route, who: str) -> bool:
    if route.public:
        return True
    if who not in set(Role):
        return False
    return route.needs is None or route.needs in ALLOWED[Role(who)]


@pytest.mark.parametrize("who", WHO)
def test_everybody_sees_what_the_table_says_and_no_more(who: str) -> None:
    browser = visitor(who)
    wrong = []
    for route in ROUTES:
        if route.name in {"sign_out", "sign_in"}:  # each changes who is signed in
            continue
        for method in route.methods:
            reply = browser.generic(method, address(route), headers={"HX-Request": "true"})
            sent_away = reply.status_code == 403 or reply.get("HX-Redirect", "").startswith("/sign-in")
            if may_enter(route, who) is sent_away:
                wrong.append(f"{method} {route.path}: {reply.status_code}")
            if reply.status_code >= 500 and route.name != "readyz":  # no worker is running here: 503
                wrong.append(f"{method} {route.path} broke")
    assert wrong == []


def test_there_is_no_page_that_the_table_does_not_name() -> None:
    named = {route.path for route in ROUTES}
    found = {
        str(pattern.pattern)
        for group in get_resolver().url_patterns
        for pattern in getattr(group, "url_patterns", [group])
        if isinstance(pattern, URLPattern) and getattr(group, "namespace", None) == "web"
    }
    assert found == named


def test_every_page_but_the_entrance_and_what_machines_ask_needs_somebody() -> None:
    entrance, probes = {"sign_in", "welcome", "language"}, {"healthz", "readyz", "metrics"}
    assert {route.name for route in ROUTES if route.public} == entrance | probes
