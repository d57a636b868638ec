"""Who looks without signing in leaves nothing behind, and sessions that have ended are removed."""

import re
from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client

from leleka.core.clock import SystemClock, using, utc_now
from leleka.services.access.actor import Role
from leleka.state import sessions
from leleka.state.models import WebSession
from leleka.state.sessions import SessionStore
from leleka.worker import loop
from tests.fakes.clock import VirtualClock
from tests.integration.people import PASSWORD, somebody

pytestmark = pytest.mark.django_db
COOKIE = "leleka"


@pytest.mark.parametrize(
    "path", ["/sign-in", "/nowhere", "/", "/segments", "/welcome/nothing", "/healthz", "/metrics"]
)
def test_a_look_at_a_page_without_signing_in_keeps_no_session(path: str) -> None:
    for _ in range(5):
        Client().get(path)
    assert WebSession.objects.count() == 0


def test_a_form_is_still_bound_to_the_browser_that_asked_for_it() -> None:
    """C-2: the secret of a form is of one browser, also before anybody has signed in."""
    somebody("alice", Role.ADMINISTRATOR)
    WebSession.objects.all().delete()
    mine, other = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', mine.get("/sign-in").content.decode())
    assert found
    other.get("/sign-in")
    form = {"email": "alice@example.com", "password": PASSWORD, "csrfmiddlewaretoken": found[1]}
    assert other.post("/sign-in", form).status_code == 403
    assert WebSession.objects.count() == 0
    before = mine.cookies[COOKIE].value
    assert mine.post("/sign-in", form).status_code == 303
    assert WebSession.objects.count() == 1
    assert mine.cookies[COOKIE].value != before
    assert mine.get("/account").status_code == 200


def test_nobody_is_signed_in_by_what_a_cookie_carries() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    told = {"at": SystemClock().now(), "data": {sessions.USER: alice.user.pk}}
    signed = [signing.dumps(told, salt=salt) for salt in (sessions._SALT, "another")]
    for carried in [*signed, "x"]:
        client = Client()
        client.cookies[COOKIE] = sessions._VISITOR + carried
        assert client.get("/account").status_code == 303


def test_a_visitor_s_cookie_lasts_as_long_as_any_session() -> None:
    clock = VirtualClock()
    with using(clock):
        store = SessionStore()
        store["x"] = "kept"
        store.save()
        assert SessionStore(store.session_key).get("x") == "kept"
        clock.sleep(sessions.LONGEST.total_seconds() + 1)
        assert SessionStore(store.session_key).get("x") is None


def test_the_worker_removes_sessions_that_have_ended() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    somebody("bob", Role.VIEWER)
    WebSession.objects.filter(user=alice.user).update(
        seen_at=utc_now() - sessions.IDLE - timedelta(minutes=1)
    )
    loop.Worker(SystemClock())._keep_time()
    assert [row.user_id == alice.user.pk for row in WebSession.objects.all()] == [False]
