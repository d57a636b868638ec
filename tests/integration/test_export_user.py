"""Runs act in the export user's name (design 3): who that is, who may run without one, and what the audit
records.
"""

import pytest

from leleka.core.clock import SystemClock
from leleka.errors import InvalidInput, NeedsAttention
from leleka.services.access.actor import Actor, Role
from leleka.services.connections import commands as connection_commands
from leleka.services.connections import queries as connection_queries
from leleka.services.people.actors import actor_of
from leleka.services.runs import commands as export_commands
from leleka.services.runs import queries as run_queries
from leleka.state.models import AuditEntry, Connection, Export, Run, Trigger, User
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


@pytest.mark.parametrize("gone", ["missing", "disabled"])
def test_without_an_export_user_only_the_operator_runs(opened: Office, gone: str) -> None:
    if gone == "disabled":
        lend_a_name()
        User.objects.update(disabled_at="2026-01-01T00:00:00Z")
    bob, alice = somebody("bob", Role.CONTRIBUTOR), program("alice", Role.ADMINISTRATOR)
    number = Export.objects.get().pk
    code = f"EXPORT_USER_{gone.upper()}"
    page = bob.browser.post(f"/data/exports/{number}/run")
    assert (page.status_code, code in page.content.decode()) == (409, True)
    said = alice.told("POST", f"/exports/{number}/run", {}, 409)
    assert said["code"] == code
    assert "add themselves as export user" in said["problems"][0]["remedy"]
    assert code in {one.code for one in connection_queries.connections_after(alice.actor, 0, 1)[0].attention}
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


def test_a_run_of_a_schedule_is_nobodys(opened: Office) -> None:
    lend_a_name()
    export_commands.ask_run(Actor("schedule", Role.ADMINISTRATOR), "News", trigger=Trigger.SYSTEM)
    work()
    assert len(opened.listed()) == 3
