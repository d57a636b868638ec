"""Contacts in the account against the limit of its plan: warned of before a run exceeds it."""

import pytest
from django.test import Client
from django.utils import timezone
from typer.testing import CliRunner

from leleka.cli.main import app
from leleka.core.clock import SystemClock
from leleka.core.plan import Counts
from leleka.services.access.actor import Role
from leleka.services.exports.contracts import PreviewView
from leleka.services.installation.database_outage import told_to_people
from leleka.services.runs import commands as run_commands
from leleka.state.models import Connection, Export, Run, Task
from leleka.worker import jobs, previews
from tests.integration.office import ALICE, DEFINITIONS, Office
from tests.integration.people import lend_a_name, somebody

OTHER = """\
  - name: Other
    connection: Sandbox
    list: 2
    segments: Gold
    data_matching: {email: email}
"""
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ada(office: Office) -> Client:
    """Five customers who are to be sent, in an account that holds two contacts already."""
    office.hire(2)
    office.apply(DEFINITIONS)
    office.run()
    office.hire(3)
    return somebody("ada", Role.ADMINISTRATOR).browser


def previewed(browser: Client) -> str:
    browser.post(f"/data/exports/{Export.objects.get().pk}/preview")
    for job in jobs.due_jobs(SystemClock(), (), 10):
        jobs.carry_out(job, SystemClock())
    return browser.get(f"/tasks/{Task.objects.get().pk}").content.decode()


@pytest.mark.parametrize(("limit", "warns"), [(4, True), (5, False)])
def test_a_preview_compares_contacts_held_and_added_with_the_plan(
    ada: Client, limit: int, warns: bool
) -> None:
    Connection.objects.update(plan_limit=limit)
    page = previewed(ada)
    assert f"The account holds 2 of the {limit} contacts its plan allows." in page
    assert (f"could then hold more than the {limit} contacts" in page) is warns


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize(("limit", "warns"), [(4, True), (5, False)])
def test_the_terminal_says_the_same(limit: int, warns: bool) -> None:
    Connection.objects.update(plan_limit=limit)
    told = CliRunner().invoke(app, ["export", "preview", "News"], obj=told_to_people)
    assert told.exit_code == 0
    said = " ".join(told.output.split())
    assert f"2 in the account, its plan allows {limit}" in said
    assert ("could then hold more contacts than it pays for" in said) is warns


def test_a_run_over_the_limit_waits_whoever_asked_for_it(office: Office, ada: Client) -> None:  # noqa: ARG001 - as above
    Connection.objects.update(plan_limit=4)
    view = office.run()
    assert (view.status, len(office.listed())) == ("Needs confirmation", 2)
    assert (
        "could then hold 5 contacts, and pays for 4: it holds 2, this run adds 3" in view.confirmation_reason
    )
    run_commands.confirm_run(ALICE, view.id)
    assert (office.run().status, len(office.listed())) == ("Successful", 5)
    assert office.run().status == "Successful", "there is nothing to add"


def test_what_other_runs_of_the_account_add_counts_too(office: Office, ada: Client) -> None:  # noqa: ARG001 - as above
    office.apply(DEFINITIONS + OTHER)
    Connection.objects.update(plan_limit=7)
    first = office.run("Other")
    assert first.status == "Successful", "five of whom the account holds two: at most seven"
    Connection.objects.update(plan_limit=9)
    waiting = Run.objects.filter(pk=first.id)
    waiting.update(finished_at=None)  # as if it still delivered what it adds
    view = office.run()
    assert view.status == "Needs confirmation"
    assert "other runs of the account 5" in view.confirmation_reason


@pytest.mark.parametrize(("limit", "beyond"), [(None, False), (3, True), (4, False)])
def test_where_the_account_does_not_tell_all_who_are_selected_count(limit: int | None, beyond: bool) -> None:
    counts = Counts(selected=4, added=1)
    view = PreviewView("News", "AC", "1", (), counts, 1, 0.1, "", too_large=False, limit=9, plan_limit=limit)
    assert view.beyond_plan is beyond


def test_a_preview_that_an_older_version_stored_can_be_read(ada: Client) -> None:
    previewed(ada)
    task = Task.objects.get()
    for later in ("confirmation_told", "plan_limit", "account_contacts"):
        del task.result[later]
    task.save()
    assert "Nothing was sent." in ada.get(f"/tasks/{task.pk}").content.decode()


def test_an_account_is_not_asked_where_nobody_entered_a_limit(office: Office, ada: Client) -> None:
    page = previewed(ada)
    assert "its plan allows" not in page
    assert previews.preview_export(ALICE, "News", SystemClock(), office.watcher).account_contacts is None


def test_run_asks_first_where_the_segments_are_more_than_the_account_pays_for(
    office: Office, ada: Client
) -> None:
    number = Export.objects.get().pk
    assert "hx-confirm" not in ada.get(f"/data/exports/{number}").content.decode()
    Connection.objects.update(plan_limit=1)
    page = ada.get(f"/data/exports/{number}").content.decode()
    assert "The segments have 2 members, the account pays for 1 contacts." in page
    assert "more than the 1 contacts the account pays for" in page
    viewer = somebody("charlie", Role.VIEWER).browser
    assert "the account pays for" not in viewer.get(f"/data/exports/{number}").content.decode()
    assert office.imports() == 1


def test_the_menu_of_a_line_asks_too(ada: Client) -> None:
    assert "Run the export anyway?" not in ada.get("/data/exports").content.decode()
    Connection.objects.update(plan_limit=1)
    for path in ("/data/exports", f"/data/exports/{Export.objects.get().pk}"):
        menu = ada.get(path).content.decode().partition("popover>")[2]
        assert "The segments have 2 members, the account pays for 1 contacts." in menu


@pytest.mark.parametrize("several", [True, False], ids=["chosen", "all"])
def test_several_are_run_when_somebody_is_sure(ada: Client, several: bool) -> None:
    lend_a_name()
    export = Export.objects.get()
    chosen = {"chosen": [str(export.pk)]} if several else {}
    Connection.objects.update(plan_limit=1)
    asked = ada.post("/data/exports/run", chosen).content.decode()
    assert "News: 2 members, 1 contacts in the plan" in asked
    assert ('name="chosen"' in asked) is several
    assert Run.objects.count() == 1
    ada.post("/data/exports/run", {**chosen, "sure": "yes"})
    assert Run.objects.count() == 2
    Connection.objects.update(plan_limit=2)
    Run.objects.update(finished_at=timezone.now())
    ada.post("/data/exports/run", chosen)
    assert Run.objects.count() == 3


def test_a_refresh_of_everything_says_which_exports_have_more(ada: Client) -> None:
    assert "contacts in the plan" not in ada.get("/admin/system/refresh").content.decode()
    Connection.objects.update(plan_limit=1)
    assert "News: 2 members, 1 contacts in the plan" in ada.get("/admin/system/refresh").content.decode()
