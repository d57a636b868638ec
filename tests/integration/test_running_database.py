"""A run whose database becomes unavailable at each of its writes: before the write is done, and when only its
reply is lost.
"""

import sqlite3
from functools import wraps
from typing import Any

import pytest
from django.db import OperationalError

from leleka.core.clock import SystemClock
from leleka.errors import LelekaError
from leleka.services.runs import queries as run_queries
from leleka.services.runs.contracts import RunView
from leleka.state.lease import RUN_LEASE
from leleka.state.models import AttemptRow, Connection, Run
from leleka.worker.runs.audited_outbox import AuditedOutbox
from leleka.worker.runs.execution import run_export
from tests.integration.office import ALICE, DEFINITIONS, MARK, Office

WRITES = ("load", "planned", "take_lane", "write_ahead", "answered", "polled", "release_lane", "finish")
PEOPLE = 300
NEW_RUN = 2  # the fence of a run that was interrupted once


class Patient(SystemClock):
    """Time passes at once when something waits for the database."""

    slept = 0.0

    def now(self) -> float:
        return super().now() + self.slept

    def monotonic(self) -> float:
        return super().monotonic() + self.slept

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


def away() -> OperationalError:
    """Return what Django raises if another connection has locked SQLite."""
    cause = sqlite3.OperationalError("database is locked")
    cause.sqlite_errorcode = sqlite3.SQLITE_BUSY
    error = OperationalError("database is locked")
    error.__cause__ = cause
    return error


def goes_away(monkeypatch: pytest.MonkeyPatch, write: str, *, done: bool, times: float) -> None:
    """Make the database unavailable at so many calls of ``write``; ``done`` if the write still gets
    through.
    """
    original = getattr(AuditedOutbox, write)
    left = times

    @wraps(original)
    def broken(self: AuditedOutbox, *given: Any, **named: Any) -> Any:
        nonlocal left
        if left <= 0:
            return original(self, *given, **named)
        left -= 1
        if done:
            original(self, *given, **named)
        raise away()

    monkeypatch.setattr(AuditedOutbox, write, broken)


def go(office: Office) -> RunView:
    return run_export(ALICE, "News", Patient(), office.watcher)


@pytest.fixture
def ready(office: Office) -> Office:
    office.hire(PEOPLE)
    office.apply(DEFINITIONS + MARK)
    return office


@pytest.mark.short("write_ahead-before", "answered-after")
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", WRITES)
def test_a_run_goes_on_by_itself_and_nobody_is_lost(
    ready: Office, monkeypatch: pytest.MonkeyPatch, write: str, done: bool
) -> None:
    """Faults 48, 51 and 52; I-1, I-2, I-3: whether or not the commit arrived."""
    goes_away(monkeypatch, write, done=done, times=1)
    view = go(ready)
    assert (view.id, view.status, view.problems) == (Run.objects.get().pk, "Successful", [])
    assert view.counts is not None
    assert view.counts.accounted() == view.counts.selected == view.counts.delivered == PEOPLE
    assert run_queries.verify_run(ALICE, view.id)[1] == view.counts
    assert len(ready.listed()) == PEOPLE
    assert set(ready.ledger().values()) == {"member"}
    ended_by_it = write == "finish" and done
    assert Run.objects.get().fence == (1 if ended_by_it else NEW_RUN)
    # At most what was in flight is repeated, with the same bytes: the judge would record others.
    assert ready.imports() <= 4
    hashes = AttemptRow.objects.values_list("batch", "sha256").distinct()
    assert len(hashes) == 2


def test_what_could_not_be_given_back_is_taken_up_again_at_once(
    ready: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-15: a process does not wait for its own lease."""
    goes_away(monkeypatch, "planned", done=False, times=1)
    given_back = iter([False])

    release = RUN_LEASE.release

    def not_at_first(run_id: int, fence: int) -> None:
        if not next(given_back, True):
            raise away()
        release(run_id, fence)

    monkeypatch.setattr(RUN_LEASE, "release", not_at_first)
    clock = Patient()
    assert run_export(ALICE, "News", clock, ready.watcher).status == "Successful"
    assert clock.slept <= 2.0


def test_ctrl_c_is_heard_though_the_run_cannot_be_given_back(
    ready: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    def not_now(*_: object) -> None:
        raise away()

    monkeypatch.setattr(AuditedOutbox, "planned", interrupted)
    monkeypatch.setattr(RUN_LEASE, "release", not_now)
    with pytest.raises(KeyboardInterrupt):
        go(ready)


@pytest.mark.short("write_ahead")
@pytest.mark.parametrize("write", ["planned", "write_ahead", "answered", "finish"])
def test_a_database_that_stays_away_ends_the_command_and_not_the_run(
    ready: Office, monkeypatch: pytest.MonkeyPatch, write: str
) -> None:
    """Faults 44, 46, 48: nothing is reported as failed that could not be recorded."""
    with monkeypatch.context() as broken:
        goes_away(broken, write, done=False, times=float("inf"))
        with pytest.raises(LelekaError) as caught:
            go(ready)
    assert caught.value.code == "DATABASE_LOCKED"
    run = Run.objects.get()
    assert (run.status, run.finished_at, run.problems) == ("Processing", None, [])
    assert ready.ledger() == {}
    # The same bytes each time: pauses of 1, 2, 4 to 32 seconds fill the minute for which it is waited.
    assert max(AttemptRow.objects.values_list("number", flat=True), default=0) <= 8
    again = ready.run()
    assert (again.id, again.status) == (run.pk, "Successful")
    assert len(ready.listed()) == PEOPLE


def test_nothing_is_sent_that_could_not_be_written_down(
    ready: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-4, fault 46."""
    with monkeypatch.context() as broken:
        goes_away(broken, "write_ahead", done=False, times=float("inf"))
        with pytest.raises(LelekaError):
            go(ready)
    assert (ready.imports(), AttemptRow.objects.count()) == (0, 0)


def test_a_run_that_cannot_go_on_is_settled_when_the_database_is_back(
    ready: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-2: an interrupted settling is done again, and is not given up as a bug of ours."""
    with monkeypatch.context() as broken:
        goes_away(broken, "answered", done=False, times=float("inf"))
        with pytest.raises(LelekaError):
            go(ready)
    Connection.objects.update(host="elsewhere.api-us1.com")
    goes_away(monkeypatch, "finish", done=False, times=1)
    view = go(ready)
    assert (view.status, [problem.code for problem in view.problems]) == ("Failed", ["CONNECTION_CHANGED"])
    assert view.counts is not None
    assert (view.counts.selected, view.counts.unconfirmed) == (PEOPLE, PEOPLE)


def test_a_bug_is_not_taken_for_a_database_that_is_away(
    ready: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite calls a wrong statement operational as well: the run fails at once, with everybody accounted for."""

    def wrong(*_: object, **__: object) -> None:
        error = OperationalError("no such column: x")
        error.__cause__ = sqlite3.OperationalError("no such column: x")
        raise error

    monkeypatch.setattr(AuditedOutbox, "answered", wrong)
    view = go(ready)
    assert (view.status, [problem.code for problem in view.problems]) == ("Failed", ["INTERNAL_ERROR"])
    assert Run.objects.get().fence == 1


def test_a_plan_that_must_be_confirmed_waits_though_the_answer_to_its_commit_was_lost(
    ready: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-11, fault 52: it is not taken up again by the one who asked."""
    go(ready)
    ready.edit(*range(1, PEOPLE + 1), tier="")
    goes_away(monkeypatch, "planned", done=True, times=1)
    assert go(ready).status == "Needs confirmation"
    assert {one["fields"][3] for one in ready.listed().values()} == {"yes"}
