"""The bell, its notices, and how notices are sent: as people see them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import resolve
from django.utils import timezone

from leleka.core.messages import Message
from leleka.messages.progress import in_english
from leleka.messages.stored import said_data
from leleka.services.access.actor import Role
from leleka.services.notices import creation
from leleka.services.notices import texts as notice_texts
from leleka.services.notices.detection import Draft
from leleka.state.models import (
    AuditEntry,
    Connection,
    Export,
    Notice,
    NoticeDelivery,
    NoticeSeen,
    RunStatus,
    Segment,
    Source,
    User,
    WebSession,
)
from leleka.web.middleware import BELL
from leleka.worker.notices import sweep as notice_sweep
from tests.fakes.clock import VirtualClock
from tests.fakes.mail_server import mail_server
from tests.integration.api import furnish, program
from tests.integration.noticing import clock, export, post_to, reach, run
from tests.integration.office import Office
from tests.integration.people import Somebody, somebody

__all__ = ["clock"]
pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def shown(who: Somebody, path: str, **headers: str) -> str:
    reply = who.browser.get(path, headers={"Accept-Language": "en", **headers})
    assert reply.status_code == 200
    return reply.content.decode()


def trouble(clock: VirtualClock) -> None:
    """Three things to report: an export that failed, one that waits, a connection that needs attention."""
    clock.step_wall(timezone.now().timestamp() - clock.now())
    run(export(), RunStatus.FAILED, clock)
    run(export("Other"), RunStatus.NEEDS_CONFIRMATION, clock)
    Connection.objects.update(attention="ActiveCampaign refused this key (403).")
    notice_sweep.sweep(clock)


@pytest.mark.parametrize("role", Role)
def test_everybody_has_a_bell_on_every_page_that_counts_what_they_did_not_see(
    clock: VirtualClock, role: Role
) -> None:
    who = somebody("visitor", role)
    assert "Notices: " not in shown(who, "/data/exports")
    trouble(clock)
    for path in ("/data/exports", "/segments", "/account", BELL):
        assert "Notices: 3 not seen" in shown(who, path)
    User.objects.update(language="uk")
    assert "Сповіщення: непереглянутих — 3" in shown(who, BELL)


def test_what_was_told_before_somebody_came_is_no_news_to_them(clock: VirtualClock) -> None:
    trouble(clock)
    who = somebody("visitor", Role.VIEWER)
    assert "not seen" not in shown(who, "/account")
    assert "Export “News” failed" in shown(who, "/notices")


def test_seen_is_seen_by_one_person_alone(clock: VirtualClock) -> None:
    alice, charlie = somebody("alice", Role.ADMINISTRATOR), somebody("charlie", Role.VIEWER)
    trouble(clock)
    reply = alice.browser.post("/notices/seen", headers=HTMX)
    assert (reply.status_code, reply["HX-Trigger"]) == (200, "bell")
    assert "not seen" not in shown(alice, BELL)
    assert "Notices: 3 not seen" in shown(charlie, BELL)
    alice.browser.post("/notices/seen", headers=HTMX)  # two keep-alives count as one
    assert NoticeSeen.objects.filter(user=alice.user).count() == 3


def test_the_list_leads_to_what_it_is_about_and_never_where_one_may_not_go(clock: VirtualClock) -> None:
    alice, charlie = somebody("alice", Role.ADMINISTRATOR), somebody("charlie", Role.VIEWER)
    trouble(clock)
    links = [f'href="{path}"' for path in ("/data/runs/", "/admin/connections/")]
    for who, wanted in ((alice, [True, True]), (charlie, [True, False])):
        page = shown(who, "/notices", **HTMX)
        assert [link.rstrip('"') in page for link in links] == wanted
        assert "Connection “Sandbox” needs attention" in page
        assert "KEY_REFUSED" in page


def test_every_notice_leads_to_a_page_that_exists(clock: VirtualClock) -> None:
    trouble(clock)
    Source.objects.create(name="orders", spec={"max_age_hours": 1}, changed_at=datetime.fromtimestamp(0, UTC))
    notice_sweep.sweep(clock)
    paths = [notice_texts.path_of(notice) for notice in Notice.objects.order_by("pk")]
    assert [resolve(path).view_name for path in paths] == [
        "web:run",
        "web:run",
        "web:connection",
        "web:sources",
    ]


def of_each_kind(clock: VirtualClock) -> None:
    """Whatever else can be wrong, as its notice."""
    late = export("Late").pk
    segment = Segment.objects.create(name="Gold", rules={}).pk
    of_it = {"schedule": f"export:{late}", "late": f"ready_by:{late}", "skipped": f"export:{late}"}
    others = {"profiles": "profiles:0", "source": "source:1", "segment": f"segment:{segment}"}
    others |= {"": "schedule:system", **{what: what for what in ("worker", "queue", "disk", "clock")}}
    for concern, subject in [*of_it.items(), *others.items()]:
        kind = Notice.Kind.SCHEDULE_MISSED if concern in {"schedule", ""} else Notice.Kind.NEEDS_ATTENTION
        values = {subject.partition(":")[0]: "Late", "name": "Late", "concern": concern or "schedule"}
        draft = Draft(subject + concern, kind, subject, values, export=late if concern in of_it else None)
        creation.make(draft, clock)


@pytest.mark.parametrize("role", Role)
def test_every_notice_leads_to_a_page_that_answers(clock: VirtualClock, role: Role) -> None:
    who = somebody("visitor", role)
    trouble(clock)
    of_each_kind(clock)
    listed = re.findall(r'<a href="([^"]+)"', shown(who, "/notices", **HTMX))
    unseen = [] if role is Role.ADMINISTRATOR else ["connection"]  # others may not see connections
    assert len(listed) == Notice.objects.count() - len(unseen)
    assert {path: who.browser.get(path).status_code for path in listed} == dict.fromkeys(listed, 200)


def test_the_newest_twenty_are_shown(clock: VirtualClock) -> None:
    charlie = somebody("charlie", Role.VIEWER)
    clock.step_wall(timezone.now().timestamp() - clock.now())
    for number in range(25):
        run(export(f"Export {number}"), RunStatus.FAILED, clock)
    notice_sweep.sweep(clock)
    page = shown(charlie, "/notices", **HTMX)
    assert page.count("failed") == 20
    assert "Export 24" in page
    assert "Export 4”" not in page


def test_a_bell_that_rings_keeps_no_session_alive() -> None:
    """ASVS 7.3.1: an open page does not mean that somebody is there."""
    who = somebody("visitor", Role.VIEWER)
    long_ago = timezone.now() - timedelta(minutes=29)
    WebSession.objects.update(seen_at=long_ago)
    assert who.browser.get(BELL, headers=HTMX).status_code == 200
    assert WebSession.objects.get().seen_at == long_ago
    who.browser.get("/account")
    assert WebSession.objects.get().seen_at > long_ago


def test_mail_is_turned_off_and_on_under_account() -> None:
    who = somebody("bob", Role.CONTRIBUTOR)
    assert "checked" in shown(who, "/account")
    for given, wanted in (({}, False), ({"mailed": "yes"}, True)):
        who.browser.post("/account/notices", given)
        assert User.objects.get().mailed is wanted


def test_a_test_notice_goes_to_every_channel_and_into_nobody_s_bell(
    clock: VirtualClock, settings: Any
) -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    clock.step_wall(timezone.now().timestamp() - clock.now() + 1)
    with mail_server() as peer:
        reach(settings, post_to(1, "hooks.example.org#1a2b3c4d"), mail_port=peer.port)
        assert alice.browser.post("/admin/system/notices/test").status_code == 303
        notice_sweep.work(clock)
        assert [message["Subject"] for message in peer.messages] == ["[Leleka] This is a test notice"]
    page = shown(alice, "/admin/system/notices")
    assert "hooks.example.org#1a2b3c4d" in page
    assert "it could not be reached" in page
    assert "next attempt" in page
    assert "alice@example.com" in page
    assert "not seen" not in page
    assert AuditEntry.objects.filter(action="notice test").count() == 1


def test_without_a_channel_the_page_says_what_to_set() -> None:
    alice = somebody("alice", Role.ADMINISTRATOR)
    page = shown(alice, "/admin/system/notices")
    assert "LELEKA_SMTP_URL" in page
    assert "LELEKA_WEBHOOK_URLS" in page
    assert alice.browser.post("/admin/system/notices/test").status_code == 409
    assert NoticeDelivery.objects.count() == 0


def test_programs_read_notices_page_by_page(clock: VirtualClock) -> None:
    asking = program("asking", Role.VIEWER)
    trouble(clock)
    first = asking.get("/notices?limit=2")
    assert [one["kind"] for one in first["items"]] == ["needs attention", "needs confirmation"]
    (last,) = asking.get(f"/notices?limit=2&after={first['next']}")["items"]
    failed = Notice.objects.get(kind="failed")
    assert {**last, "made_at": "", "problems": last["problems"][0]["code"]} == {
        "id": failed.pk, "kind": "failed", "subject": failed.subject, "title": "Export “News” failed",
        "problems": "KEY_REFUSED", "reason": "", "counts": {}, "made_at": "",
        "export": failed.export_id, "run": failed.run_id,
        "answers": None, "seen": False, "path": f"/data/runs/{failed.run_id}", "reason_told": {},
    }  # fmt: skip


def test_who_makes_an_export_owns_it_and_a_file_s_has_no_owner(office: Office) -> None:
    furnish(office, run=False)
    bob, charlie = program("bob", Role.CONTRIBUTOR), somebody("charlie", Role.VIEWER)
    written = bob.get("/exports/1")["data"]
    made = bob.told("POST", "/exports", {**written, "name": "Mine", "list": "2"}, 201)["id"]
    assert Export.objects.get(pk=made).owner == bob.user
    assert {one["name"]: one["owner"] for one in bob.get("/exports")["items"]} == {"Mine": "Bob", "News": ""}
    assert "<dt>Owner</dt><dd>Bob</dd>" in shown(charlie, f"/data/exports/{made}")
    assert "<dt>Owner</dt>" not in shown(charlie, "/data/exports/1")


def test_why_a_run_waits_is_said_in_the_reader_s_language(clock: VirtualClock) -> None:
    who = somebody("visitor", Role.VIEWER)
    User.objects.update(language="uk")
    clock.step_wall(timezone.now().timestamp() - clock.now())
    reason = Message("LEAVERS_MARKED_MANY", leaving=633, known=918, share=0.3)
    waits: dict[str, Any] = {
        "confirmation_reason": in_english(reason),
        "confirmation_told": said_data(reason),
    }
    run(export(), RunStatus.NEEDS_CONFIRMATION, clock, **waits)
    notice_sweep.sweep(clock)
    page = shown(who, "/notices")
    assert "Людей у списку: 918" in page
    assert "people in the list" not in page
    assert "Не переглянуто" in page
