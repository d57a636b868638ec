"""API tokens end, and administrators see and revoke everybody's."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from leleka.core.clock import using
from leleka.errors import Conflict, InvalidInput, NotFound
from leleka.services.access.actor import Actor, Role
from leleka.services.people import api_tokens, sign_in
from leleka.state.models import ApiToken, AuditEntry
from tests.fakes.clock import VirtualClock
from tests.integration.api import program
from tests.integration.people import somebody

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)


@pytest.fixture
def clock() -> Iterator[VirtualClock]:
    clock = VirtualClock(NOW.timestamp())
    with using(clock):
        yield clock


def test_a_token_ends_after_its_days_and_is_shown_as_over(clock: VirtualClock) -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    view, token = api_tokens.make_token(alice.actor, "nightly", 30)
    assert (view.expires_at, view.is_over) == (NOW + timedelta(days=30), False)
    clock.sleep(30 * 86_400 - 1)
    assert sign_in.actor_by_token(token).user == alice.user.pk
    clock.sleep(1)
    with pytest.raises(NotFound, match="TOKEN_UNKNOWN"):
        sign_in.actor_by_token(token)
    (listed,) = api_tokens.list_tokens(alice.actor)
    assert listed.is_over


def test_a_token_works_for_ninety_days_where_nothing_is_said_and_for_a_year_at_most() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    view, _ = api_tokens.make_token(alice.actor, "usual")
    assert view.expires_at - view.made_at == timedelta(days=90)
    for days in (0, -1, 366, 10**12):
        with pytest.raises(InvalidInput, match="TOKEN_DAYS"):
            api_tokens.make_token(alice.actor, "other", days)
    for text in ("0", "366", "x", "", "9" * 40):
        reply = alice.browser.post("/account/tokens", {"name": "other", "days": text})
        assert (reply.status_code, "TOKEN_DAYS" in reply.content.decode()) == (422, True)
    assert alice.browser.post("/account/tokens", {"name": "other", "days": "365"}).status_code == 200
    assert ApiToken.objects.count() == 2


def test_administrators_see_everybody_s_tokens_and_revoke_them_and_nobody_else_does() -> None:
    alice, bob, carol = (
        somebody("alice", Role.ADMINISTRATOR),
        somebody("bob", Role.VIEWER),
        program("carol", Role.VIEWER),
    )
    _, token = api_tokens.make_token(bob.actor, "of bob")
    number = ApiToken.objects.get(name="of bob").pk
    shown = alice.browser.get("/admin/permissions/tokens").content.decode()
    assert all(text in shown for text in ("of bob", "Bob", "program", "Carol"))
    for reply in (
        bob.browser.get("/admin/permissions/tokens"),
        bob.browser.post(f"/admin/permissions/tokens/{number}/revoke"),
    ):
        assert reply.status_code == 403
    carol.get("/people/tokens", 403)
    carol.told("DELETE", f"/people/tokens/{number}", status=403)
    assert alice.browser.post(f"/admin/permissions/tokens/{number}/revoke").status_code == 303
    with pytest.raises(NotFound):
        sign_in.actor_by_token(token)
    entry = AuditEntry.objects.get(action="token remove")
    assert (entry.actor, entry.subject, entry.details) == (alice.actor.name, "of bob", {"of": bob.user.pk})


def test_the_api_lists_and_revokes_them_too() -> None:
    alice = program("alice", Role.ADMINISTRATOR)
    bob = somebody("bob", Role.VIEWER)
    view, _ = api_tokens.make_token(bob.actor, "of bob", 7)
    told = alice.get("/people/tokens")["items"]
    first = alice.get("/people/tokens?limit=1")
    rest = alice.get(f"/people/tokens?limit=1&after={first['next']}")
    assert ([*first["items"], *rest["items"]], rest["next"]) == (told, None)
    assert [(one["name"], one["owner"]) for one in told] == [("program", "Alice"), ("of bob", "Bob")]
    alice.told("DELETE", f"/people/tokens/{view.id}", status=204)
    alice.told("DELETE", f"/people/tokens/{view.id}", status=404)
    made = alice.told("POST", "/me/tokens", {"name": "short", "days": 3}, 201)["token"]
    assert datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["made_at"]) == timedelta(
        days=3
    )
    assert alice.told("POST", "/me/tokens", {"name": "long", "days": 400}, 422)["code"] == "TOKEN_DAYS"


def test_a_token_s_own_successors_end_with_it(clock: VirtualClock) -> None:
    """Else whoever found a token has it for good."""
    alice = program("alice", Role.ADMINISTRATOR)
    clock.sleep(80 * 86_400)
    made = alice.told("POST", "/me/tokens", {"name": "next", "days": 365}, 201)["token"]
    ends = ApiToken.objects.get(name="program").expires_at
    assert datetime.fromisoformat(made["expires_at"]) == ends
    short = alice.told("POST", "/me/tokens", {"name": "short", "days": 3}, 201)["token"]
    assert datetime.fromisoformat(short["expires_at"]) < ends
    entry = AuditEntry.objects.get(action="token make", subject="next")
    assert entry.details["expires"] == ends.isoformat()


def test_a_person_has_fifty_tokens_at_most() -> None:
    alice, bob = somebody("alice", Role.ADMINISTRATOR), somebody("bob", Role.VIEWER)
    for number in range(50):
        api_tokens.make_token(alice.actor, f"{number}")
    with pytest.raises(Conflict, match="TOKENS_TOO_MANY"):
        api_tokens.make_token(alice.actor, "one more")
    reply = alice.browser.post("/account/tokens", {"name": "one more", "days": "3"})
    assert (reply.status_code, "at most 50 API tokens" in reply.content.decode()) == (409, True)
    api_tokens.make_token(bob.actor, "of another")
    shown = alice.browser.get("/admin/permissions/tokens?sort=-name&page=2").content.decode()
    assert shown.count('<td class="name-cell">') == 1
    found = alice.browser.get("/admin/permissions/tokens?q=bob").content.decode()
    assert (found.count('<td class="name-cell">'), "of another" in found) == (1, True)


def test_the_operator_lists_and_revokes_them_too() -> None:
    bob = somebody("bob", Role.VIEWER)
    view, _ = api_tokens.make_token(bob.actor, "of bob")
    operator = Actor.operator()
    assert [one.id for one in api_tokens.list_all_tokens(operator)] == [view.id]
    api_tokens.revoke_token(operator, view.id)
    assert not ApiToken.objects.exists()
