"""Signing in: limits on failed attempts (P-2), sessions (C-1)."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client

from leleka.core.clock import using
from leleka.errors import Forbidden, TryLater
from leleka.services.access.actor import Role
from leleka.services.people import sign_in
from leleka.state.models import SignInFailure, WebSession
from tests.fakes.clock import VirtualClock
from tests.integration.people import PASSWORD, somebody

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[VirtualClock]:
    clock = VirtualClock(NOW.timestamp())
    with using(clock):
        yield clock


def fail(times: int, email: str = "alice@example.com", source: str = "10.0.0.1") -> None:
    for _ in range(times):
        with pytest.raises(Forbidden, match="SIGN_IN_REFUSED"):
            sign_in.sign_in(email, "not the password", source)


def test_after_five_failures_each_further_one_doubles_the_wait(clock: VirtualClock) -> None:
    somebody("alice", Role.ADMINISTRATOR)
    fail(5)
    waits = []
    for _ in range(9):
        with pytest.raises(TryLater) as refused:
            sign_in.sign_in("alice@example.com", PASSWORD, "10.0.0.1")
        waits.append(refused.value.retry_after or 0.0)
        clock.sleep(waits[-1] + 1)
        fail(1)
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900]


def test_nobody_is_locked_out_for_good(clock: VirtualClock) -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    fail(5)
    clock.sleep(6)
    assert sign_in.sign_in("alice@example.com", PASSWORD, "10.0.0.1").user == alice.user.pk
    assert not SignInFailure.objects.exists()


@pytest.mark.usefixtures("clock")
def test_a_source_fails_twenty_times_a_minute_and_all_together_two_hundred() -> None:
    for number in range(20):
        fail(1, f"nobody{number}@example.com")
    with pytest.raises(TryLater):
        sign_in.sign_in("somebody.else@example.com", PASSWORD, "10.0.0.1")
    SignInFailure.objects.bulk_create(
        SignInFailure(who=str(number), source=f"10.0.1.{number}", at=NOW) for number in range(180)
    )
    with pytest.raises(TryLater):
        sign_in.sign_in("somebody.else@example.com", PASSWORD, "10.9.9.9")


def test_whether_there_is_such_a_person_cannot_be_read_from_the_answer() -> None:
    somebody("alice", Role.ADMINISTRATOR)
    answers = {
        Client().post("/sign-in", {"email": email, "password": "wrong wrong wrong"}).content.decode()
        for email in ("alice@example.com", "alicf@example.com", "")
    }
    assert len({answer.replace("alicf", "alice").count("SIGN_IN_REFUSED") for answer in answers}) == 1


def test_a_session_gets_a_new_id_at_sign_in_and_a_planted_one_is_not_adopted() -> None:
    """C-1, fixation."""
    somebody("alice", Role.ADMINISTRATOR)
    browser = Client()
    browser.cookies["leleka"] = "planted-by-somebody-else-000000000000000"
    browser.post("/sign-in", {"email": "alice@example.com", "password": PASSWORD})
    assert browser.cookies["leleka"].value != "planted-by-somebody-else-000000000000000"
    planted = Client()
    planted.cookies["leleka"] = "planted-by-somebody-else-000000000000000"
    assert planted.get("/account").status_code == 303


def test_a_session_is_kept_as_a_digest_in_a_cookie_scripts_cannot_read() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    cookie = alice.browser.cookies["leleka"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")
    assert len(cookie.value) >= 43, "256 bits"
    assert cookie.value not in str(list(WebSession.objects.values()))


def test_a_session_ends_after_half_an_hour_of_nothing_and_after_twelve_hours(
    clock: VirtualClock,
) -> None:
    idle, busy = somebody("idle", Role.VIEWER), somebody("busy", Role.VIEWER)
    for _ in range(12 * 60 // 25):
        clock.sleep(25 * 60)
        assert busy.browser.get("/account").status_code == 200
    assert idle.browser.get("/account").status_code == 303
    clock.sleep(25 * 60)
    assert busy.browser.get("/account").status_code == 303


def test_signing_out_ends_the_session_on_the_server() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    stolen = alice.browser.cookies["leleka"].value
    alice.browser.post("/sign-out")
    thief = Client()
    thief.cookies["leleka"] = stolen
    assert thief.get("/account").status_code == 303


@pytest.mark.parametrize(
    "wanted", ["https://evil.test/", "//evil.test", "javascript:alert(1)", "/\\evil.test"]
)
def test_signing_in_leads_nowhere_else(wanted: str) -> None:
    somebody("alice", Role.ADMINISTRATOR)
    reply = Client().post("/sign-in", {"email": "alice@example.com", "password": PASSWORD, "next": wanted})
    assert reply["Location"] == "/"
