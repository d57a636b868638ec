"""What is asked of accounts for pages: joined, kept, counted, and left alone. Answers come when a test says so."""

from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

from leleka.core.ports.clock import OutOfPatience
from leleka.core.ports.turn import at_once
from leleka.errors import LelekaError, NeedsAttention, TryLater, Unavailable
from leleka.services.connections import far_side
from leleka.services.connections.far_side import FarSide
from leleka.services.connections.impatient_clock import ImpatientClock
from tests.fakes.clock import VirtualClock


class Account:
    """Answers, or raises what it was told to; ``hits`` counts the questions it got."""

    def __init__(self) -> None:
        self.hits = 0
        self.error: LelekaError | None = None
        self.goes_on = Event()
        self.goes_on.set()

    def begin(self, clock: ImpatientClock) -> Iterator[str]:  # noqa: ARG002 - as it is called
        self.hits += 1
        return self._pieces()

    def _pieces(self) -> Iterator[str]:
        yield "first"
        self.goes_on.wait(20)
        if self.error is not None:
            raise self.error
        yield "last"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits longer than it takes to start a thread."""
    monkeypatch.setattr(far_side, "_PATIENCE", 0.01)


def test_an_answer_is_kept_for_half_a_minute() -> None:
    clock, account = VirtualClock(), Account()
    known = FarSide(clock)
    assert [known.asked("a", "lists", clock, account.begin) for _ in range(3)] == [["first", "last"]] * 3
    assert account.hits == 1
    known.asked("a", "lists of another key", clock, account.begin)
    assert account.hits == 2
    clock.sleep(31)
    known.asked("a", "lists", clock, account.begin)
    assert account.hits == 3


@pytest.mark.usefixtures("impatient")
def test_an_answer_that_comes_later_is_there_for_whoever_asks_again() -> None:
    clock, account = VirtualClock(), Account()
    known = FarSide(clock)
    account.goes_on.clear()
    for _ in range(3):
        with pytest.raises(Unavailable, match="ACCOUNT_SLOW") as raised:
            known.asked("a", "lists", clock, account.begin)
        assert (account.hits, raised.value.retry_after) == (1, 2.0)
    question = known._questions[("a", "lists")]
    account.goes_on.set()
    with question.changed:
        question.changed.wait_for(lambda: question.ended, 20)
    assert known.asked("a", "lists", clock, account.begin) == ["first", "last"]
    assert account.hits == 1


@pytest.mark.usefixtures("impatient")
def test_questions_at_the_same_time_are_limited_for_each_account_and_for_all() -> None:
    clock, account = VirtualClock(), Account()
    known = FarSide(clock)
    account.goes_on.clear()
    found: dict[str, list[str]] = {"a": [], "b": []}
    for name, codes in found.items():
        for number in range(3):
            with pytest.raises(Unavailable) as raised:
                known.asked(name, number, clock, account.begin)
            codes.append(raised.value.code)
    assert found == {name: ["ACCOUNT_SLOW", "ACCOUNT_SLOW", "ACCOUNT_BUSY"] for name in found}
    account.goes_on.set()


@pytest.mark.usefixtures("impatient")
def test_of_questions_to_many_accounts_eight_are_under_way() -> None:
    clock, account = VirtualClock(), Account()
    known = FarSide(clock)
    account.goes_on.clear()
    codes = []
    for name, about in [(name, about) for name in "abcde" for about in ("lists", "fields")]:
        with pytest.raises(Unavailable) as raised:
            known.asked(name, about, clock, account.begin)
        codes.append(raised.value.code)
    assert codes == ["ACCOUNT_SLOW"] * 8 + ["ACCOUNT_BUSY"] * 2
    assert account.hits == 8
    account.goes_on.set()


@pytest.mark.usefixtures("impatient")
def test_two_requests_wait_and_a_third_is_refused_at_once() -> None:
    """Else accounts that are slow would take all threads of the web."""
    clock, account = VirtualClock(), Account()
    known = FarSide(clock)
    account.goes_on.clear()
    waiting: list[Any] = [known.once(name, "check", clock, account.begin) for name in "ab"]
    assert [next(told) for told in waiting] == ["first"] * 2, "both wait for what follows"
    with pytest.raises(Unavailable, match="ACCOUNT_BUSY"):
        known.asked("c", "lists", clock, account.begin)
    waiting[0].close()
    with pytest.raises(Unavailable, match="ACCOUNT_SLOW"):
        known.asked("c", "lists", clock, account.begin)
    waiting[1].close()
    account.goes_on.set()


def test_an_account_that_fails_three_times_is_left_alone_and_then_tried_by_one() -> None:
    clock, account = VirtualClock(), Account()
    known = FarSide(clock)
    account.error = TryLater("SERVER_ERROR")

    def code() -> str:
        with pytest.raises(LelekaError) as raised:
            known.asked("a", "lists", clock, account.begin)
        clock.sleep(6)  # a failure is told again for a moment
        return raised.value.code

    assert [code() for _ in range(4)] == ["SERVER_ERROR"] * 3 + ["ACCOUNT_SILENT"]
    assert account.hits == 3
    clock.sleep(30)
    assert [code() for _ in range(2)] == ["SERVER_ERROR", "ACCOUNT_SILENT"]
    assert account.hits == 4
    account.error = None
    clock.sleep(30)
    assert known.asked("a", "lists", clock, account.begin) == ["first", "last"]
    assert known.asked("a", "fields", clock, account.begin) == ["first", "last"]


def test_a_refusal_is_an_answer_and_leaves_nobody_alone() -> None:
    clock, account = VirtualClock(), Account()
    known = FarSide(clock)
    account.error = NeedsAttention("KEY_REFUSED")
    for _ in range(5):
        with pytest.raises(NeedsAttention, match="KEY_REFUSED"):
            known.asked("a", "lists", clock, account.begin)
        clock.sleep(6)
    assert account.hits == 5


@pytest.mark.usefixtures("impatient")
def test_a_test_goes_on_where_it_was_and_a_new_one_begins_after_its_end() -> None:
    clock, account = VirtualClock(), Account()
    known = FarSide(clock)
    account.goes_on.clear()
    told = known.once("a", "check", clock, account.begin)
    assert next(told) == "first"
    with pytest.raises(Unavailable):
        next(told)
    assert known.is_asked("a", "check")
    question = known._questions[("a", "check")]
    account.goes_on.set()
    with question.changed:
        question.changed.wait_for(lambda: question.ended, 20)
    assert list(known.once("a", "check", clock, account.begin)) == ["first", "last"]
    assert (account.hits, known.is_asked("a", "check")) == (1, False)


def test_a_wait_before_another_try_is_refused_to_somebody_at_a_screen() -> None:
    clock = VirtualClock()
    impatient = ImpatientClock(clock, 10.0)
    turn = impatient.within(at_once)
    impatient.sleep(0.25)
    with pytest.raises(OutOfPatience):
        impatient.sleep(1.0)
    with turn():
        clock.sleep(10.0)
    with pytest.raises(OutOfPatience), turn():
        pass
