"""Segments in a browser: rules as text, members, and the exports that send them (CI-E15, G13)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leleka.core.clock import SystemClock, utc_now
from leleka.errors import Conflict, Forbidden
from leleka.services.access.actor import Actor, Role
from leleka.services.installation import lake_sessions
from leleka.services.segments import commands as segment_commands
from leleka.services.segments import queries as segment_queries
from leleka.services.segments import rule_texts
from leleka.state.models import AuditEntry, Connection, Export, Refresh, Segment, Task, User, WorkerBeat
from leleka.worker import jobs
from tests.integration.office import ALICE, Office
from tests.integration.people import somebody

CHARLIE = Actor("charlie", Role.VIEWER)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def opened(office: Office) -> Office:
    office.hire(3)
    office.hire(2, tier="silver")
    office.apply()
    Export.objects.update(managed_by_file="")
    Segment.objects.update(managed_by_file="")
    Connection.objects.update(audience=Connection.Audience.CONTRIBUTORS)
    return office


@pytest.fixture
def bob(opened: Office) -> Client:  # noqa: ARG001 - Bob works in this office
    return somebody("bob", Role.CONTRIBUTOR).browser


def work() -> None:
    """Do what the worker would do."""
    for job in jobs.due_jobs(SystemClock(), (), 10):
        jobs.carry_out(job, SystemClock())


def members(browser: Client, number: int) -> str:
    """Ask for a segment's first members as its page does, and request them again when the worker has found
    them.
    """
    asked = browser.post(f"/segments/{number}/members", headers=HTMX).content.decode()
    assert "hx-trigger" in asked
    assert "@" not in asked
    work()
    return looked(browser)


def looked(browser: Client) -> str:
    task = Task.objects.latest("pk").pk
    return browser.get(f"/tasks/{task}", headers={**HTMX, "HX-Target": "task"}).content.decode()


def test_rules_are_written_as_text_and_kept_in_their_long_form(bob: Client) -> None:
    reply = bob.post("/segments/add", {"name": "Silver", "rules": "{column: tier, any of: [silver, bronze]}"})
    made = Segment.objects.get(name="Silver")
    assert reply["Location"] == f"/segments/{made.pk}"
    assert made.rules == {"column": "tier", "operator": "any of", "value": ["silver", "bronze"]}
    page = members(bob, made.pk)
    assert "p4@x.test" in page
    assert "p1@x.test" not in page
    assert AuditEntry.objects.filter(action="segment created", subject="Silver").exists()


def test_rules_as_shown_say_the_same_when_they_are_read_again(bob: Client) -> None:
    rules = {
        "all": [
            {"column": "tier", "operator": "is", "value": "true"},
            {"not": {"column": "city", "operator": "is empty"}},
        ]
    }
    number = segment_commands.create(ALICE, "Odd", rule_texts.as_text(rules))
    assert Segment.objects.get(pk=number).rules == rules
    assert bob.get(f"/segments/{number}/edit").status_code == 200


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("all:\n  - {column: tier, is: gold}\n  - {column: tire, is: gold}", "rules.all[1]"),
        ("{column: tier, is: gold", "This is not valid YAML"),
        ("", "rules"),
        ("[1, 2]", "rules"),
        ("&a [*a]", "rules"),
        ("!!python/object/apply:os.system [id]", "This is not valid YAML"),
    ],
)
def test_what_is_wrong_with_rules_is_said_with_its_path(bob: Client, rules: str, said: str) -> None:
    reply = bob.post("/segments/add", {"name": "Bad", "rules": rules}, headers=HTMX)
    assert reply.status_code == 422
    assert said in reply.content.decode()
    assert "Bad" in reply.content.decode()
    assert not Segment.objects.filter(name="Bad").exists()


def test_rules_are_counted_without_being_saved(bob: Client) -> None:
    given = {"name": "Draft", "rules": "{column: tier, is: silver}", "action": "count"}
    asked = bob.post("/segments/add", given, headers=HTMX).content.decode()
    assert "No worker is running: this begins when there is one." in asked
    now = utc_now().timestamp()
    WorkerBeat.objects.create(name="a:b:1:2", host="it", pid=1, version="1", started_at=now, seen_at=now)
    assert "Waiting for the worker" in looked(bob)
    work()
    assert "The rules are valid: 2 members" in looked(bob)
    assert not Segment.objects.filter(name="Draft").exists()


def test_a_refresh_counts_the_members_anew(opened: Office, bob: Client) -> None:
    opened.hire(4)
    number = Segment.objects.get().pk
    reply = bob.post(f"/segments/{number}/refresh", headers=HTMX)
    assert "Progress details" in reply.content.decode()
    for job in jobs.due_jobs(SystemClock(), (), 10):
        jobs.carry_out(job, SystemClock())
    refresh = Refresh.objects.get()
    page = bob.get(f"/admin/system/refreshes/{refresh.pk}?of=segment:{number}").content.decode()
    assert ("Gold" in page, refresh.status) == (True, "Processing")
    assert Segment.objects.get().size == 7


def test_a_viewer_sees_members_masked_and_edits_nothing(opened: Office) -> None:
    number = Segment.objects.get().pk
    charlie = somebody("charlie", Role.VIEWER).browser
    page = members(charlie, number)
    assert "p***@x***" in page
    page += str(Task.objects.get().result)  # not even the worker leaves it behind
    for secret in ("p1@x.test", "Київ", "Ім'я 1", "Ім&#x27;я 1"):
        assert secret not in page
    _, sample = segment_queries.show_segment(CHARLIE, "Gold", SystemClock(), 1)
    assert sample == [
        {"id": "***", "email": "p***@x***", "first_name": "І***", "city": "***", "tier": "***"},
    ]
    for act in (
        lambda: segment_commands.create(CHARLIE, "Mine", "{column: tier, is: gold}"),
        lambda: segment_commands.update(CHARLIE, number, "Mine", "{column: tier, is: gold}", 1),
        lambda: segment_commands.remove(CHARLIE, number),
        lambda: segment_commands.ask_refresh(CHARLIE, number),
        lambda: segment_commands.ask_count(CHARLIE, "{column: tier, is: gold}"),
    ):
        with pytest.raises(Forbidden):
            act()
    assert opened.imports() == 0


def test_who_lost_the_right_sees_members_masked_that_they_asked_for_before(opened: Office) -> None:  # noqa: ARG001
    bob = somebody("bob", Role.CONTRIBUTOR)
    assert "p1@x.test" in members(bob.browser, Segment.objects.get().pk)
    User.objects.filter(pk=bob.user.pk).update(role=Role.VIEWER)
    assert "p1@x.test" not in looked(bob.browser)
    assert "p***@x***" in looked(bob.browser)


def test_members_are_for_who_asked_and_for_a_day(opened: Office) -> None:  # noqa: ARG001 - as above
    bob, dan = somebody("bob", Role.CONTRIBUTOR), somebody("dan", Role.ADMINISTRATOR)
    members(bob.browser, Segment.objects.get().pk)
    assert dan.browser.get(f"/tasks/{Task.objects.get().pk}").status_code == 404
    Task.objects.update(made_at=timezone.now() - timedelta(hours=25))
    assert bob.browser.get(f"/tasks/{Task.objects.get().pk}").status_code == 404
    jobs.forget_old_tasks()
    assert not Task.objects.exists()


def test_every_look_at_members_is_audited_unless_they_are_masked(opened: Office) -> None:  # noqa: ARG001 - as above
    bob, charlie = somebody("bob", Role.CONTRIBUTOR), somebody("charlie", Role.VIEWER)
    members(charlie.browser, Segment.objects.get().pk)
    seen = AuditEntry.objects.filter(action="segment members seen")
    assert not seen.exists()
    members(bob.browser, Segment.objects.get().pk)
    entry = seen.get()
    assert (entry.actor, entry.subject, entry.details) == (bob.actor.name, "Gold", {"rows": 3, "offset": 0})
    assert entry.request


def test_a_page_of_a_segment_asks_no_query_engine(bob: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lake_sessions, "session", lambda: pytest.fail("a query in the web process"))
    number = Segment.objects.get().pk
    given = {"name": "Draft", "rules": "{column: tier, is: silver}", "action": "count"}
    assert bob.get(f"/segments/{number}").status_code == 200
    assert bob.post("/segments/add", given, headers=HTMX).status_code == 200
    assert bob.post(f"/segments/{number}/members", headers=HTMX).status_code == 200


def test_a_stale_edit_of_a_segment_overwrites_nothing(bob: Client) -> None:
    number = Segment.objects.get().pk
    given = {"name": "Gold", "rules": "{column: tier, is: silver}", "version": "1"}
    assert bob.post(f"/segments/{number}/edit", given).status_code == 303
    reply = bob.post(f"/segments/{number}/edit", {**given, "name": "Mine"})
    assert reply.status_code == 409
    assert b"STALE" in reply.content
    assert Segment.objects.get().name == "Gold"


def test_a_segment_in_use_is_not_removed(bob: Client) -> None:
    number = Segment.objects.get().pk
    reply = bob.post(f"/segments/{number}/remove")
    assert reply.status_code == 409
    assert b"SEGMENT_IN_USE" in reply.content
    Export.objects.all().delete()
    assert bob.post(f"/segments/{number}/remove").status_code == 303
    assert not Segment.objects.exists()


def test_a_segment_of_a_file_is_read_only(bob: Client) -> None:
    Segment.objects.update(managed_by_file="/srv/leleka.yaml")
    number = Segment.objects.get().pk
    with pytest.raises(Conflict) as caught:
        segment_commands.update(ALICE, number, "Mine", "{column: tier, is: gold}", 1)
    assert caught.value.code == "MANAGED_BY_FILE"
    with pytest.raises(Conflict):
        segment_commands.remove(ALICE, number)
    assert "Try the rules" in bob.get(f"/segments/{number}").content.decode()
    tried = bob.get(f"/segments/{number}/edit").content.decode()
    assert "Save as a copy" in tried
    assert 'action="/segments/add"' in tried


def test_a_segment_is_added_to_an_export_from_its_own_page(bob: Client) -> None:
    bob.post("/segments/add", {"name": "Silver", "rules": "{column: tier, is: silver}"})
    number, export = Segment.objects.get(name="Silver").pk, Export.objects.get().pk
    page = bob.get(f"/segments/{number}/exports").content.decode()
    assert page.index("Exports that do not contain it") < page.index(">News<")
    page = bob.post(f"/segments/{number}/exports", {"export": export}, headers=HTMX).content.decode()
    assert page.index(">News<") < page.index("Exports that do not contain it")
    assert set(Export.objects.get().segments.values_list("name", flat=True)) == {"Gold", "Silver"}
