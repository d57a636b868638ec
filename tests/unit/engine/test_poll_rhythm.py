"""How often accepted batches are asked after, and how soon a run sees that they are done, by what imports take."""

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from random import Random  # noqa: TID251 - the class, for seeded generators
from statistics import median

import pytest

from leleka.core.outcomes import Accepted, Outcome, Pending, Settled
from leleka.core.plan import Span
from leleka.core.ports.destination import Body
from leleka.core.ports.outbox import Batch, BatchStatus
from leleka.core.statuses import Ended
from leleka.engine.poll_rhythm import PollQueue, PollRhythm
from leleka.engine.rate_limit import TimeScale
from tests.fakes.clock import VirtualClock
from tests.unit.engine.delivering import PickyDestination, Scene, scene

BATCHES = 300
ROWS = 10


class Importing(PickyDestination):
    """Completes each import as many seconds after it was accepted as ``takes`` says, given that moment."""

    def __init__(self, clock: VirtualClock, takes: Callable[[float], float]) -> None:
        super().__init__(clock)
        self._monotonic = clock.monotonic
        self._takes = takes
        self.done_at: dict[str, float] = {}
        self.times: list[float] = []

    def send(self, body: Body, deadline: float) -> Outcome:
        outcome = super().send(body, deadline)
        if isinstance(outcome, Accepted):
            self.times.append(self._takes(self._monotonic()))
            self.done_at[outcome.batch_id] = self._monotonic() + self.times[-1]
        return outcome

    def poll(self, accepted: Accepted) -> Pending | Settled:
        if self._monotonic() < self.done_at[accepted.batch_id]:
            return Pending("active")
        return super().poll(accepted)


def delivered(takes: Callable[[float], float]) -> tuple[Scene, Importing]:
    stage = scene(BATCHES * ROWS, rows=ROWS)
    destination = Importing(stage.clock, takes)
    stage.destination = destination
    stage.new_process()
    stage.deliver()
    assert len(stage.senders.posts) == BATCHES
    return stage, destination


def until_the_end(stage: Scene, destination: Importing) -> float:
    """Return the seconds from the end of the last import to that of the run."""
    return stage.clock.monotonic() - max(destination.done_at.values())


def constant(seconds: float) -> Callable[[float], float]:
    return lambda _: seconds


def lognormal(middle: float) -> Callable[[float], float]:
    """A moment draws its own time, so that no test depends on those before it."""
    return lambda now: middle * Random(now).lognormvariate(0.0, 0.5)


def bursty(seconds: float) -> Callable[[float], float]:
    """Everything that waits is done at once, every so many seconds."""
    return lambda now: seconds - now % seconds


TAKES = {
    "a second": constant(1.0),
    "a minute": constant(60.0),
    "ten minutes": constant(600.0),
    "about a minute": lognormal(60.0),
    "about ten minutes": lognormal(600.0),
    "in bursts": bursty(120.0),
}


@pytest.mark.parametrize("name", TAKES)
def test_a_run_ends_soon_after_its_last_import(name: str) -> None:
    stage, destination = delivered(TAKES[name])
    assert stage.counted() == {(Ended.DELIVERED, ""): BATCHES * ROWS}
    assert 0.0 <= until_the_end(stage, destination) <= max(60.0, median(destination.times) / 10) + 1.0


@pytest.mark.parametrize("takes", [*TAKES.values(), constant(3600.0)], ids=[*TAKES, "an hour"])
def test_polls_are_few_while_imports_go_out(takes: Callable[[float], float]) -> None:
    stage, _ = delivered(takes)
    last = stage.senders.posts[-1][0]
    meanwhile = [number for at, number in stage.senders.asked if at <= last]
    assert len(meanwhile) <= 1.2 * BATCHES


@pytest.mark.parametrize("seconds", [1.0, 60.0, 600.0])
def test_polls_are_few_in_all_where_imports_take_the_same_time(seconds: float) -> None:
    stage, _ = delivered(constant(seconds))
    assert len(stage.senders.asked) <= 1.2 * BATCHES


def test_an_account_that_becomes_slower_is_asked_later() -> None:
    """Those that were accepted before that was known are asked after again and again, the others once."""
    stage, _ = delivered(lambda now: 20.0 if now < 40.0 else 60.0)
    assert len(stage.senders.asked) <= 1.8 * BATCHES


@pytest.mark.parametrize("stuck", [1, 100])
def test_an_import_that_never_ends_ends_the_run_and_holds_up_no_other(stuck: int) -> None:
    """Fault 34: half an hour after the last news, whatever its age; and the usual time is that of the others."""
    accepted = count(1)
    stage, destination = delivered(lambda _: math.inf if next(accepted) == stuck else 3.0)
    last = max(done for done in destination.done_at.values() if done < math.inf)
    assert stage.counted() == {
        (Ended.DELIVERED, ""): (BATCHES - 1) * ROWS,
        (Ended.UNCONFIRMED, "STILL_PROCESSING"): ROWS,
    }
    assert stage.clock.monotonic() - last <= 1800 + 120
    first = {number: at for at, number in reversed(stage.senders.asked)}
    posted = {number: at for at, number in stage.senders.posts}
    assert max(at - posted[number] for number, at in first.items()) <= 60.0


def test_a_batch_that_was_forgotten_and_sent_again_tells_nothing_of_its_first_time() -> None:
    clock = VirtualClock(1_000.0)
    rhythm = PollRhythm(TimeScale(), clock)
    clock.sleep(1)
    batch = Batch(1, (Span(0, 9),), status=BatchStatus.ACCEPTED, accepted_at=clock.now())
    queue = PollQueue(rhythm)
    queue.add(batch)
    clock.sleep(900)
    queue.learn(batch, BatchStatus.UNKNOWN, {1: batch})
    again = replace(batch, accepted_at=clock.now())
    queue.add(again)
    clock.sleep(3)
    queue.learn(again, BatchStatus.CONFIRMED, {1: again})
    assert rhythm.usual == 3.0


def test_what_an_earlier_process_sent_is_asked_after_at_once() -> None:
    stage = scene(20 * ROWS, rows=ROWS)
    destination = Importing(stage.clock, constant(100.0))
    stage.destination = destination
    stage.new_process()
    outbox = stage.plan()
    delivery = stage.delivery(outbox)
    while len(destination.sent) < 20 or stage.senders.in_flight:
        delivery.step()
    stage.clock.sleep(200)
    stage.new_process()
    begun = stage.clock.monotonic()
    stage.delivery(stage.claim()).run()
    assert len(stage.senders.asked) == 20
    assert stage.clock.monotonic() - begun <= 10
