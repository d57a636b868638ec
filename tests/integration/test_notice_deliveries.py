"""Deliveries of notices: to whom, in which language, how often, and never knowingly twice. Mail server and
receiver are real, on loopback.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from leleka.services.notices import queries as notice_queries
from leleka.services.people.actors import actor_of
from leleka.state.models import Connection, NoticeDelivery, RunStatus, User
from leleka.worker.notices import delivery as notice_delivery
from leleka.worker.notices import sweep as notice_sweep
from tests.fakes.clock import VirtualClock
from tests.fakes.mail_server import MailServerPeer, mail_server
from tests.integration.noticing import (
    SECRET,
    clock,
    connection,
    export,
    only_delivery,
    person,
    post_to,
    reach,
    run,
)

__all__ = ["clock"]
pytestmark = pytest.mark.django_db
MINUTE = 60.0


@pytest.fixture
def mailbox(settings: Any) -> Iterator[MailServerPeer]:
    with mail_server() as peer:
        reach(settings, mail_port=peer.port)
        yield peer


def fail(clock: VirtualClock, owner: User | None = None, name: str = "News") -> None:
    run(
        export(name, owner),
        RunStatus.FAILED,
        clock,
        counts={"selected": 1200, "rejected": {"NOT_IMPORTED": 3}},
    )
    notice_sweep.sweep(clock)


def standing() -> tuple[str, int, str]:
    row = only_delivery()
    return row.status, row.tries, row.last_error


def test_administrators_and_the_owner_get_a_letter_and_nobody_else(
    clock: VirtualClock, mailbox: MailServerPeer
) -> None:
    person("alice")
    bob = person("bob", "contributor")
    for other in ("charlie", "dora"):
        person(other, "contributor")
    person("gone", disabled_at=bob.created_at)
    person("quiet", mailed=False)
    fail(clock, owner=bob)
    assert notice_sweep.deliver(clock) == 2
    assert sorted(mailbox.recipients) == ["alice@example.com", "bob@example.com"]
    assert set(NoticeDelivery.objects.values_list("status", flat=True)) == {"sent"}


def test_an_administrator_who_owns_the_export_gets_one_letter(
    clock: VirtualClock, mailbox: MailServerPeer
) -> None:
    fail(clock, owner=person("alice"))
    assert (notice_sweep.deliver(clock), mailbox.recipients) == (1, ["alice@example.com"])


def test_a_letter_says_what_is_wrong_in_the_reader_s_language(
    clock: VirtualClock, mailbox: MailServerPeer
) -> None:
    person("alice")
    person("oksana", language="uk")
    fail(clock, name="Новини")
    notice_sweep.deliver(clock)
    letters = {message["To"]: message for message in mailbox.messages}
    english, ukrainian = letters["alice@example.com"], letters["oksana@example.com"]
    assert english["Subject"] == "[Leleka] Export “Новини” failed"
    assert ukrainian["Subject"] == "[Leleka] Помилка експорту «Новини»"
    for letter, selected in ((english, "Selected: 1,200"), (ukrainian, "Вибрано: 1\N{NO-BREAK SPACE}200")):
        text = letter.get_content()
        assert "KEY_REFUSED" in text
        assert selected in text
        assert "/data/runs/" in text
        assert "/account" in text


def test_nothing_is_sent_again_once_it_was_taken(clock: VirtualClock, mailbox: MailServerPeer) -> None:
    person("alice")
    fail(clock)
    notice_sweep.deliver(clock)
    clock.sleep(30 * 86_400)
    assert (notice_sweep.deliver(clock), len(mailbox.messages)) == (0, 1)


def test_who_turned_mail_off_or_was_disabled_meanwhile_gets_none(
    clock: VirtualClock, mailbox: MailServerPeer
) -> None:
    alice, dora = person("alice"), person("dora")
    fail(clock)
    notice_queries.choose_mail(actor_of(alice), wanted=False)
    User.objects.filter(pk=dora.pk).update(disabled_at=dora.created_at)
    notice_sweep.deliver(clock)
    assert mailbox.messages == []
    assert set(NoticeDelivery.objects.values_list("status", "last_error")) == {("given up", "NOT_WANTED")}


def test_a_webhook_gets_facts_that_the_secret_vouches_for(
    clock: VirtualClock, settings: Any, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook", method="POST").respond_with_data("", status=204)
    reach(settings, post_to(httpserver.port))
    person("canary")
    fail(clock, owner=person("owner", "contributor"))
    assert notice_sweep.deliver(clock) == 1
    ((request, _),) = httpserver.log
    at, _, signature = request.headers["Leleka-Signature"].removeprefix("t=").partition(",v1=")
    signed = hmac.new(SECRET.encode(), f"{at}.".encode() + request.data, hashlib.sha256)
    assert hmac.compare_digest(signed.hexdigest(), signature)
    row = only_delivery()
    assert (row.status, row.public_id) == ("sent", request.headers["Leleka-Delivery"])
    notice = row.notice
    assert json.loads(request.data) == {
        "id": notice.pk, "kind": "failed", "subject": notice.subject, "made_at": "2023-11-14T22:13:20+00:00",
        "export": {"id": notice.export_id, "name": "News"}, "connection": None, "run": notice.run_id,
        "concern": None,
        "codes": ["KEY_REFUSED"], "answers": None,
        "counts": {
            "selected": 1200, "delivered": 0, "unchanged": 0, "excluded": 0, "rejected": 3, "unconfirmed": 0,
            "not_attempted": 1197,
        },
        "link": f"http://127.0.0.1:8787/data/runs/{notice.run_id}",
    }  # fmt: skip
    assert b"@" not in request.data


def test_what_is_not_taken_is_tried_after_1_5_30_minutes_2_and_6_hours_and_then_given_up(
    clock: VirtualClock, settings: Any, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("", status=500)
    reach(settings, post_to(httpserver.port))
    fail(clock)
    for number, minutes in enumerate((1, 5, 30, 120, 360), 1):
        assert notice_sweep.deliver(clock) == 1
        assert standing() == ("waiting", number, "HTTP_500")
        clock.sleep(minutes * MINUTE - 1)
        assert notice_sweep.deliver(clock) == 0
        clock.sleep(1)
    assert notice_sweep.deliver(clock) == 1
    assert standing() == ("given up", 6, "HTTP_500")
    clock.sleep(30 * 86_400)
    assert (notice_sweep.deliver(clock), notice_sweep.anything_to_do(clock)) == (0, False)
    requests = [request for request, _ in httpserver.log]
    assert len({request.headers["Leleka-Delivery"] for request in requests}) == 1
    assert len({request.data for request in requests}) == 1
    assert len({request.headers["Leleka-Signature"] for request in requests}) == len(requests) == 6


def test_a_receiver_that_comes_back_gets_it(
    clock: VirtualClock, settings: Any, httpserver: HTTPServer
) -> None:
    httpserver.expect_ordered_request("/hook").respond_with_data("", status=503)
    httpserver.expect_ordered_request("/hook").respond_with_data("", status=200)
    reach(settings, post_to(httpserver.port))
    fail(clock)
    notice_sweep.deliver(clock)
    clock.sleep(MINUTE)
    notice_sweep.deliver(clock)
    assert standing() == ("sent", 2, "")


def test_a_receiver_that_is_not_there_is_tried_again(
    clock: VirtualClock, settings: Any, httpserver: HTTPServer
) -> None:
    with mail_server() as nobody:
        port = nobody.port
    reach(settings, post_to(port))
    fail(clock)
    notice_sweep.deliver(clock)
    assert standing() == ("waiting", 1, "HOST_UNREACHABLE")
    reach(settings, post_to(httpserver.port))  # it is at another address by now
    httpserver.expect_request("/hook").respond_with_data("")
    clock.sleep(MINUTE)
    notice_sweep.deliver(clock)
    assert standing() == ("sent", 2, "")


def test_a_redirect_is_not_followed(clock: VirtualClock, settings: Any, httpserver: HTTPServer) -> None:
    place = {"Location": httpserver.url_for("/elsewhere")}
    httpserver.expect_request("/hook").respond_with_data("", status=307, headers=place)
    reach(settings, post_to(httpserver.port))
    fail(clock)
    notice_sweep.deliver(clock)
    assert standing() == ("waiting", 1, "HTTP_307")
    assert [request.path for request, _ in httpserver.log] == ["/hook"]


def test_a_mail_server_that_refuses_is_tried_again_and_holds_up_no_webhook(
    clock: VirtualClock, settings: Any, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    with mail_server() as peer:
        peer.refuse["RCPT"] = "450 alice@example.com: try later"
        reach(settings, post_to(httpserver.port), mail_port=peer.port)
        person("alice")
        fail(clock)
        notice_sweep.deliver(clock)
        found = dict(NoticeDelivery.objects.values_list("channel", "status"))
        assert found == {"email": "waiting", "webhook": "sent"}
        assert NoticeDelivery.objects.get(channel="email").last_error == "SMTP_RECIPIENT_REFUSED"
        peer.refuse.clear()
        clock.sleep(MINUTE)
        notice_sweep.deliver(clock)
        assert len(peer.messages) == 1
    assert NoticeDelivery.objects.filter(status="sent").count() == 2


def test_two_workers_that_see_the_same_delivery_send_it_once(clock: VirtualClock, settings: Any) -> None:
    reach(settings, post_to(1))
    fail(clock)
    (mine,), (theirs,) = notice_delivery._due(clock), notice_delivery._due(clock)
    assert [notice_delivery._take(one, clock) for one in (mine, theirs)] == [True, False]
    assert standing() == ("waiting", 1, "")


def test_a_process_that_dies_while_it_sends_costs_one_try_and_keeps_the_id(
    clock: VirtualClock, settings: Any, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    reach(settings, post_to(httpserver.port))
    fail(clock)
    (claimed,) = notice_delivery._claim(clock)
    job = notice_delivery._job(claimed, clock)
    assert job is not None
    assert job.act() == ""  # it was accepted, and here the process dies
    assert (notice_sweep.deliver(clock), notice_sweep.anything_to_do(clock)) == (0, False)
    clock.sleep(MINUTE)
    assert notice_sweep.deliver(clock) == 1
    ids = [request.headers["Leleka-Delivery"] for request, _ in httpserver.log]
    assert ids == [claimed.public_id] * 2
    assert standing() == ("sent", 2, "")


def test_a_process_that_died_at_the_last_try_leaves_nothing_waiting(
    clock: VirtualClock, settings: Any
) -> None:
    reach(settings, post_to(1))
    fail(clock)
    NoticeDelivery.objects.update(tries=6)
    assert notice_sweep.deliver(clock) == 0
    assert standing()[0] == "given up"


def test_a_channel_that_is_taken_away_gets_nothing_any_more(
    clock: VirtualClock, settings: Any, httpserver: HTTPServer
) -> None:
    reach(settings, post_to(httpserver.port))
    fail(clock)
    reach(settings, post_to(httpserver.port, "another"))
    notice_sweep.deliver(clock)
    assert standing() == ("given up", 1, "NOT_CONFIGURED")
    assert httpserver.log == []


def test_many_are_sent_with_one_job(clock: VirtualClock, mailbox: MailServerPeer) -> None:
    for number in range(11):
        person(f"admin{number}")
    fail(clock)
    assert (notice_sweep.deliver(clock), len(mailbox.messages)) == (11, 11)


def test_a_recovery_names_what_it_answers(clock: VirtualClock, settings: Any, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/hook").respond_with_data("")
    reach(settings, post_to(httpserver.port))
    one = connection()
    Connection.objects.update(attention="ActiveCampaign refused this key (403).")
    notice_sweep.sweep(clock)
    Connection.objects.update(attention="")
    notice_sweep.sweep(clock)
    notice_sweep.deliver(clock)
    first, second = sorted(
        (json.loads(request.data) for request, _ in httpserver.log), key=lambda body: body["id"]
    )
    assert (first["kind"], first["connection"]) == ("needs attention", {"id": one.pk, "name": "Sandbox"})
    assert (second["kind"], second["answers"]) == ("recovered", first["id"])
