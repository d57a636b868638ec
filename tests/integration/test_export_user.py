"""Runs act in the export user's name (design 3): who that is, who may run without one, and what the audit
records.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final

import pytest
from django.apps import apps

from leleka.core.clock import SystemClock
from leleka.errors import InvalidInput, NeedsAttention
from leleka.services.access.actor import Actor, Role
from leleka.services.connections import commands as connection_commands
from leleka.services.connections import queries as connection_queries
from leleka.services.people import commands as people_commands
from leleka.services.people.actors import actor_of
from leleka.services.refresh import commands as refresh_commands
from leleka.services.runs import commands as export_commands
from leleka.services.runs import queries as run_queries
from leleka.state.models import AuditEntry, Connection, Export, Refresh, Run, Trigger, User
from leleka.worker import jobs
from tests.integration.api import furnish, program
from tests.integration.office import ALICE, Office
from tests.integration.people import PASSWORD, lend_a_name, somebody


@pytest.fixture
def opened(office: Office) -> Office:
    """An export without an export user, on a connection that a file manages."""
    office.hire(3)
    office.apply()
    Connection.objects.update(audience=Connection.Audience.CONTRIBUTORS)
    return office


def work() -> None:
    for job in jobs.due_jobs(SystemClock(), (), 10):
        jobs.carry_out(job, SystemClock())


def told(action: str) -> tuple[str, dict[str, object]]:
    entry = AuditEntry.objects.get(action=action)
    return entry.actor, entry.details


def test_a_run_acts_in_the_export_user_s_name_whoever_asked(opened: Office) -> None:
    eve, bob = lend_a_name(), somebody("bob", Role.CONTRIBUTOR)
    number = export_commands.run(bob.actor, Export.objects.get().pk)
    work()
    view = run_queries.show_run(bob.actor, number)
    hers = actor_of(eve).name
    assert (view.status, view.asked_by, view.acts_as) == ("Successful", bob.actor.name, hers)
    assert told("run began") == (hers, {"run": number, "asked_by": bob.actor.name})
    assert told("run ended") == (hers, {"run": number, "asked_by": bob.actor.name, "status": "Successful"})
    assert told("export run") == (bob.actor.name, {"run": number})
    page = bob.browser.get(f"/data/runs/{number}").content.decode()
    assert "on behalf of Eve" in page
    assert opened.imports() == 1


def demote() -> None:
    """Make Eve a contributor, and the connection one for administrators."""
    User.objects.filter(name="Eve").update(role=Role.CONTRIBUTOR)
    Connection.objects.update(audience=Connection.Audience.ADMINISTRATORS)


def reset_password() -> None:
    """Give Eve another password by a link, as an administrator can."""
    token = people_commands.new_link(ALICE, User.objects.get(name="Eve").pk)
    people_commands.accept_link(token, "nine herons fly southward")


UNFIT: Final[Mapping[str, Callable[[], object]]] = {
    "disabled": lambda: User.objects.filter(name="Eve").update(disabled_at="2026-01-01T00:00:00Z"),
    "demoted": demote,
    "lapsed": reset_password,
}


@pytest.mark.short("demoted")
@pytest.mark.parametrize("gone", ["missing", *UNFIT])
def test_without_an_export_user_only_the_operator_runs(opened: Office, gone: str) -> None:
    if gone != "missing":
        lend_a_name()
        UNFIT[gone]()
    # A contributor may use this connection, but where it was made one for administrators.
    bob = somebody("bob", Role.ADMINISTRATOR if gone == "demoted" else Role.CONTRIBUTOR)
    alice = program("alice", Role.ADMINISTRATOR)
    number = Export.objects.get().pk
    code = f"EXPORT_USER_{gone.upper()}"
    page = bob.browser.post(f"/data/exports/{number}/run")
    assert (page.status_code, code in page.content.decode()) == (409, True)
    said = alice.told("POST", f"/exports/{number}/run", {}, 409)
    assert said["code"] == code
    assert "add themselves as export user" in said["problems"][0]["remedy"]
    assert code in {one.code for one in connection_queries.connections_after(alice.actor, 0, 1)[0].attention}
    in_need = {problem.code for _, _, problems in connection_queries.in_need() for problem in problems}
    assert in_need == ({code} if gone != "missing" else set())  # a file may leave it without one
    assert not Run.objects.exists()
    view = opened.run()
    assert (view.status, view.acts_as) == ("Successful", ALICE.name)


def test_an_export_user_who_is_disabled_before_it_begins_stops_the_run(opened: Office) -> None:
    eve, bob = lend_a_name(), somebody("bob", Role.CONTRIBUTOR)
    number = export_commands.run(bob.actor, Export.objects.get().pk)
    User.objects.filter(pk=eve.pk).update(disabled_at="2026-01-01T00:00:00Z")
    work()
    view = run_queries.show_run(bob.actor, number)
    assert (view.status, [one.code for one in view.problems]) == ("Failed", ["EXPORT_USER_DISABLED"])
    assert opened.imports() == 0
    assert told("run ended")[1]["status"] == "Failed"


@pytest.mark.usefixtures("opened")
def test_an_export_user_who_still_may_run_it_lends_their_name() -> None:
    eve = lend_a_name()
    User.objects.filter(pk=eve.pk).update(role=Role.CONTRIBUTOR)
    assert export_commands.run(somebody("bob", Role.CONTRIBUTOR).actor, Export.objects.get().pk)


def test_a_password_that_was_set_anew_ends_the_consent_until_it_is_given_again(opened: Office) -> None:
    eve, bob = lend_a_name(), somebody("bob", Role.CONTRIBUTOR)
    export = Export.objects.get().pk
    number = export_commands.run(bob.actor, export)
    reset_password()
    assert AuditEntry.objects.get(action="connection export user lapsed").subject == "Sandbox"
    work()
    view = run_queries.show_run(bob.actor, number)
    assert (view.status, [one.code for one in view.problems]) == ("Failed", ["EXPORT_USER_LAPSED"])
    assert opened.imports() == 0
    connection = Connection.objects.get().pk
    connection_commands.become_export_user(actor_of(eve), connection, "nine herons fly southward")
    export_commands.run(bob.actor, export)
    work()
    assert len(opened.listed()) == 3


def test_a_run_acts_in_the_name_that_is_lent_when_it_begins(opened: Office) -> None:
    lend_a_name()
    bob, dora = somebody("bob", Role.CONTRIBUTOR), somebody("dora", Role.ADMINISTRATOR)
    number = export_commands.run(bob.actor, Export.objects.get().pk)
    connection_commands.become_export_user(dora.actor, Connection.objects.get().pk, PASSWORD)
    work()
    assert run_queries.show_run(bob.actor, number).acts_as == dora.actor.name
    assert told("run began")[0] == dora.actor.name
    assert len(opened.listed()) == 3


def test_a_run_is_not_confirmed_in_a_name_that_is_lent_no_longer(opened: Office) -> None:
    lend_a_name()
    bob = somebody("bob", Role.CONTRIBUTOR)
    opened.run()
    opened.hire(120)
    number = export_commands.run(bob.actor, Export.objects.get().pk)
    work()
    demote()
    with pytest.raises(NeedsAttention, match="EXPORT_USER_DEMOTED"):
        export_commands.confirm_run(ALICE, number)
    assert run_queries.show_run(ALICE, number).status == "Needs confirmation"
    assert len(opened.listed()) == 3


def test_an_administrator_lends_their_name_to_what_a_file_manages(opened: Office) -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    number = Connection.objects.get().pk
    with pytest.raises(InvalidInput, match="PASSWORD_WRONG"):
        connection_commands.become_export_user(alice.actor, number, "wrong")
    assert Connection.objects.get().export_user is None
    reply = alice.browser.post(f"/admin/connections/{number}/export-user", {"password": PASSWORD})
    assert reply.status_code == 303
    assert Connection.objects.get().export_user == alice.user
    assert told("connection export user")[0] == alice.actor.name
    assert opened.imports() == 0


def test_nobody_but_an_administrator_lends_a_name(office: Office) -> None:
    furnish(office, run=False)
    bob = somebody("bob", Role.CONTRIBUTOR)
    reply = bob.browser.post("/admin/connections/1/export-user", {"password": PASSWORD})
    assert reply.status_code == 403
    export = Export.objects.get()
    Connection.objects.update(export_user=None)
    with pytest.raises(NeedsAttention, match="EXPORT_USER_MISSING"):
        export_commands.run(bob.actor, export.pk)


LOST = {
    "disabled": lambda: User.objects.filter(email__startswith="bob").update(
        disabled_at="2026-01-01T00:00:00Z"
    ),
    "a viewer now": lambda: User.objects.filter(email__startswith="bob").update(role=Role.VIEWER),
    "the connection is shared no longer": lambda: Connection.objects.update(
        audience=Connection.Audience.ADMINISTRATORS
    ),
}


@pytest.mark.parametrize("how", LOST)
def test_whoever_lost_the_right_to_a_run_since_they_asked_sends_nothing(opened: Office, how: str) -> None:
    lend_a_name()
    bob = somebody("bob", Role.CONTRIBUTOR)
    number = export_commands.run(bob.actor, Export.objects.get().pk)
    LOST[how]()
    work()
    view = run_queries.show_run(ALICE, number)
    assert (view.status, [one.code for one in view.problems]) == ("Failed", ["ASKER_NOT_ALLOWED"])
    assert opened.imports() == 0
    export_commands.run(ALICE, Export.objects.get().pk)
    work()
    assert len(opened.listed()) == 3


def test_who_asked_is_known_by_id_whatever_they_are_called_now(opened: Office) -> None:
    lend_a_name()
    bob = somebody("bob", Role.CONTRIBUTOR)
    number = export_commands.run(bob.actor, Export.objects.get().pk)
    User.objects.filter(pk=bob.user.pk).update(email="robert@example.com", name="Robert")
    work()
    assert (run_queries.show_run(ALICE, number).status, len(opened.listed())) == ("Successful", 3)


def test_what_was_queued_before_ids_were_kept_gets_them(opened: Office) -> None:
    lend_a_name()
    bob = somebody("bob", Role.CONTRIBUTOR)
    number = export_commands.run(bob.actor, Export.objects.get().pk)
    refresh = refresh_commands.ask(bob.actor, "segments")
    for rows in (Run, Refresh):
        rows._default_manager.update(asker=None)
    import_module("leleka.state.migrations.0018_steering").name_askers(apps, None)
    assert Run.objects.get(pk=number).asker == Refresh.objects.get(pk=refresh).asker == bob.user
    assert opened.imports() == 0


@pytest.mark.parametrize("kept", [True, False])
def test_a_refresh_asks_for_its_runs_in_the_name_of_whoever_asked_for_it(opened: Office, kept: bool) -> None:
    lend_a_name()
    dan = somebody("dan", Role.ADMINISTRATOR)
    refresh_commands.ask(dan.actor, "everything")
    if not kept:
        User.objects.filter(pk=dan.user.pk).update(role=Role.VIEWER)
    for _ in range(3):
        work()
    run = Run.objects.get()
    assert (run.asker, run.status) == (dan.user, "Successful" if kept else "Failed")
    assert len(opened.listed()) == (3 if kept else 0)


def test_a_run_of_a_schedule_is_nobodys(opened: Office) -> None:
    lend_a_name()
    export_commands.ask_run(Actor("schedule", Role.ADMINISTRATOR), "News", trigger=Trigger.SYSTEM)
    work()
    assert len(opened.listed()) == 3


@pytest.mark.parametrize(
    ("code", "lose"),
    [
        ("EXPORT_USER_DISABLED", UNFIT["disabled"]),
        ("EXPORT_USER_DEMOTED", UNFIT["demoted"]),
        ("EXPORT_USER_DEMOTED", lambda: User.objects.filter(name="Eve").update(role=Role.VIEWER)),
        ("EXPORT_USER_LAPSED", UNFIT["lapsed"]),
    ],
    ids=["disabled", "demoted", "a viewer now", "lapsed"],
)
def test_a_schedule_acts_in_no_name_that_is_lent_no_longer(
    opened: Office, code: str, lose: Callable[[], object]
) -> None:
    """Neither a run that is queued already, nor one that is due later."""
    lend_a_name()
    schedule = Actor.worker("schedule")
    number = export_commands.ask_run(schedule, "News", trigger=Trigger.SYSTEM)
    lose()
    work()
    assert [one.code for one in run_queries.show_run(ALICE, number).problems] == [code]
    with pytest.raises(NeedsAttention, match=code):
        export_commands.ask_run(schedule, "News", trigger=Trigger.SYSTEM)
    assert opened.imports() == 0
