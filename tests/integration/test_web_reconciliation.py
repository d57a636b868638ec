"""Reconciling in a browser: who may begin it, what the page says while it goes on, and the confirmation of a repair."""

import pytest
from django.test import Client

from leleka.core.clock import SystemClock
from leleka.core.statuses import TaskStatus
from leleka.services.access.actor import Role
from leleka.services.runs import commands as run_commands
from leleka.state.models import AuditEntry, Connection, Export, Task
from leleka.worker import jobs
from tests.integration.moments import accounted
from tests.integration.office import ALICE, Office
from tests.integration.people import somebody
from tests.integration.reconciling import delivered
from tests.integration.test_reconciliation import forget, write_by_hand

HTMX = {"HX-Request": "true"}
PAGE = "/data/exports/1"
ROOT = f"{PAGE}/reconcile"
BUTTON = f'action="{ROOT}"'


@pytest.fixture
def sent(office: Office) -> Office:
    return delivered(office)


@pytest.fixture
def bob(sent: Office) -> Client:  # noqa: ARG001 - Bob works in this office
    return somebody("bob", Role.CONTRIBUTOR).browser


@pytest.fixture
def found(sent: Office, bob: Client) -> Client:
    """Bob, after a reconciliation that found one person missing and one who holds something else."""
    forget(sent, "p1@x.test")
    write_by_hand(sent, "p2@x.test", {2: "Львів"})
    bob.post(ROOT, headers=HTMX)
    work()
    return bob


def work() -> None:
    """Do what the worker would do."""
    for job in jobs.due_jobs(SystemClock(), (), 10):
        jobs.carry_out(job, SystemClock())


def read(who: Client, path: str, **headers: str) -> str:
    return str(who.get(path, headers=headers).content.decode())


def test_the_page_begins_it_and_asks_again_until_the_list_was_read(bob: Client, sent: Office) -> None:
    assert BUTTON in read(bob, PAGE)
    card = bob.post(ROOT, headers=HTMX).content.decode()
    assert f'hx-get="{ROOT}/live"' in card
    assert "NO_WORKER" in card
    Task.objects.update(
        stage="Reading",
        stage_told={"code": "READING_LIST_PART", "values": {"read": 1200, "about": 3000}},
        status=TaskStatus.PROCESSING,
    )
    card = read(bob, f"{ROOT}/live", **HTMX)
    assert 'max="3000" value="1200"' in card
    assert "1,200 of about 3,000" in card
    Task.objects.update(status=TaskStatus.QUEUED)
    work()
    card = read(bob, f"{ROOT}/live", **HTMX)
    assert f"{ROOT}/live" not in card
    assert "Nobody is missing" in card
    assert f"{ROOT}/repair" not in card
    assert sent.imports() == 1


def test_what_was_found_is_shown_without_addresses_and_who_opens_them_is_audited(found: Client) -> None:
    page = read(found, PAGE)
    assert "p***@x***" not in page
    assert "p1@x.test" not in page
    assert "Custom field 2" in page
    assert not AuditEntry.objects.filter(action="reconciliation seen").exists()
    people = read(found, f"{ROOT}/people", **HTMX)
    assert "p1@x.test" in people
    assert "p2@x.test" in people
    assert AuditEntry.objects.get(action="reconciliation seen").details == {"rows": 2}


@pytest.mark.usefixtures("found")
def test_a_viewer_reads_it_masked_and_has_no_button() -> None:
    wendy = somebody("wendy", Role.VIEWER).browser
    page = read(wendy, PAGE)
    assert "Custom field 2" in page
    assert BUTTON not in page
    assert "/repair" not in page
    people = read(wendy, f"{ROOT}/people")
    assert "p***@x***" in people
    assert "p1@x.test" not in people
    assert [wendy.post(f"{ROOT}{what}").status_code for what in ("", "/cancel", "/repair")] == [403] * 3


def test_who_may_not_use_the_connection_has_no_button_either(bob: Client) -> None:
    Connection.objects.update(audience=Connection.Audience.ADMINISTRATORS)
    assert BUTTON not in read(bob, PAGE)
    assert bob.post(ROOT, headers=HTMX).status_code == 403


def test_a_repair_says_what_it_will_do_and_does_it_once_that_was_read(sent: Office, found: Client) -> None:
    asked = read(found, f"{ROOT}/repair", **HTMX)
    assert "1 person who is missing from the list" in asked
    assert "1 person whose contact holds something else" in asked
    assert "Nothing is sent now" in asked
    assert sent.run().requests == 0
    reply = found.post(f"{ROOT}/repair", headers=HTMX)
    assert reply["HX-Redirect"] == PAGE
    page = read(found, PAGE)
    assert "Repaired by Bob" in page
    assert f"{ROOT}/repair" not in page
    assert accounted(sent.run()).delivered == 2
    assert sent.listed()["p2@x.test"]["fields"] == {2: "Київ"}


def test_what_was_overtaken_is_said_instead_of_repaired(sent: Office, found: Client) -> None:
    sent.edit(3, first_name="Ніка")
    sent.run()
    page = read(found, PAGE)
    assert "Something was sent since this list was read" in page
    assert "<strong>What happened to the profiles" not in page, "the title of another part"
    assert f"{ROOT}/repair" not in page
    assert "nothing to repair" in read(found, f"{ROOT}/repair")
    reply = found.post(f"{ROOT}/repair", headers=HTMX)
    assert (reply.status_code, "RECONCILE_OUTDATED" in reply.content.decode()) == (409, True)


def test_it_is_canceled_on_the_page(bob: Client, sent: Office) -> None:
    assert bob.post(ROOT)["Location"] == f"{PAGE}#reconciliation"
    assert f'action="{ROOT}/cancel"' in read(bob, PAGE)
    card = bob.post(f"{ROOT}/cancel", headers=HTMX).content.decode()
    assert "The reconciliation was canceled." in card
    assert BUTTON in card
    assert "/repair" not in card
    reply = bob.post(f"{ROOT}/cancel", headers=HTMX)
    assert (reply.status_code, "RECONCILE_OVER" in reply.content.decode()) == (409, True)
    assert sent.imports() == 1


def test_why_it_failed_stands_on_the_page_with_its_code(bob: Client, sent: Office) -> None:
    sent.ask("key", {"key": "another"})
    bob.post(ROOT, headers=HTMX)
    work()
    page = read(bob, PAGE)
    assert "The reconciliation was canceled." not in page
    assert "Failed" in page
    assert "KEY_REFUSED" in page
    assert BUTTON in page


def test_while_the_export_runs_the_page_says_why_the_buttons_rest(sent: Office, found: Client) -> None:
    assert f"{ROOT}/repair" in read(found, PAGE)
    run_commands.ask_run(ALICE, "News")
    assert "The export is running: reconcile it afterwards." in read(found, PAGE)
    assert f"{ROOT}/repair" not in read(found, PAGE)
    card = found.post(ROOT, headers=HTMX)
    assert (card.status_code, "RUN_IN_PROGRESS" in card.content.decode()) == (409, True)
    assert sent.imports() == 1


def test_before_anything_was_delivered_there_is_no_button(office: Office) -> None:
    office.hire(1)
    office.apply()
    page = read(somebody("ada", Role.ADMINISTRATOR).browser, PAGE)
    assert "Nothing has been delivered to this list yet." in page
    assert BUTTON not in page
    assert Export.objects.count() == 1
