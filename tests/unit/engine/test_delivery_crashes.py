"""A process may die between any two writes; what is left is enough to go on."""

from collections import Counter
from dataclasses import replace
from random import Random  # noqa: TID251 - the class, for seeded generators

import pytest

from leleka.core.outcomes import Cause, Refused, RefusedRow, Unknown
from leleka.core.ports.outbox import BatchStatus, LeaseLost
from leleka.core.statuses import Ended
from leleka.engine.batch_transitions import MOST_SENDS
from tests.fakes.destination import Step
from tests.fakes.outbox import ProcessDied
from tests.unit.engine.delivering import Scene, names, scene


def run_to_its_end(stage: Scene) -> int:
    """Deliver, taking the run up again wherever the process dies; return how many requests a death
    left open.
    """
    outbox = stage.plan()
    open_at_death = 0
    while not stage.run_of().finished:
        try:
            delivery = stage.delivery(outbox)
            delivery.run()
            stage.settle(outbox, delivery)
        except ProcessDied:
            open_at_death += sum(batch.status is BatchStatus.SENDING for batch in stage.batches())
            stage.new_process()
            outbox = stage.claim()
    return open_at_death


def moments() -> int:
    stage = scene(30, rows=10)
    run_to_its_end(stage)
    return stage.store.moments


@pytest.mark.parametrize("moment", range(3, moments() + 1))
def test_a_run_is_taken_up_wherever_it_died(moment: int) -> None:
    """I-15, faults 1 to 5: everybody arrives, and no more is repeated than was in flight."""
    stage = scene(30, rows=10)
    stage.store.die_at = moment
    open_at_death = run_to_its_end(stage)
    assert stage.arrived() == names(30)
    assert {ended for ended, _ in stage.counted()} == {Ended.DELIVERED}
    assert len(stage.destination.sent) <= 3 + open_at_death
    assert open_at_death <= 3
    hashes = {(attempt.batch, attempt.sha256) for attempt in stage.run_of().attempts}
    assert len(hashes) == 3
    assert len(stage.run_of().attempts) >= len(stage.destination.sent)


@pytest.mark.parametrize("seed", range(25))
def test_everybody_is_accounted_for_whatever_happens(seed: int) -> None:
    """I-1, I-2, I-3, I-4: lost replies, refusals, poison and deaths in one run."""
    chance = Random(seed)
    stage = scene(60, rows=7)
    stage.latency = lambda: chance.choice([0.1, 0.5, 3.0, 45.0])
    stage.destination.base = chance.choice([0, 1, None])
    stage.destination.poison = {f"p{chance.randrange(60)}@example.test" for _ in range(chance.randrange(4))}
    troubles = [
        Step(Unknown("lost"), applies=True),
        Step(Unknown("lost")),
        Step(Refused(Cause.THROTTLED, "slower")),
        Step(Refused(Cause.NOT_SENT, "away")),
    ]
    stage.destination.script += chance.choices(troubles, k=8)
    stage.store.die_at = chance.randrange(3, 60)
    run_to_its_end(stage)
    healthy = {a: n for a, n in names(60).items() if a not in stage.destination.poison}
    assert stage.arrived() == healthy
    assert {a for a, told in stage.ended().items() if told.ended is Ended.DELIVERED} == set(healthy)
    attempts = stage.run_of().attempts
    assert len(stage.destination.sent) <= len(attempts)
    assert len({(attempt.batch, attempt.sha256) for attempt in attempts}) == len({a.batch for a in attempts})
    assert max(Counter(attempt.batch for attempt in attempts).values()) <= MOST_SENDS


@pytest.mark.parametrize("moment", range(3, 20))
def test_a_pause_is_known_before_the_answer_that_asked_for_it(moment: int) -> None:
    """I-18: wherever the process dies, its successor does not send at once what was throttled."""
    stage = scene(10)
    stage.destination.script.append(Step(Refused(Cause.THROTTLED, "slower")))
    outbox = stage.plan()
    stage.store.die_at = moment
    try:
        stage.delivery(outbox).run()
    except ProcessDied:
        refused = [attempt.outcome for attempt in stage.run_of().attempts].count("refused")
        assert not refused or stage.store.account.paused_until > 0


def test_a_batch_that_kills_the_process_each_time_is_given_up() -> None:
    """I-3: over all crashes a batch is sent at most K times."""
    stage = scene(10)
    outbox = stage.plan()
    for _ in range(MOST_SENDS + 5):
        delivery = stage.delivery(outbox)
        while not delivery.done() and not stage.senders.in_flight:
            delivery.step()
        stage.clock.sleep(120)
        if delivery.done():
            break
        stage.new_process()
        outbox = stage.claim()
    assert len(stage.destination.sent) == MOST_SENDS
    assert [batch.status for batch in stage.batches()] == [BatchStatus.ABANDONED]


def test_a_worker_that_was_overtaken_writes_and_sends_nothing_more() -> None:
    """I-12, fault 7."""
    stage = scene(5000)
    zombie = stage.delivery(stage.plan())
    for _ in range(10):
        zombie.step()
    posts = len(stage.senders.posts)
    stage.clock.sleep(300)
    stage.claim()
    with pytest.raises(LeaseLost):
        zombie.run()
    assert len(stage.senders.posts) == posts


def test_no_reply_is_awaited_beyond_the_lease() -> None:
    """F3: whoever takes the run up after the lease can rely on nothing being in flight."""
    stage = scene(10)
    stage.lease_seconds = 12.0
    stage.latency = lambda: 1000.0
    delivery = stage.delivery(stage.plan())
    while not stage.senders.posts:
        delivery.step()
    begun = stage.clock.monotonic()
    stage.senders.finished(10_000.0)
    assert stage.clock.monotonic() - begun <= 12.0


def test_rows_of_a_split_batch_stay_in_doubt() -> None:
    """I-6: an earlier copy of them may have been imported, so the ledger must not keep its old certainty."""
    stage = scene(4)
    named = Refused(Cause.INVALID, "wrong", (RefusedRow(0, "wrong"),))
    stage.destination.script += [Step(Unknown("lost"), applies=True), Step(named)]
    outbox = stage.plan()
    delivery = stage.delivery(outbox)
    while len(stage.batches()) == 1:
        delivery.step()
    stage.run_of().cancel_requested = True
    delivery.run()
    stage.settle(outbox, delivery)
    assert stage.counted() == {
        (Ended.REJECTED, "REFUSED_BY_ACTIVECAMPAIGN"): 1,
        (Ended.UNCONFIRMED, "NO_ANSWER"): 3,
    }


def test_a_failed_batch_whose_next_send_is_unknown_is_unconfirmed() -> None:
    """I-7: what may be imported is not called untouched."""
    stage = scene(4)
    outbox = stage.plan()
    failed = replace(stage.batches()[0], failures=1)
    stage.run_of().batches[1] = failed
    stage.destination.script += [Step(Unknown("lost"))]
    delivery = stage.delivery(outbox)
    while not stage.batches()[0].doubts:
        delivery.step()
    stage.run_of().cancel_requested = True
    delivery.run()
    stage.settle(outbox, delivery)
    assert stage.counted() == {(Ended.UNCONFIRMED, "NO_ANSWER"): 4}


def waiting_scene() -> Scene:
    """Ten people accepted and never imported; the process died after 25 minutes of asking."""
    stage = scene(10)
    stage.destination.slow = True
    delivery = stage.delivery(stage.plan())
    until = stage.clock.monotonic() + 1500
    while stage.clock.monotonic() < until:
        delivery.step()
    stage.new_process()
    return stage


def test_a_successor_does_not_wait_for_half_an_hour_of_its_own() -> None:
    """I-16: otherwise a run that is killed now and again would never end."""
    stage = waiting_scene()
    begun = stage.clock.monotonic()
    delivery = stage.delivery(stage.claim())
    delivery.run()
    assert 120 <= stage.clock.monotonic() - begun < 400
    assert [batch.status for batch in stage.batches()] == [BatchStatus.ACCEPTED]


@pytest.mark.parametrize("later", [86_400.0, -86_400.0])
def test_a_successor_sees_whether_the_queue_moves(later: float) -> None:
    """However late it comes, or what the clock says by then."""
    stage = waiting_scene()
    stage.clock.step_wall(later)
    stage.destination.work()
    stage.delivery(stage.claim()).run()
    assert [batch.status for batch in stage.batches()] == [BatchStatus.CONFIRMED]
