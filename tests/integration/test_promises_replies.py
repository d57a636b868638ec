"""Whole runs against replies that are hostile, throttled, refused or from another host (faults 15
to 30, 33).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from leleka.core.clock import SystemClock
from leleka.engine.rate_limit import TimeScale
from leleka.messages.problems import english
from leleka.services.runs.contracts import RunView
from leleka.state.models import Account, AttemptRow
from leleka.state.outbox import DjangoOutbox
from leleka.worker.runs import execution as run_execution
from tests.fakes.peer import Peer, canned, peer
from tests.integration.conftest import KEY
from tests.integration.moments import IMPORT, accounted, addresses, everybody_arrives, once
from tests.integration.office import ALICE, Office

PEOPLE = 300  # two requests
QUESTIONS = ("users/me", "lists", "lists/1", "fields", "contacts", "import/info")
UNREADABLE = {
    "a list": '[{"batchId": "1"}]',
    "no batch": '{"Success": 1}',
    "a batch that is a list": '{"success": 1, "batchId": ["1"]}',
    "a batch that is true": '{"success": 1, "batchId": true}',
    "no success": '{"success": 0, "batchId": "1"}',
    "null": "null",
    "NaN": '{"success": NaN, "batchId": "1"}',
    "a lone surrogate": '{"success": 1, "batchId": "\\ud800"}',
    "a number without end": '{"success": 1, "batchId": ' + "9" * 100_000 + "}",
    "a name without end": '{"success": 1, "batchId": "' + "9" * 100_000 + '"}',
}


class Hasty(SystemClock):
    """Does not wait between two polls."""

    def sleep(self, seconds: float) -> None:
        """Continue at once."""


def run(office: Office, clock: SystemClock | None = None, people: int = PEOPLE) -> RunView:
    office.hire(people)
    office.apply()
    return run_execution.run_export(ALICE, "News", clock or SystemClock(), office.watcher)


def asked(office: Office, line: str = IMPORT) -> list[dict[str, Any]]:
    """Every such request that reached the sandbox, refused ones too."""
    seen = office.ask("requests", method="GET")["requests"]
    return [one for one in seen if f"{one['method']} {one['path']}" == line]


def test_a_key_that_is_revoked_after_the_last_import_is_named(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fault 27: whether it was imported can no longer be asked; the run ends soon, and says why."""
    once(monkeypatch, "answered", lambda: office.ask("key"), after=True)
    view = run(office, people=3)
    assert (view.status, [one.code for one in view.problems]) == ("Failed", ["KEY_REFUSED"])
    assert accounted(view).unconfirmed == 3
    assert len(asked(office, "GET /api/3/import/info")) <= 20
    office.ask("key", {"key": KEY})
    everybody_arrives(office, 3)


@pytest.mark.short("endless_reply")
@pytest.mark.parametrize("kind", ["slow_reply", "endless_reply", "gzip_bomb", "deep_json"])
def test_a_reply_that_will_not_end_is_cut_off_and_the_batch_goes_again(
    office: Office, settings: Any, kind: str
) -> None:
    """Faults 15, 16, 17, 20: it is unknown whether it was accepted, so the same bytes go again."""
    settings.LELEKA = replace(settings.LELEKA, lease_seconds=3.0)  # no reply is awaited beyond a third of it
    office.behave(faults=[{"kind": kind, "where": IMPORT, "times": 1}])
    view = run(office)
    assert (view.status, accounted(view).delivered, view.requests) == ("Successful", PEOPLE, 3)
    assert office.imports() == 3
    everybody_arrives(office, PEOPLE)


@pytest.mark.short("no batch")
@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_a_reply_that_names_no_batch_is_not_taken_for_a_yes(office: Office, body: str) -> None:
    """Faults 19, 20: the request was processed, and its batch cannot be polled."""
    office.behave(faults=[{"kind": "wrong_shape", "value": body, "where": IMPORT, "times": 1}])
    view = run(office, people=20)
    assert (view.status, accounted(view).delivered, view.requests) == ("Successful", 20, 2)
    first, second = AttemptRow.objects.order_by("pk")
    assert (first.outcome, first.remote_id, second.outcome) == ("unknown", "", "accepted")
    assert office.imports() == 2
    assert office.ledger() == dict.fromkeys(addresses(20), "member")


@pytest.mark.long
@pytest.mark.parametrize(
    "dialect", [{"success_key": "success"}, {"ids_as_numbers": True}, {"text_plain": True}]
)
def test_what_is_said_in_another_dialect_is_understood(office: Office, dialect: dict[str, object]) -> None:
    """Fault 19: numbers or text, upper or lower case, whatever type it declares."""
    office.behave(**dialect)
    view = run(office)
    assert (view.status, view.requests) == ("Successful", 2)
    everybody_arrives(office, PEOPLE)


@pytest.mark.short("throttled")
@pytest.mark.parametrize(
    "kind",
    [
        "lost_reply", "closed_reply", "truncated", "html_reply", "malformed_json", "wrong_shape", "deep_json",
        "endless_reply", "gzip_bomb", "server_error", "unavailable", "throttled",
    ],
)  # fmt: skip
def test_a_question_that_is_not_answered_is_asked_again(office: Office, kind: str) -> None:
    """Faults 14, 16 to 22, 29: every GET of a run fails once, without any consequence."""
    office.behave(faults=[{"kind": kind, "where": f"GET /api/3/{one}", "times": 1} for one in QUESTIONS])
    view = run(office, Hasty())
    assert (view.status, accounted(view).delivered, office.imports()) == ("Successful", PEOPLE, 2)
    assert {one for one in QUESTIONS if len(asked(office, f"GET /api/3/{one}")) < 2} == set()
    assert office.listed().keys() == addresses(PEOPLE)


def test_an_account_that_answers_nothing_readable_fails_before_the_first_byte(office: Office) -> None:
    """Fault 18: an HTML page where the lists should be, for as long as they are requested."""
    office.behave(faults=[{"kind": "html_reply", "where": "GET /api/3/*"}])
    view = run(office, Hasty())
    (problem,) = view.problems
    assert (view.status, problem.code, asked(office)) == ("Failed", "ANSWER_UNREADABLE", [])
    assert "text/html" in english(problem).message
    assert "Please log in" not in english(problem).message
    office.behave(faults=[])
    everybody_arrives(office, PEOPLE)


STATED = {
    "1": 1.0, "30": 30.0, "999999": 900.0, "1e300": 60.0, "0": 1.0, "-1": 60.0, "soon": 60.0, "": 60.0,
    "Wed, 21 Oct 2015 07:28:00 GMT": 1.0, "Fri, 31 Dec 9999 23:59:59 GMT": 900.0,
}  # fmt: skip


@dataclass(frozen=True)
class Pause:
    """``seconds`` before the test host's speed-up, and how many attempts were made when the account
    paused.
    """

    until: float
    seconds: float
    attempts: int

    def was_kept(self) -> bool:
        later = AttemptRow.objects.order_by("pk")[self.attempts :]
        return all(one.written_at >= self.until for one in later)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[Pause]:
    """Every pause of the account."""
    told: list[Pause] = []
    waits: list[float] = []
    pause, wait = DjangoOutbox.pause, TimeScale.wait

    def paused(self: DjangoOutbox, until: float, reason: str) -> None:
        told.append(Pause(until, waits[-1], AttemptRow.objects.count()))
        pause(self, until, reason)

    def waited(self: TimeScale, seconds: float) -> float:
        waits.append(seconds)
        return wait(self, min(seconds, 900.0))  # or a wrong pause would have to be waited for

    monkeypatch.setattr(DjangoOutbox, "pause", paused)
    monkeypatch.setattr(TimeScale, "wait", waited)
    return told


@pytest.mark.short("999999")
@pytest.mark.parametrize(
    ("stated", "seconds"),
    STATED.items(),
    ids=[one or "absent" for one in STATED],
)
def test_a_stated_pause_is_kept_and_a_senseless_one_replaced(
    office: Office, pauses: list[Pause], stated: str, seconds: float
) -> None:
    """Fault 21: at most a quarter of an hour, at least a second, a minute where nothing usable is stated."""
    office.behave(faults=[{"kind": "throttled", "value": stated, "where": IMPORT, "times": 1}])
    view = run(office, people=20)
    assert (view.status, view.requests) == ("Successful", 2)
    assert [(one.seconds, one.was_kept()) for one in pauses] == [(seconds, True)]
    assert [one["status"] for one in asked(office)] == [429, 200]
    assert office.listed().keys() == addresses(20)


@pytest.mark.long
@pytest.mark.parametrize("fault", [{"kind": "throttled", "value": ""}, {"kind": "import_limited"}])
def test_a_storm_is_waited_out_without_a_busy_loop(
    office: Office, pauses: list[Pause], fault: dict[str, object]
) -> None:
    """Faults 22, 23: a minute between two tries, and the 400 of the import limiter refuses no row."""
    office.behave(faults=[{**fault, "where": IMPORT, "times": 20}])
    view = run(office)
    assert (view.status, accounted(view).rejected) == ("Successful", {})
    assert len(asked(office)) == 22
    assert [(one.seconds, one.was_kept()) for one in pauses] == [(60.0, True)] * 20
    assert Account.objects.get().pause_reason
    everybody_arrives(office, PEOPLE)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["forbidden", "forbidden_html", "forbidden_permission"])
def test_a_key_refused_once_is_a_blip(office: Office, kind: str) -> None:
    """Fault 26."""
    office.behave(faults=[{"kind": kind, "where": IMPORT, "after": 1, "times": 1}])
    view = run(office)
    assert (view.status, view.requests, office.imports()) == ("Successful", 3, 2)
    everybody_arrives(office, PEOPLE)


@pytest.mark.long
def test_an_account_that_is_gone_midway_fails_the_run_and_the_rest_stays_due(office: Office) -> None:
    """Fault 28: no long retries where there is no account."""
    office.behave(faults=[{"kind": "not_found_html", "where": IMPORT}])
    view = run(office)
    assert (view.status, [problem.code for problem in view.problems]) == ("Failed", ["ACCOUNT_NOT_FOUND"])
    assert accounted(view).not_attempted == {"RUN_STOPPED": PEOPLE}
    assert (office.imports(), office.ledger()) == (0, {})
    office.behave(faults=[])
    everybody_arrives(office, PEOPLE)


@pytest.mark.short("503-server_error")
@pytest.mark.parametrize("kind", ["server_error", "error_after_work"])
@pytest.mark.parametrize("status", ["500", "502", "503", "504"])
def test_a_failure_over_there_leaves_it_open_what_became_of_the_batch(
    office: Office, kind: str, status: str
) -> None:
    """Fault 29: whether or not the work was done, the same bytes go again."""
    office.behave(faults=[{"kind": kind, "value": status, "where": IMPORT, "times": 2}])
    view = run(office)
    assert (view.status, accounted(view).delivered, view.requests) == ("Successful", PEOPLE, 4)
    everybody_arrives(office, PEOPLE)


@pytest.fixture
def elsewhere() -> Iterator[Peer]:
    """Another server, which would accept everything."""
    with peer(canned(200, b'{"success": 1, "batchId": "1"}')) as server:
        yield server


@pytest.mark.short("GET /api/3/*-302")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("where", [IMPORT, "GET /api/3/*"])
def test_a_redirect_is_not_followed_and_the_other_server_hears_nothing(
    office: Office, elsewhere: Peer, status: int, where: str
) -> None:
    """Fault 30: not a request and not a connection, for the key would travel along."""
    target = f"{status} http://127.0.0.1:{elsewhere.port}/api/3/import/bulk_import"
    office.behave(faults=[{"kind": "redirect", "value": target, "where": where}])
    view = run(office, Hasty(), people=20)
    assert accounted(view).delivered == 0 if view.counts else view.status == "Failed"
    assert (elsewhere.hits, office.imports(), "member" in office.ledger().values()) == (0, 0, False)
    assert [problem.code for problem in view.problems] == ["HOST_REDIRECTS"]
    assert "wrong host" in english(view.problems[0]).message


@pytest.mark.parametrize("question", ["users/me", "lists", "lists/1", "contacts", "import/info"])
def test_a_redirect_of_one_question_names_the_wrong_host(office: Office, question: str) -> None:
    """Fault 30: whichever call it is, in front of the run, in its plan, or when it asks what became of a batch."""
    moved = "301 http://127.0.0.1:9/"
    office.behave(faults=[{"kind": "redirect", "value": moved, "where": f"GET /api/3/{question}"}])
    view = run(office, Hasty(), people=3)
    assert (view.status, [problem.code for problem in view.problems]) == ("Failed", ["HOST_REDIRECTS"])
    said = english(view.problems[0])
    assert "wrong host" in said.message
    assert "Copy the URL" in said.remedy
    assert (office.imports(), "member" in office.ledger().values()) == (int(question == "import/info"), False)
