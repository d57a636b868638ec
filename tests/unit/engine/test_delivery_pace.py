"""How fast a delivery sends, and what it must not do."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random  # noqa: TID251 - the class, for seeded generators

import pytest

from leleka.core.messages import NOTHING, Message
from leleka.core.outcomes import Ending, Settled
from leleka.core.ports.outbox import BatchStatus
from leleka.engine.rate_limit import TimeScale
from tests.fakes.outbox import MemoryOutbox
from tests.unit.engine.delivering import Scene, names, scene


def busiest_minute(times: list[float]) -> int:
    return max(sum(start <= at < start + 60 for at in times) for start in times)


def ahead_of(times: list[float], per_minute: float) -> float:
    """Return by how many seconds any import left before its moment, evenly spaced from the first one on."""
    due = [times[0] + number * 60 / per_minute for number in range(len(times))]
    return max(moment - at for moment, at in zip(due, times, strict=True))


def test_imports_keep_to_their_share_of_the_limit() -> None:
    """I-18: 90 of 100 a minute, whatever the latency; and latency costs no throughput."""
    stage = scene(60_000)
    chance = Random(1)
    stage.latency = lambda: chance.uniform(0.05, 3.0)
    stage.deliver()
    times = [at for at, _ in stage.senders.posts]
    assert ahead_of(times, 90) <= 1e-3
    assert busiest_minute(times) <= 91
    assert times[-1] <= 240 * 60 / 90 + 10
    assert stage.arrived() == names(60_000)


def test_steps_that_are_late_cost_no_import() -> None:
    """On a busy machine each look at the clock takes a moment; the next import keeps to when it was due."""
    stage = scene(25_000)
    stage.clock.tick = 0.01
    stage.deliver()
    times = [at for at, _ in stage.senders.posts]
    assert times[-1] - times[0] <= 99 * 60 / 90 + 0.3
    assert busiest_minute(times) <= 91


def test_requests_with_one_contact_keep_to_their_own_limit() -> None:
    """I-18: 20 a minute."""
    stage = scene(40, rows=1)
    stage.deliver()
    times = [at for at, _ in stage.senders.posts]
    assert busiest_minute(times) <= 19


def test_a_wall_clock_that_is_set_ahead_makes_no_burst() -> None:
    """I-18, fault 58: the account's moment to send is over at once, ours is not."""
    stage = scene(60, rows=1)
    delivery = stage.delivery(stage.plan())
    seen = 0
    while not delivery.done():
        if len(stage.senders.posts) > seen:
            seen = len(stage.senders.posts)
            stage.clock.step_wall(60.0)
        delivery.step()
    times = [at for at, _ in stage.senders.posts]
    assert busiest_minute(times) <= 19
    assert stage.arrived() == names(60)


def test_a_successor_keeps_the_pace_of_the_one_that_died() -> None:
    """I-18: also after a crash."""
    stage = scene(1000)
    first = stage.delivery(stage.plan())
    while not stage.senders.posts:
        first.step()
    posted_at = stage.senders.posts[0][0]
    stage.new_process()
    stage.delivery(stage.claim()).run()
    assert stage.senders.posts[0][0] >= posted_at + 60 / 90 - 1e-3


def test_no_more_requests_are_under_way_than_there_are_places() -> None:
    stage = scene(5000)
    stage.time_scale = TimeScale(None)
    stage.latency = lambda: 5.0
    delivery = stage.delivery(stage.plan())
    most = 0
    while not delivery.done():
        delivery.step()
        most = max(most, sum(batch.status is BatchStatus.SENDING for batch in stage.batches()))
    assert most == 6


def test_a_wall_clock_set_forward_makes_no_burst() -> None:
    """Fault 58."""
    stage = scene(5000)
    delivery = stage.delivery(stage.plan())
    for _ in range(10):
        delivery.step()
    stage.clock.step_wall(3600)
    delivery.run()
    assert busiest_minute([at for at, _ in stage.senders.posts]) <= 91


def other_run(stage: Scene) -> MemoryOutbox:
    stage.store.add_run("other", "another export")
    return MemoryOutbox(stage.store, "other", stage.clock)


def test_the_lane_is_free_after_the_last_post_while_polls_go_on() -> None:
    stage = scene(10)
    stage.destination.slow = True
    delivery = stage.delivery(stage.plan())
    while [batch.status for batch in stage.batches()] != [BatchStatus.ACCEPTED]:
        delivery.step()
    assert stage.store.lane == ""
    assert not delivery.done()
    stage.destination.work()
    delivery.run()
    assert [batch.status for batch in stage.batches()] == [BatchStatus.CONFIRMED]


def test_a_run_behind_another_one_says_so_and_asks_after_its_batches_meanwhile() -> None:
    """A run that was taken up with batches in flight needs no lane to poll them."""
    stage = scene(500)
    delivery = stage.delivery(stage.plan())
    while stage.batches()[0].status is not BatchStatus.ACCEPTED:
        delivery.step()
    stage.new_process()
    stage.store.lane = ""
    ahead = other_run(stage)
    assert ahead.take_lane() == NOTHING
    delivery = stage.delivery(stage.claim())
    stage.clock.sleep(5)
    posts = len(stage.destination.sent)
    while stage.batches()[0].status is not BatchStatus.CONFIRMED:
        delivery.step()
    assert stage.said[-1] == Message("QUEUED_BEHIND", run="other", name="another export")
    assert len(stage.destination.sent) == posts
    ahead.release_lane()
    delivery.run()
    assert stage.said[-1] == Message("DELIVERING")
    assert stage.arrived() == names(500)


def test_whoever_waits_for_the_lane_asks_after_all_again() -> None:
    """Another run may send for an hour: a batch that the account forgot meanwhile would be known too late."""
    stage = scene(400, rows=10)
    stage.destination.slow = True
    delivery = stage.delivery(stage.plan())
    while sum(batch.polls > 0 for batch in stage.batches()) < 2 or len(stage.destination.sent) < 20:
        delivery.step()
    stage.new_process()
    stage.store.lane = ""
    assert other_run(stage).take_lane() == NOTHING
    delivery = stage.delivery(stage.claim())
    until = stage.clock.monotonic() + 600
    while stage.clock.monotonic() < until:
        stage.store.runs["other"].lease_until = stage.clock.now() + 60
        delivery.step()
    asked = Counter(number for _, number in stage.senders.asked)
    accepted = [batch.number for batch in stage.batches() if batch.status is BatchStatus.ACCEPTED]
    assert len(accepted) >= 15
    assert min(asked[number] for number in accepted) >= 5


def test_a_batch_that_comes_back_after_the_lane_was_left_queues_for_it_again() -> None:
    """Per account one run delivers at a time, also when a batch failed there long after the last POST."""
    stage = scene(10)
    stage.destination.first_polls = [Settled(Ending.FAILED)]
    delivery = stage.delivery(stage.plan())
    while stage.batches()[0].status is not BatchStatus.ACCEPTED:
        delivery.step()
    ahead = other_run(stage)
    assert ahead.take_lane() == NOTHING
    until = stage.clock.monotonic() + 30
    while stage.clock.monotonic() < until:
        delivery.step()
    assert len(stage.destination.sent) == 1
    ahead.release_lane()
    delivery.run()
    assert len(stage.destination.sent) == 2
    assert stage.store.lane == ""


def test_a_run_whose_lane_was_taken_while_it_slept_does_not_send() -> None:
    """Fault 7: its lease ran out, nobody took the run up, but another one delivers now."""
    stage = scene(5000)
    delivery = stage.delivery(stage.plan())
    for _ in range(5):
        delivery.step()
    stage.clock.sleep(300)
    ahead = other_run(stage)
    assert ahead.take_lane() == NOTHING
    posts = len(stage.senders.posts)
    for _ in range(40):
        ahead.keep_alive()
        delivery.step()
    assert len(stage.senders.posts) == posts
    ahead.release_lane()
    delivery.run()
    assert stage.arrived() == names(5000)


def read_for_minutes(stage: Scene, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Have who never confirmed read as slowly as an account with many of them makes it."""

    def read(*_plan_and_spans: object) -> frozenset[str]:
        stage.clock.sleep(200)
        meanwhile()
        return frozenset()

    stage.never_confirmed = read


def test_the_pace_is_kept_after_a_reading_of_minutes() -> None:
    """I-18."""
    stage = scene(1000)
    read_for_minutes(stage)
    stage.deliver()
    times = [at for at, _ in stage.senders.posts]
    assert times[0] >= 200
    assert ahead_of(times, 90) <= 1e-3


def test_a_pause_that_another_run_was_told_during_a_reading_is_kept() -> None:
    """I-18: whoever polls needs no lane, and is told to slow down as well."""
    stage = scene(10)
    other = other_run(stage)
    told: list[float] = []

    def slow_down() -> None:
        told.append(stage.clock.monotonic())
        other.pause(stage.clock.now() + 300.0, "slower")

    read_for_minutes(stage, slow_down)
    stage.deliver()
    assert stage.senders.posts[0][0] >= told[0] + 300.0
    assert stage.arrived() == names(10)


def test_whoever_takes_the_lane_again_says_so_after_the_reading() -> None:
    """The last look tells of itself: the run does not seem to read for as long as it delivers."""
    stage = scene(10)
    stage.destination.first_polls = [Settled(Ending.FAILED)]
    reading = Message("READING_SUPPRESSED")
    read_for_minutes(stage, lambda: stage.said.append(reading))
    stage.deliver()
    assert stage.said == [reading, Message("DELIVERING")] * 2


def test_a_canceled_run_in_the_queue_ends_without_the_lane() -> None:
    """I-14."""
    stage = scene(10)
    delivery = stage.delivery(stage.plan())
    ahead = other_run(stage)
    assert ahead.take_lane() == NOTHING
    for _ in range(5):
        delivery.step()
    stage.run_of().cancel_requested = True
    delivery.run()
    assert delivery.canceled
    assert stage.destination.sent == []
    assert stage.store.lane == "other"


@pytest.mark.parametrize("count", [20_000])
def test_few_rows_of_a_plan_are_in_memory(count: int) -> None:
    stage = scene(count)
    stage.time_scale = TimeScale(None)
    delivery = stage.deliver()
    assert stage.warehouse.longest_read <= 5_000
    assert len(delivery._bodies._contacts) <= 15_000


@pytest.mark.parametrize("latency", [0.05, 0.5, 2.0, 3.0])
def test_a_million_contacts_leave_in_43_minutes(latency: float) -> None:
    """4,000 imports at the whole of the documented limit; replies differ by a fifth of a second."""
    stage = scene(4_000, rows=1)
    stage.limits = replace(stage.limits, single_requests_per_minute=100)
    stage.share = 1.0
    chance = Random(1)
    stage.latency = lambda: latency + chance.uniform(0.0, 0.2)
    stage.deliver()
    times = [at for at, _ in stage.senders.posts]
    assert len(times) == 4_000
    assert times[-1] - times[0] <= 43 * 60
    assert (
        max(
            len([at for at in times[first : first + 101] if at < times[first] + 60]) for first in range(4_000)
        )
        <= 99
    )
