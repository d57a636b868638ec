"""Who has access (CI-R6 to R8, P-1, P-3): adding, links, roles, the last administrator."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models.signals import pre_save

from leleka.core.clock import using
from leleka.errors import Conflict, Forbidden, InvalidInput, NotFound
from leleka.services.access.actor import Actor, Role
from leleka.services.people import api_tokens, sign_in
from leleka.services.people import commands as people_commands
from leleka.services.people import queries as people_queries
from leleka.services.people.actors import actor_of
from leleka.state.models import AuditEntry, OneTimeLink, User, WebSession
from tests.fakes.clock import VirtualClock
from tests.integration.people import PASSWORD, somebody

pytestmark = pytest.mark.django_db
Attempt = Callable[[], object]
OPERATOR = Actor("operator:alice", Role.ADMINISTRATOR)


def test_whoever_is_added_chooses_a_password_by_a_link_that_works_once() -> None:
    person, token = people_commands.add_person(OPERATOR, " Bob@Example.com ", "Bob", "contributor")
    assert (person.email, person.role, person.has_password) == ("bob@example.com", Role.CONTRIBUTOR, False)
    people_commands.accept_link(token, PASSWORD)
    assert sign_in.sign_in("bob@example.com", PASSWORD, "10.0.0.1").role is Role.CONTRIBUTOR
    with pytest.raises(NotFound, match="LINK_UNKNOWN"):
        people_commands.accept_link(token, "another password of mine")


def test_a_link_ends_after_a_day_and_with_a_newer_one() -> None:
    clock = VirtualClock()
    with using(clock):
        person, first = people_commands.add_person(OPERATOR, "bob@example.com", "Bob", "viewer")
        second = people_commands.new_link(OPERATOR, person.id)
        with pytest.raises(NotFound):
            people_commands.welcome(first)
        assert people_commands.welcome(second).email == "bob@example.com"
        clock.sleep(24 * 3600 + 1)
        with pytest.raises(NotFound):
            people_commands.welcome(second)


def test_only_a_digest_of_a_link_is_kept() -> None:
    _, token = people_commands.add_person(OPERATOR, "bob@example.com", "Bob", "viewer")
    assert token not in str(list(OneTimeLink.objects.values()))


def test_the_first_administrator_is_made_by_a_link_that_lasts_an_hour() -> None:
    """P-3: there is no default account."""
    clock = VirtualClock()
    with using(clock):
        over = people_commands.first_link(OPERATOR)
        clock.sleep(61 * 60)
        with pytest.raises(NotFound):
            people_commands.accept_link(over, PASSWORD, "a@example.com", "Ada")
        people_commands.accept_link(people_commands.first_link(OPERATOR), PASSWORD, "a@example.com", "Ada")
    assert User.objects.get().role == Role.ADMINISTRATOR
    assert people_commands.first_link(OPERATOR) == ""


def test_a_first_link_is_worth_nothing_once_there_is_an_administrator() -> None:
    token = people_commands.first_link(OPERATOR)
    somebody("alice", Role.ADMINISTRATOR)
    with pytest.raises(NotFound):
        people_commands.accept_link(token, PASSWORD, "eve@example.com", "Eve")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "PASSWORD_LENGTH"),
        ("x" * 201, "PASSWORD_LENGTH"),
        ("password1234", "PASSWORD_COMMON"),
        ("iloveyou1234", "PASSWORD_COMMON"),
        ("grace is my name", "PASSWORD_NAME"),
        ("p" * 64 + " long and fine", ""),
    ],
)
def test_which_passwords_are_good_enough(password: str, code: str) -> None:
    """P-1."""
    _, token = people_commands.add_person(OPERATOR, "hopper@example.com", "Grace Hopper", "viewer")
    if not code:
        people_commands.accept_link(token, password)
        return
    with pytest.raises(InvalidInput, match=code):
        people_commands.accept_link(token, password)
    assert people_commands.welcome(token).name == "Grace Hopper", "the link is not used up by a bad password"


def test_a_password_is_kept_as_argon2id_with_what_owasp_asks_for(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["leleka.services.people.passwords.Hasher"]
    _, token = people_commands.add_person(OPERATOR, "bob@example.com", "Bob", "viewer")
    people_commands.accept_link(token, PASSWORD)
    assert User.objects.get().password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_new_role_counts_at_once_and_ends_sessions() -> None:
    alice, bob = somebody("alice", Role.ADMINISTRATOR), somebody("bob", Role.CONTRIBUTOR)
    people_commands.change_role(alice.actor, bob.user.pk, "viewer")
    assert not WebSession.objects.filter(user=bob.user).exists()
    assert bob.browser.get("/account").status_code == 303
    changed = AuditEntry.objects.get(action="person role")
    assert changed.details == {"before": "contributor", "after": "viewer"}


def test_whoever_is_disabled_is_out_at_once() -> None:
    alice, bob = somebody("alice", Role.ADMINISTRATOR), somebody("bob", Role.CONTRIBUTOR)
    api_tokens.make_token(bob.actor, "script")
    people_commands.disable(alice.actor, bob.user.pk)
    assert bob.browser.get("/").status_code == 303
    with pytest.raises(Forbidden):
        sign_in.sign_in("bob@example.com", PASSWORD, "10.0.0.1")
    assert not bob.user.tokens.exists()
    people_commands.enable(alice.actor, bob.user.pk)
    assert sign_in.sign_in("bob@example.com", PASSWORD, "10.0.0.1").user == bob.user.pk


def test_a_new_password_ends_what_the_old_one_made() -> None:
    alice, bob = somebody("alice", Role.ADMINISTRATOR), somebody("bob", Role.CONTRIBUTOR)
    api_tokens.make_token(bob.actor, "script")
    people_commands.accept_link(people_commands.new_link(alice.actor, bob.user.pk), "another-long-password-7")
    assert not bob.user.tokens.exists()
    assert not WebSession.objects.filter(user=bob.user).exists()


def test_a_role_that_is_taken_away_meanwhile_does_not_come_back_with_a_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alice, bob = somebody("alice", Role.ADMINISTRATOR), somebody("bob", Role.ADMINISTRATOR)
    token = people_commands.new_link(alice.actor, bob.user.pk)

    def slow(_: str) -> str:
        User.objects.filter(pk=bob.user.pk).update(role=Role.VIEWER)
        return "hashed"

    monkeypatch.setattr(people_commands, "make_password", slow)
    people_commands.accept_link(token, "another-long-password-7")
    bob.user.refresh_from_db()
    assert (bob.user.role, bob.user.password) == (Role.VIEWER, "hashed")


def test_of_a_long_name_the_address_stays_whole() -> None:
    bob = somebody("bob", Role.VIEWER)
    bob.user.name = "B" * 200
    name = actor_of(bob.user).name
    assert (len(name), name.endswith(" <bob@example.com>")) == (200, True)


def test_the_last_administrator_stays() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    attempts: tuple[Attempt, ...] = (
        lambda: people_commands.change_role(OPERATOR, alice.user.pk, "viewer"),
        lambda: people_commands.disable(OPERATOR, alice.user.pk),
    )
    for attempt in attempts:
        with pytest.raises(Conflict, match="LAST_ADMINISTRATOR"):
            attempt()
    people_commands.add_person(OPERATOR, "eve@example.com", "Eve", "administrator")
    with pytest.raises(Conflict, match="LAST_ADMINISTRATOR"):  # Eve has no password yet
        people_commands.disable(OPERATOR, alice.user.pk)


def test_nobody_changes_their_own_role() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    somebody("eve", Role.ADMINISTRATOR)
    with pytest.raises(Conflict, match="OWN_ROLE"):
        people_commands.change_role(alice.actor, alice.user.pk, "viewer")
    with pytest.raises(Conflict, match="OWN_ACCOUNT"):
        people_commands.disable(alice.actor, alice.user.pk)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRIBUTOR])
def test_only_administrators_see_and_change_people(role: Role) -> None:
    """CI-R2."""
    bob = somebody("bob", role)
    attempts: tuple[Attempt, ...] = (
        lambda: people_queries.list_people(bob.actor),
        lambda: people_queries.person(bob.actor, bob.user.pk),
        lambda: people_commands.add_person(bob.actor, "eve@example.com", "Eve", "administrator"),
        lambda: people_commands.change_role(bob.actor, bob.user.pk, "administrator"),
        lambda: people_commands.disable(bob.actor, bob.user.pk),
        lambda: people_commands.enable(bob.actor, bob.user.pk),
        lambda: people_commands.new_link(bob.actor, bob.user.pk),
    )
    for attempt in attempts:
        with pytest.raises(Forbidden, match="NOT_ALLOWED"):
            attempt()
    assert User.objects.get().role == role


def test_who_adds_an_address_a_moment_after_somebody_else_is_told_so(db: None) -> None:  # noqa: ARG001 - as above
    def overtake(instance: User, **_: object) -> None:
        others = {
            "email": instance.email,
            "name": "Other",
            "role": Role.VIEWER,
            "created_at": instance.created_at,
        }
        User.objects.bulk_create([User(**others)])

    pre_save.connect(overtake, sender=User)
    try:
        with pytest.raises(Conflict, match="PERSON_EXISTS") as caught:
            people_commands.add_person(Actor.operator(), "bob@example.com", "Bob", "viewer")
    finally:
        pre_save.disconnect(overtake, sender=User)
    assert caught.value.problems[0].where == "email"
