"""Home: what needs attention, the next and last runs, sizes at a glance, and where a new
installation begins.
"""

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leleka.core.clock import SystemClock
from leleka.services.access.actor import Role
from leleka.services.concerns import queries as concern_queries
from leleka.services.home import queries as home_queries
from leleka.state.models import Connection, Export, RunStatus, Segment, SegmentSize, Source, SystemSchedule
from leleka.worker import heartbeat
from tests.integration.moments_of_runs import a_connection, a_run, an_export, counts
from tests.integration.office import ALICE
from tests.integration.people import Somebody, somebody

pytestmark = pytest.mark.django_db
CLOCK = SystemClock()


@pytest.fixture
def alice() -> Somebody:
    return somebody("alice", Role.ADMINISTRATOR)


@pytest.fixture
def charlie() -> Somebody:
    return somebody("charlie", Role.VIEWER)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def page(browser: Client) -> str:
    """Return the page's text, without its tags."""
    reply = browser.get("/")
    assert reply.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", reply.content.decode()))


def concerns(who: Somebody) -> dict[str, list[str]]:
    return {one.kind: [each.name for each in one.shown] for one in concern_queries.grouped(who.actor, CLOCK)}


def test_a_new_installation_is_led_step_by_step(alice: Somebody) -> None:
    def now_step() -> str:
        html = alice.browser.get("/").content.decode()
        found = re.search(r'aria-current="step">.*?<strong>(.*?)</strong>', html, re.DOTALL)
        return found.group(1) if found else ""

    assert now_step() == "Add your customer data"
    assert offered(alice.browser) == ["/admin/connections/add"]  # that needs no customers
    Source.objects.create(name="customers", spec={}, is_profiles=True, rows=100)
    assert now_step() == "Connect an account"
    a_connection()
    assert now_step() == "Create a segment"
    assert offered(alice.browser) == ["/segments/add"]
    Segment.objects.create(name="Gold", rules={})
    assert now_step() == "Add an export"
    export = an_export()
    assert now_step() == "Run the export"
    a_run(export)
    assert now_step() == ""


def offered(browser: Client) -> list[str]:
    steps = browser.get("/").content.decode().partition("home-steps")[2].partition("</ol>")[0]
    return re.findall(r'href="([^"]+)"', steps)


def test_a_viewer_is_told_the_steps_and_offered_none(charlie: Somebody) -> None:
    Source.objects.create(name="customers", spec={}, is_profiles=True, rows=100)
    text = page(charlie.browser)
    assert "Only an administrator can do this." in text
    assert "Add connection" not in text


def test_what_needs_attention_is_said_with_what_to_do_and_where(alice: Somebody) -> None:
    heartbeat.Heartbeat(CLOCK).send()
    a_connection(managed_by_file="leleka.yaml", attention="The API key was refused.")
    failed = a_run(
        an_export("Broken"), RunStatus.FAILED,
        problems=[{"code": "LIST_GONE", "message": "List 7 is gone.", "where": "", "remedy": "Choose another."}],
    )  # fmt: skip
    waiting = a_run(
        an_export("Careful"),
        RunStatus.NEEDS_CONFIRMATION,
        ended=None,
        confirmation_reason="Half of them left.",
    )
    detached = an_export("Alone", connection=None)
    assert concerns(alice) == {
        "connection": ["Sandbox"], "confirmation": ["Careful"], "failed": ["Broken"], "detached": ["Alone"],
    }  # fmt: skip
    text, html = page(alice.browser), alice.browser.get("/").content.decode()
    for said in (
        "API key was refused.",
        "List 7 is gone.",
        "Choose another.",
        "Half of them left.",
        "“Alone” has no connection",
    ):
        assert said in text
    for link in (f"/data/runs/{failed.pk}", f"/data/runs/{waiting.pk}", f"/data/exports/{detached.pk}"):
        assert f'href="{link}"' in html


def test_a_failure_that_was_followed_by_a_success_needs_no_attention(alice: Somebody, now: datetime) -> None:
    heartbeat.Heartbeat(CLOCK).send()
    a_connection(managed_by_file="leleka.yaml")
    export = an_export()
    a_run(export, RunStatus.FAILED, ended=now - timedelta(hours=1))
    a_run(export, ended=now)
    assert concerns(alice) == {}
    assert "Nothing needs attention." in page(alice.browser)


def test_that_nobody_works_is_said_first(alice: Somebody) -> None:
    an_export("Alone", connection=None)
    assert next(iter(concerns(alice))) == "worker"
    assert "No worker is running" in page(alice.browser)


def test_who_may_not_see_connections_is_not_told_of_them(charlie: Somebody) -> None:
    a_connection(attention="The API key was refused.")
    assert "connection" not in concerns(charlie)
    assert "refused" not in page(charlie.browser)
    assert "/admin/connections" not in charlie.browser.get("/").content.decode()


def test_of_many_of_a_kind_a_few_are_told_and_the_others_counted(alice: Somebody) -> None:
    for number in range(8):
        an_export(f"Alone {number}", connection=None)
    found = {
        str(one.kind): (len(one.shown), one.total) for one in concern_queries.grouped(alice.actor, CLOCK)
    }
    assert found["detached"] == (5, 8)
    assert "and 3 more like this" in page(alice.browser)


def test_what_is_under_way_and_queued_runs_next(now: datetime) -> None:
    first = a_run(an_export("First"), RunStatus.PROCESSING, ended=None, stage="Sending")
    second = a_run(an_export("Second"), RunStatus.QUEUED, ended=None)
    a_run(an_export("Third"), ended=now)
    a_run(an_export("Fourth"), RunStatus.NEEDS_CONFIRMATION, ended=None)
    found = home_queries.upcoming(ALICE, CLOCK)
    assert [(one.run, one.name, one.status, one.stage) for one in found] == [
        (first.pk, "First", "Processing", "Sending"), (second.pk, "Second", "Queued", ""),
    ]  # fmt: skip


def test_the_ten_runs_that_ended_last_are_told_the_newest_first(now: datetime) -> None:
    export = an_export()
    runs = [
        a_run(export, ended=now - timedelta(hours=one), counts=counts(delivered=one)) for one in range(12)
    ]
    found = home_queries.ended(ALICE)
    assert [one.id for one in found] == [run.pk for run in runs[:10]]
    assert [one.counts.delivered for one in found if one.counts] == list(range(10))


def test_a_segment_is_told_with_its_change_since_a_week_ago(now: datetime) -> None:
    grown, new = (
        Segment.objects.create(name=name, rules={}, size=size) for name, size in (("Grown", 130), ("New", 5))
    )
    for days, size in ((20, 90), (8, 100), (6, 120), (0, 130)):
        SegmentSize.objects.create(segment=grown, size=size, evaluated_at=now - timedelta(days=days))
    SegmentSize.objects.create(segment=new, size=5, evaluated_at=now)
    Segment.objects.create(name="Never evaluated", rules={})
    found = home_queries.sizes(ALICE)
    assert [(one.name, one.size, one.change) for one in found] == [("Grown", 130, 30), ("New", 5, None)]
    assert list(found[0].curve) == [90, 100, 120, 130]


def test_the_page_shows_changes_with_their_sign_and_a_curve(alice: Somebody, now: datetime) -> None:
    segment = Segment.objects.create(name="Shrunk", rules={}, size=1_500)
    for days, size in ((8, 3_000), (0, 1_500)):
        SegmentSize.objects.create(segment=segment, size=size, evaluated_at=now - timedelta(days=days))
    html = alice.browser.get("/").content.decode()
    assert "−1,500" in html
    assert '<polyline points="0.0,2.0 100.0,22.0"/>' in html


def test_the_number_of_queries_does_not_depend_on_how_much_there_is(alice: Somebody, now: datetime) -> None:
    def fill(number: int) -> None:
        segment = Segment.objects.create(name=f"Segment {number}", rules={}, size=number)
        SegmentSize.objects.create(segment=segment, size=number, evaluated_at=now)
        a_connection(f"Connection {number}")
        a_run(an_export(f"Failed {number}"), RunStatus.FAILED, ended=now)
        a_run(an_export(f"Live {number}"), RunStatus.QUEUED, ended=None)
        a_run(an_export(f"Waits {number}"), RunStatus.NEEDS_CONFIRMATION, ended=None)
        an_export(f"Alone {number}", connection=None)

    fill(0)
    page(alice.browser)  # the first one signs in for good
    with CaptureQueriesContext(connection) as few:
        page(alice.browser)
    for number in range(1, 30):
        fill(number)
    with CaptureQueriesContext(connection) as many:
        page(alice.browser)
    assert Export.objects.count() == 120
    assert Connection.objects.count() == 31
    assert len(many) == len(few)


def test_home_is_first_in_the_menu_and_marked_where_one_is(alice: Somebody) -> None:
    html = alice.browser.get("/").content.decode()
    links = re.findall(r'<a class="nav-link" href="([^"]+)"( aria-current="page")?', html)
    assert links[0] == ("/", ' aria-current="page"')
    assert all(not here for _url, here in links[1:])


def test_what_is_due_next_stands_behind_what_is_under_way(now: datetime) -> None:
    live = a_run(an_export("First"), RunStatus.QUEUED, ended=None)
    own = an_export("Second")
    soon, later = now + timedelta(hours=1), now + timedelta(hours=2)
    Export.objects.filter(pk=own.pk).update(schedule={"policy": "own"}, next_due_at=soon)
    SystemSchedule.objects.create(pk=1, on=True, next_due_at=later)
    found = [(one.run, one.name, one.due_at) for one in home_queries.upcoming(ALICE, CLOCK)]
    assert found == [(live.pk, "First", None), (None, "Second", soon), (None, "", later)]
