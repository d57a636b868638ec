"""Signing in: limits on failed attempts (P-2), sessions (C-1)."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from leleka.core.client_networks import network
from leleka.core.clock import using
from leleka.errors import Forbidden, TryLater
from leleka.services.access.actor import Role
from leleka.services.people import attempts, sign_in
from leleka.state.models import SignInFailure, User, WebSession
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
def test_a_source_fails_twenty_times_a_minute_whoever_it_names() -> None:
    somebody("alice", Role.ADMINISTRATOR)
    for number in range(20):
        fail(1, f"nobody{number}@example.com")
    with pytest.raises(TryLater):
        sign_in.sign_in("alice@example.com", PASSWORD, "10.0.0.1")
    assert (
        sign_in.sign_in("alice@example.com", PASSWORD, "10.0.0.2").user
        == User.objects.get(email="alice@example.com").pk
    )


def test_wrong_guesses_never_keep_the_right_password_out_from_another_source(clock: VirtualClock) -> None:
    somebody("alice", Role.ADMINISTRATOR)
    for guesser in range(60):
        fail(1, source=f"10.1.0.{guesser}")
        clock.sleep(1)
    for _ in range(3):
        with pytest.raises(TryLater):
            sign_in.sign_in("alice@example.com", "not the password", "10.1.0.59")
    assert (
        sign_in.sign_in("alice@example.com", PASSWORD, "10.2.0.1").user
        == User.objects.get(email="alice@example.com").pk
    )


def test_where_many_guess_in_many_places_a_new_place_has_one_try(clock: VirtualClock) -> None:
    somebody("alice", Role.ADMINISTRATOR)
    rows = [SignInFailure(who=str(n), source=f"10.3.{n}.1", at=NOW) for n in range(200)]
    SignInFailure.objects.bulk_create(rows)
    fail(1, source="10.4.0.1")
    with pytest.raises(TryLater) as refused:
        sign_in.sign_in("alice@example.com", PASSWORD, "10.4.0.1")
    clock.sleep(refused.value.retry_after or 0)
    assert (
        sign_in.sign_in("alice@example.com", PASSWORD, "10.4.0.1").user
        == User.objects.get(email="alice@example.com").pk
    )


@pytest.mark.usefixtures("clock")
def test_an_attempt_that_is_told_to_wait_does_not_make_the_wait_longer() -> None:
    fail(5)
    for _ in range(30):
        with pytest.raises(TryLater) as refused:
            sign_in.sign_in("alice@example.com", "not the password", "10.0.0.1")
        assert refused.value.retry_after == 5
    assert SignInFailure.objects.count() == 5


@pytest.mark.usefixtures("clock")
def test_a_household_that_has_a_network_of_addresses_is_one_source() -> None:
    for number in range(5):
        fail(1, source=f"2001:db8:1:2::{number}")
    with pytest.raises(TryLater):
        sign_in.sign_in("alice@example.com", "not the password", "2001:db8:1:2:ffff::1")
    fail(1, source="2001:db8:1:3::1")


@pytest.mark.usefixtures("clock")
def test_a_site_that_has_many_networks_has_a_limit_of_its_own() -> None:
    rows = [SignInFailure(who=str(n), source=network(f"2001:db8:1:{n:x}::1"), at=NOW) for n in range(1, 101)]
    SignInFailure.objects.bulk_create(rows)
    with pytest.raises(TryLater):
        sign_in.sign_in("alice@example.com", "not the password", "2001:db8:1::1")
    fail(1, source="2001:db8:2::1")
    fail(1, source="2001:db8:11::1")


@pytest.mark.usefixtures("clock")
def test_under_attack_one_password_at_a_time_is_looked_at() -> None:
    """Nobody waits for a place: a thread that waits is one that the pages lack."""
    alice = somebody("alice", Role.ADMINISTRATOR)
    rows = [SignInFailure(who=str(n), source=f"10.3.{n}.1", at=NOW) for n in range(200)]
    with attempts.counted(attempts.trier("another", "10.9.0.1")):
        assert sign_in.sign_in("alice@example.com", PASSWORD, "10.4.0.9").user == alice.user.pk
        SignInFailure.objects.bulk_create(rows)
    with attempts.counted(attempts.trier("another", "10.9.0.2")):
        with pytest.raises(TryLater) as refused:
            sign_in.sign_in("alice@example.com", PASSWORD, "10.4.0.1")
        assert refused.value.retry_after == 5
        assert not SignInFailure.objects.filter(source="10.4.0.1").exists(), "it costs no try"
        kept = sign_in.device_of(alice.actor)
        assert sign_in.sign_in("alice@example.com", PASSWORD, "10.4.0.1", device=kept).user == alice.user.pk
    assert sign_in.sign_in("alice@example.com", PASSWORD, "10.4.0.1").user == alice.user.pk


@pytest.mark.usefixtures("clock")
def test_a_browser_somebody_has_signed_in_on_has_tries_of_its_own() -> None:
    """Behind a proxy that is not trusted, everybody is one source."""
    alice, bob = somebody("alice", Role.ADMINISTRATOR), somebody("bob", Role.VIEWER)
    alice.browser.post("/sign-out")
    bob.browser.post("/sign-out")
    for number in range(20):
        fail(1, f"nobody{number}@example.com", "127.0.0.1")
    right = {"email": "alice@example.com", "password": PASSWORD}
    assert Client().post("/sign-in", right).status_code == 429
    assert bob.browser.post("/sign-in", right).status_code == 429, "bound to the person"
    assert alice.browser.post("/sign-in", {**right, "password": "wrong"}).status_code == 403
    assert alice.browser.post("/sign-in", right).status_code == 303
    for _ in range(5):
        assert alice.browser.post("/sign-in", {**right, "password": "wrong"}).status_code == 403
    assert alice.browser.post("/sign-in", right).status_code == 429, "and bounded"


@pytest.mark.usefixtures("clock")
def test_a_device_is_forgotten_with_the_password_and_cannot_be_made_up() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    kept = sign_in.device_of(alice.actor)
    for number in range(20):
        fail(1, f"nobody{number}@example.com")
    for made_up in (kept[:-1], f"{alice.user.pk}.0", ""):
        with pytest.raises(TryLater):
            sign_in.sign_in("alice@example.com", PASSWORD, "10.0.0.1", device=made_up)
    assert (
        sign_in.sign_in("alice@example.com", PASSWORD, "10.0.0.1", device=kept).user
        == User.objects.get(email="alice@example.com").pk
    )
    User.objects.update(password=make_password("another password of hers"))
    with pytest.raises(TryLater):
        sign_in.sign_in("alice@example.com", "another password of hers", "10.0.0.1", device=kept)


def test_a_device_lets_nobody_in() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    thief = Client()
    thief.cookies["leleka-device"] = alice.browser.cookies["leleka-device"].value
    assert thief.get("/account").status_code == 303
    cookie = alice.browser.cookies["leleka-device"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")


@pytest.mark.usefixtures("clock")
def test_somebody_signed_in_proves_that_it_is_them_whatever_others_try() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    fail(5, source="")
    for number in range(15):
        fail(1, f"nobody{number}@example.com", "")
    sign_in.confirm_password(alice.actor, PASSWORD)
    for _ in range(5):
        with pytest.raises(Forbidden):
            sign_in.confirm_password(alice.actor, "wrong")
    with pytest.raises(TryLater):
        sign_in.confirm_password(alice.actor, PASSWORD)


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
