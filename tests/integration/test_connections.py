"""Setting up and changing connections (CI-C1 to C11, C18, S-5): what is stored, and what is refused."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from leleka.core.clock import SystemClock
from leleka.core.ports.destination import CheckStatus
from leleka.errors import Conflict, Forbidden, InvalidInput, NotFound, TryLater
from leleka.services.access.actor import Role
from leleka.services.connections import commands as editing
from leleka.services.connections import connection_test, consent
from leleka.services.connections import keys as connection_keys
from leleka.services.connections import queries as connection_queries
from leleka.services.connections.connection_test import Draft
from leleka.services.paging import ListQuery
from leleka.services.people import commands as people_commands
from leleka.state.models import Account, AuditEntry, Connection, Run, RunStatus
from tests.fakes.configuration import stored
from tests.integration.conftest import KEY
from tests.integration.connecting import OTHER_KEY, connected, draft, export_on, form, host, tried
from tests.integration.office import ALICE, Office
from tests.integration.people import PASSWORD, somebody

Attempt = Callable[[], object]


def codes(error: InvalidInput) -> set[tuple[str, str]]:
    return {(problem.where, problem.code) for problem in error.problems}


def test_a_connection_is_set_up_and_its_key_is_sealed(office: Office) -> None:
    made = connected(office, ALICE, audience="administrators and contributors", plan_limit=5000)
    assert (made.name, made.host, made.plan_limit, made.secrets["key"].hint) == (
        "Newsletter",
        host(office),
        5000,
        "0001",
    )
    assert [step.standing for step in made.last_check] == [CheckStatus.PASSED] * 3
    row = Connection.objects.get()
    assert connection_keys.key_of(row).reveal() == KEY
    assert (row.consent_by, row.consent_version, row.consent_language) == (ALICE.name, consent.VERSION, "en")
    assert KEY not in str(list(AuditEntry.objects.values()))
    assert KEY not in str(made)


def test_save_needs_a_connect_that_passed_for_this_host_and_key_and_person(office: Office) -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    _, proof = tried(ALICE, draft(office))
    refused: tuple[Attempt, ...] = (
        lambda: editing.create(ALICE, form(office)),
        lambda: editing.create(ALICE, form(office, proof=proof + "x")),
        lambda: editing.create(ALICE, form(office, proof=proof, key=OTHER_KEY)),
        lambda: editing.create(ALICE, form(office, proof=proof, host="other.api-us1.com")),
        lambda: editing.create(alice.actor, form(office, proof=proof)),
    )
    for attempt in refused:
        with pytest.raises(InvalidInput, match="CONNECT_FIRST") as raised:
            attempt()
        assert raised.value.problems[0].where == "proof"
    assert not Connection.objects.exists()


def test_everything_wrong_in_a_form_is_said_at_once(office: Office) -> None:
    wrong = form(
        office, name=" ", host="https://evil.example.org", key="no key", audience="all", share=0, plan_limit=0
    )
    with pytest.raises(InvalidInput) as raised:
        editing.create(ALICE, wrong)
    assert codes(raised.value) == {
        ("name", "NAME_INVALID"),
        ("host", "HOST_NOT_ALLOWED"),
        ("key", "KEY_SYNTAX"),
        ("audience", "AUDIENCE_UNKNOWN"),
        ("share", "SHARE_INVALID"),
        ("plan_limit", "PLAN_LIMIT_INVALID"),
    }


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"agreed": False}, "CONSENT_REQUIRED"),
        ({"consent_version": "0"}, "CONSENT_OUTDATED"),
        ({"consent_language": "fr"}, "CONSENT_OUTDATED"),
        ({"name": f"key {KEY}"}, "LOOKS_LIKE_SECRET"),
        ({"key": ""}, "KEY_REQUIRED"),
        ({"password": "not hers"}, "PASSWORD_WRONG"),
    ],
)
def test_what_is_missing_is_refused(office: Office, values: dict[str, Any], code: str) -> None:
    alice = somebody("alice", Role.ADMINISTRATOR).actor
    _, proof = tried(alice, draft(office))
    with pytest.raises(InvalidInput, match=code):
        editing.create(alice, form(office, proof=proof, **values))
    assert not Connection.objects.exists()


def test_a_name_is_given_once(office: Office) -> None:
    connected(office, ALICE)
    with pytest.raises(Conflict, match="CONNECTION_EXISTS") as raised:
        connected(office, ALICE)
    assert raised.value.problems[0].where == "name"


def test_the_consent_is_held_in_both_languages(office: Office) -> None:
    assert len(consent.consent_text("en").paragraphs) == len(consent.consent_text("uk-UA").paragraphs)
    assert consent.consent_text("fr").language == "en"
    connected(office, ALICE, consent_language="uk")
    assert Connection.objects.get().consent_language == "uk"


def test_an_export_user_confirms_with_their_password(office: Office) -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    somebody("dora", Role.ADMINISTRATOR)
    without = connected(office, alice.actor, name="Without")
    assert [reason.code for reason in without.attention] == ["EXPORT_USER_MISSING"]
    made = connected(office, alice.actor, password=PASSWORD)
    assert (made.export_user, made.attention) == ("Alice", ())
    people_commands.disable(ALICE, alice.user.pk)
    seen = connection_queries.connection(ALICE, made.id)
    assert [reason.code for reason in seen.attention] == ["EXPORT_USER_DISABLED"]


def test_guesses_at_a_password_are_limited_as_at_sign_in(office: Office) -> None:
    alice = somebody("alice", Role.ADMINISTRATOR).actor
    _, proof = tried(alice, draft(office))
    for _ in range(5):
        with pytest.raises(InvalidInput, match="PASSWORD_WRONG"):
            editing.create(alice, form(office, proof=proof, password="guess"))
    with pytest.raises(TryLater, match="SIGN_IN_TOO_OFTEN"):
        editing.create(alice, form(office, proof=proof, password=PASSWORD))


def test_an_edit_keeps_the_key_unless_another_is_typed(office: Office) -> None:
    made = connected(office, ALICE)
    sealed = bytes(Connection.objects.get().secrets.get().sealed)
    edited = editing.update(ALICE, made.id, made.version, form(office, key="", name="Renamed", agreed=False))
    assert (edited.name, edited.version) == ("Renamed", made.version + 1)
    assert bytes(Connection.objects.get().secrets.get().sealed) == sealed
    change = AuditEntry.objects.get(action="connection edit").details
    assert (change["before"]["name"], change["after"]["name"], change["key"]) == (
        "Newsletter",
        "Renamed",
        False,
    )


def test_what_was_agreed_to_in_an_older_version_stays_agreed_to(office: Office) -> None:
    made = connected(office, ALICE)
    Connection.objects.update(consent_version="1")
    editing.update(ALICE, made.id, made.version, form(office, key="", name="Renamed", agreed=False))
    row = Connection.objects.get()
    assert (row.name, row.consent_version, row.consent_by) == ("Renamed", "1", ALICE.name)
    editing.update(ALICE, made.id, row.version, form(office, key="", agreed=True))
    assert Connection.objects.get().consent_version == consent.VERSION


def test_another_key_is_tested_before_it_is_kept(office: Office) -> None:
    """CI-C18."""
    made = connected(office, ALICE)
    with pytest.raises(InvalidInput, match="CONNECT_FIRST"):
        editing.update(ALICE, made.id, made.version, form(office, key=OTHER_KEY))
    _, proof = tried(ALICE, draft(office, connection=made.id))
    editing.update(ALICE, made.id, made.version, form(office, proof=proof))
    assert Connection.objects.get().secrets.get().version == 2


def test_another_host_needs_the_key_and_the_consent_again(office: Office) -> None:
    """S-5: otherwise a mistake sends the key to another host."""
    made = connected(office, ALICE)
    moved = form(office, host="other.api-us1.com")
    attempts: tuple[Attempt, ...] = (
        lambda: editing.update(
            ALICE, made.id, made.version, replace(moved, settings={**moved.settings, "key": ""})
        ),
        lambda: connection_test.begin(
            ALICE, Draft({"host": "other.api-us1.com"}, connection=made.id), SystemClock()
        ),
    )
    for attempt in attempts:
        with pytest.raises(InvalidInput, match="KEY_REQUIRED") as raised:
            attempt()
        assert codes(raised.value) == {("key", "KEY_REQUIRED")}
    with pytest.raises(InvalidInput, match="CONSENT_REQUIRED"):
        editing.update(ALICE, made.id, made.version, replace(moved, agreed=False))
    assert Connection.objects.get().host == made.host


def test_a_connection_that_moves_brings_its_key_and_its_exports_along(office: Office) -> None:
    made = connected(office, ALICE)
    export_on(
        made, "News", matching={"email": "email", "lines": [{"to": "phone", "column": "mobile"}], "tags": []}
    )
    row = Connection.objects.get()
    account = Account.objects.create(type=row.type, name="other")
    there = Connection.objects.create(name="There", type=row.type, account=account, host="other.api-us1.com")
    matching = {"email": "email", "lines": [{"to": "phone", "column": "landline"}], "tags": []}
    theirs = export_on(connection_queries.view_of(there), "Calls", matching=matching)
    judged = connection_test.judge(draft(office, host="other.api-us1.com"), None)
    moved = form(
        office, host="other.api-us1.com", proof=connection_test._prove(ALICE, judged, [], SystemClock())
    )
    with pytest.raises(Conflict, match=r"MAP_FIELD_SHARED.*export='Calls', field='phone'"):
        editing.update(ALICE, made.id, made.version, moved)
    theirs.delete()
    editing.update(ALICE, made.id, made.version, moved)
    row.refresh_from_db()
    assert (row.account, connection_keys.key_of(row).reveal()) == (account, KEY)


def test_a_stale_edit_overwrites_nothing(office: Office) -> None:
    made = connected(office, ALICE)
    editing.update(ALICE, made.id, made.version, form(office, key="", name="First"))
    with pytest.raises(Conflict, match="STALE"):
        editing.update(ALICE, made.id, made.version, form(office, key="", name="Second"))
    assert Connection.objects.get().name == "First"


def test_a_running_export_keeps_name_and_host_of_its_connection(office: Office) -> None:
    made = connected(office, ALICE)
    export = export_on(made, "News")
    account = Connection.objects.get().account
    Run.objects.create(
        export=export,
        account=account,
        config=stored(),
        asked_by="x",
        created_at=timezone.now(),
        status=RunStatus.QUEUED,
    )
    with pytest.raises(Conflict, match="EXPORT_RUNNING"):
        editing.update(ALICE, made.id, made.version, form(office, key="", name="Renamed"))
    editing.update(ALICE, made.id, made.version, form(office, key="", share=0.5))
    assert Connection.objects.get().share == 0.5


def test_unsharing_keeps_the_exports_of_contributors(office: Office) -> None:
    """CI-C11."""
    made = connected(office, ALICE, audience="administrators and contributors")
    export_on(made, "News")
    seen = editing.update(ALICE, made.id, made.version, form(office, key="", audience="administrators"))
    assert [export.name for export in seen.exports] == ["News"]


def test_a_connection_of_a_file_is_read_only(office: Office) -> None:
    office.hire(1)
    office.apply()
    row = Connection.objects.get()
    with pytest.raises(Conflict, match="MANAGED_BY_FILE"):
        editing.update(ALICE, row.pk, row.version, form(office, key=""))
    steps, _ = tried(ALICE, Draft({}, connection=row.pk))
    assert [step.standing for step in steps] == [CheckStatus.PASSED] * 3
    assert connection_queries.connection(ALICE, row.pk).checked_at is not None


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRIBUTOR])
def test_only_administrators_see_and_change_connections(office: Office, role: Role) -> None:
    """CI-C1."""
    made, bob = connected(office, ALICE), somebody("bob", role).actor
    attempts: tuple[Attempt, ...] = (
        lambda: connection_queries.kinds(bob),
        lambda: connection_queries.find_connections(bob, ListQuery()),
        lambda: connection_queries.connections_after(bob, 0, 50),
        lambda: connection_queries.connection(bob, made.id),
        lambda: connection_test.begin(bob, draft(office), SystemClock()),
        lambda: editing.create(bob, form(office)),
        lambda: editing.update(bob, made.id, made.version, form(office)),
    )
    for attempt in attempts:
        with pytest.raises(Forbidden, match="NOT_ALLOWED"):
            attempt()


def test_what_is_not_there_is_not_found(office: Office) -> None:
    with pytest.raises(NotFound, match="CONNECTION_UNKNOWN"):
        editing.update(ALICE, 999, 1, form(office))
