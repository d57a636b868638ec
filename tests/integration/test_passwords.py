"""Passwords: which are too easy to guess, and how somebody chooses another for themselves."""

import pytest
from django.test import Client

from leleka.errors import InvalidInput
from leleka.services.access.actor import Role
from leleka.services.people import api_tokens
from leleka.services.people import commands as people_commands
from leleka.services.people.passwords import check_password_is_good
from leleka.state.models import ApiToken, AuditEntry, WebSession
from tests.integration.people import PASSWORD, somebody

NEW = "eleven herons by the weir"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("123456789012", "PASSWORD_SEQUENCE"),
        ("210987654321", "PASSWORD_SEQUENCE"),
        ("849302715630", "PASSWORD_SEQUENCE"),
        ("abcdefghijkl", "PASSWORD_SEQUENCE"),
        ("qwertyuiop[]", "PASSWORD_COMMON"),
        ("asdfghjkl;'asdf", "PASSWORD_SEQUENCE"),
        ("йцукенгшщзхї", "PASSWORD_SEQUENCE"),
        ("aaaaaaaaaaaa", "PASSWORD_COMMON"),
        ("zyzyzyzyzyzy", "PASSWORD_SEQUENCE"),
        ("ab!ab!ab!ab!", "PASSWORD_SEQUENCE"),
        ("passwordpassword", "PASSWORD_COMMON"),
        ("Password2026!", "PASSWORD_COMMON"),
        ("!!!iloveyou!!!", "PASSWORD_COMMON"),
        ("qwertyqwerty1", "PASSWORD_COMMON"),
        ("letmein12345678", "PASSWORD_COMMON"),
        ("JaneDoe-likes-it", "PASSWORD_NAME"),
        ("hello-doerthe-you", "PASSWORD_NAME"),
        ("we-at-leleka-fly", "PASSWORD_NAME"),
        ("short", "PASSWORD_LENGTH"),
    ],
)
def test_what_is_easy_to_guess_is_no_password(password: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_password_is_good(password, "doerthe.mueller@example.com", "Jane Doe-Müller")
    assert [(one.code, one.where) for one in refused.value.problems] == [(code, "password")]


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        NEW,
        "correct horse battery staple",
        "Kp7#vX2q!mR9",
        "сім лелек над болотом",
        "xk4-921-abz-77q",
        "tr0ub4dor&3xyzq",
    ],
)
def test_what_is_not_is_one(password: str) -> None:
    check_password_is_good(password, "ada@example.com", "Ada Lovelace")


@pytest.mark.django_db
def test_somebody_changes_their_password_and_every_other_way_in_ends() -> None:
    alice, bob = somebody("alice", Role.VIEWER), somebody("bob", Role.VIEWER)
    other = Client()
    other.post("/sign-in", {"email": "alice@example.com", "password": PASSWORD})
    api_tokens.make_token(alice.actor, "script")
    api_tokens.make_token(bob.actor, "script")
    words = {"current": PASSWORD, "password": NEW, "again": NEW}
    assert alice.browser.post("/account/password", words)["Location"] == "/account?password"
    assert "Your password was changed." in alice.browser.get("/account?password").content.decode()
    assert other.get("/account").status_code == 303
    assert [token.user_id for token in ApiToken.objects.all()] == [bob.user.pk]
    assert WebSession.objects.filter(user=alice.user).count() == 1
    assert AuditEntry.objects.filter(action="person password", actor=alice.actor.name).count() == 1
    assert Client().post("/sign-in", {"email": "alice@example.com", "password": PASSWORD}).status_code == 403
    assert Client().post("/sign-in", {"email": "alice@example.com", "password": NEW}).status_code == 303


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"current": "wrong"}, "PASSWORD_WRONG"),
        ({"current": ""}, "PASSWORD_WRONG"),
        ({"again": "another"}, "PASSWORD_AGAIN"),
        ({"password": "123456789012", "again": "123456789012"}, "PASSWORD_SEQUENCE"),
    ],
)
def test_without_the_old_one_or_with_a_bad_new_one_nothing_changes(change: dict[str, str], code: str) -> None:
    alice = somebody("alice", Role.VIEWER)
    reply = alice.browser.post(
        "/account/password", {"current": PASSWORD, "password": NEW, "again": NEW, **change}
    )
    assert (reply.status_code, code in reply.content.decode()) == (422, True)
    assert alice.browser.get("/account").status_code == 200
    assert Client().post("/sign-in", {"email": "alice@example.com", "password": PASSWORD}).status_code == 303


@pytest.mark.django_db
def test_guessing_the_old_password_in_an_open_browser_is_slowed_down() -> None:
    alice = somebody("alice", Role.VIEWER)
    words = {"current": "wrong", "password": NEW, "again": NEW}
    assert [alice.browser.post("/account/password", words).status_code for _ in range(6)] == [422] * 5 + [429]


@pytest.mark.django_db
def test_a_link_that_was_made_before_does_not_outlive_the_change() -> None:
    alice, bob = somebody("alice", Role.ADMINISTRATOR), somebody("bob", Role.VIEWER)
    token = people_commands.new_link(alice.actor, bob.user.pk)
    people_commands.change_password(bob.actor, PASSWORD, NEW)
    assert Client().get(f"/welcome/{token}").status_code == 404
