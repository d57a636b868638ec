"""Admin > System in a browser: the status of everything, a refresh's progress, and what stopped it (CI-T5 to
CI-T9).
"""

import re

import pytest
from django.test import Client
from django.utils import timezone

from leleka.core.clock import SystemClock
from leleka.services.access.actor import Role
from leleka.services.refresh import commands as refresh_commands
from leleka.state.models import Export, Refresh, Run, Segment, Source, Trigger
from leleka.worker import jobs
from leleka.worker import schedules as worker_schedules
from tests.integration.office import Office
from tests.integration.people import lend_a_name, somebody
from tests.integration.test_web_exports import SHARED

HTMX = {"HX-Request": "true"}
OWN = {"repeat": "weekly", "days": ["mon", "wed"], "times": ["08:00"], "time_zone": "Europe/Kyiv"}


@pytest.fixture
def opened(office: Office) -> Office:
    office.hire(5)
    office.apply(SHARED)
    lend_a_name()
    Export.objects.update(managed_by_file="")
    return office


@pytest.fixture
def ada(opened: Office) -> Client:  # noqa: ARG001 - Ada works in this office
    return somebody("ada", Role.ADMINISTRATOR).browser


@pytest.fixture
def charlie(opened: Office) -> Client:  # noqa: ARG001 - Charlie looks on in this office
    return somebody("charlie", Role.VIEWER).browser


def work() -> None:
    """Do what the worker would do, until nothing is left."""
    while found := jobs.due_jobs(SystemClock(), (), 10):
        for job in found:
            jobs.carry_out(job, SystemClock())
    worker_schedules.close_finished(SystemClock())


def words(browser: Client, path: str) -> str:
    """Return the words of a page, without its tags."""
    reply = browser.get(path)
    assert reply.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.content.decode()))


def test_refresh_all_is_asked_first_and_then_seen_to_go_through(ada: Client, charlie: Client) -> None:
    """CI-O4, T5, T7, T8; everybody sees it (CI-R3)."""
    assert "1 export that follows the system refresh" in words(ada, "/admin/system/refresh")
    assert not Refresh.objects.exists()
    reply = ada.post("/admin/system/refresh", headers=HTMX)
    number = Refresh.objects.get().pk
    told = reply.content.decode()
    assert "Progress details" in told
    assert "every 2s" in told
    assert "Cancel job" in told
    assert "every 2s" in charlie.get("/admin/system").content.decode()
    work()
    for browser in (ada, charlie):
        page = words(browser, "/admin/system")
        for group in ("Data sources (1)", "Customer profiles (1)", "Segments (1)", "Exports (1)"):
            assert group in page
    assert "every 2s" not in ada.get("/admin/system").content.decode(), (
        "it asks although nothing is under way"
    )
    pane = ada.get(f"/admin/system/refreshes/{number}", headers=HTMX).content.decode()
    assert pane.count("1 of 1 refreshed") == 4
    assert "every 2s" not in pane
    assert "Cancel job" not in pane
    details = words(charlie, f"/admin/system/refreshes/{number}/task?step=4")
    assert "3 of 3 processes succeeded" in details
    assert Run.objects.get().status == "Successful"


def test_what_is_opened_from_a_part_that_renews_itself_does_not_replace_the_pane(ada: Client) -> None:
    """Htmx inherits attributes: without a stop the pane itself would be swapped away."""
    ada.post("/admin/system/refresh")
    for path in ("/admin/system", f"/admin/system/refreshes/{Refresh.objects.get().pk}"):
        assert 'hx-disinherit="*"' in ada.get(path).content.decode()


def test_the_fragment_that_is_asked_again_is_the_groups_alone(charlie: Client) -> None:
    reply = charlie.get("/admin/system", headers={**HTMX, "HX-Target": "standing"})
    assert reply.content.decode().strip().startswith('<div id="standing"')


def test_what_is_skipped_says_why_and_what_to_do_on_every_page(opened: Office, charlie: Client) -> None:
    """Complaint 2, CI-T3; complaint 12: a viewer learns it, too."""
    (opened.folder / "customers.csv").unlink()
    ada = somebody("ada", Role.ADMINISTRATOR).browser
    ada.post("/admin/system/refresh")
    work()
    refresh, export = Refresh.objects.get(), Export.objects.get()
    for path in (
        "/admin/system",
        f"/admin/system/refreshes/{refresh.pk}?of=export:{export.pk}",
        f"/admin/system/refreshes/{refresh.pk}/task?step=4",
        f"/data/exports/{export.pk}",
    ):
        page = words(charlie, path)
        assert "Skipped" in page, path
        assert "could not be refreshed" in page, path
        assert "customers" in page, path
    ukrainian = charlie.get("/admin/system", headers={"Accept-Language": "uk"}).content.decode()
    assert "Пропущено" in ukrainian
    assert "could not be refreshed" not in ukrainian


def test_a_run_by_its_own_schedule_is_shown_as_what_it_was(charlie: Client) -> None:
    """Complaint 1, CI-T9."""
    export = Export.objects.get()
    Export.objects.update(
        schedule={"policy": "own", "schedule": OWN}, next_due_at=timezone.now(), schedule_since=timezone.now()
    )
    refresh_commands.plan(f"export:{export.pk}", Trigger.OWN, "schedule")
    work()
    refresh_commands.plan("everything", Trigger.SYSTEM, "schedule")
    work()
    for path in ("/admin/system", f"/admin/system/runs?of=export:{export.pk}", f"/data/exports/{export.pk}"):
        page = words(charlie, path)
        assert "Own schedule" in page, path
        assert "Skipped" not in re.sub(r"All statuses.*?Canceled", "", page), path


def test_a_job_is_canceled_where_one_may(opened: Office, charlie: Client) -> None:  # noqa: ARG001
    bob = somebody("bob", Role.CONTRIBUTOR).browser
    bob.post("/segments/refresh")
    number = Refresh.objects.get().pk
    assert "Cancel job" in words(bob, f"/admin/system/refreshes/{number}")
    assert "Cancel job" not in words(charlie, f"/admin/system/refreshes/{number}")
    bob.post(f"/admin/system/refreshes/{number}/cancel")
    work()
    assert Refresh.objects.get().status == "Canceled"
    assert Segment.objects.get().evaluated_at is None


def test_data_sources_are_listed_and_refreshed_by_contributors(opened: Office, charlie: Client) -> None:
    bob = somebody("bob", Role.CONTRIBUTOR).browser
    opened.hire(2)
    assert "Refresh all" not in words(charlie, "/data/sources")
    assert bob.post(f"/data/sources/{Source.objects.get().pk}/refresh", headers=HTMX).status_code == 200
    work()
    assert bob.post("/data/sources/refresh").status_code == 303
    page = words(charlie, "/data/sources")
    assert "customers" in page
    assert Source.objects.get().rows == 7
    assert list(Refresh.objects.order_by("pk").values_list("scope", flat=True))[1] == "sources"


def test_about_tells_no_path_and_no_secret(opened: Office, charlie: Client) -> None:
    page = words(charlie, "/admin/system/about")
    assert opened.configuration.time_zone in page
    for kept in (
        str(opened.configuration.data_dir),
        str(opened.folder),
        opened.configuration.environment["KEY"],
    ):
        assert kept not in page


def test_tries_and_stalling_stand_beside_the_run(charlie: Client) -> None:
    export = Export.objects.get()
    somebody("ada", Role.ADMINISTRATOR).browser.post(f"/data/exports/{export.pk}/run")
    run = Run.objects.get()
    now = timezone.now().replace(hour=8, minute=20)
    Run.objects.update(status="Failed", finished_at=now, tries=2, retry_at=now, trigger="own schedule")
    for path in (
        f"/data/exports/{export.pk}",
        f"/admin/system/runs?of=export:{export.pk}",
        f"/data/runs/{run.pk}",
    ):
        assert "Attempt 2 of 4; the next at 08:20 UTC" in words(charlie, path), path
    Run.objects.update(status="Processing", finished_at=None, retry_at=None, stalled_at=now)
    for path in (f"/data/exports/{export.pk}", "/admin/system", f"/data/runs/{run.pk}"):
        assert "Stalled: no progress" in words(charlie, path), path
