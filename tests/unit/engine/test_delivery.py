"""Whole deliveries over the fakes."""

import json
from collections import Counter
from itertools import pairwise

import pytest

from leleka.core.outcomes import Accepted, Cause, Ending, Refused, Settled, Unknown
from leleka.core.ports.outbox import BatchStatus
from leleka.core.statuses import Ended
from leleka.engine.batch_transitions import EXTRA_BATCHES, MOST_SENDS
from leleka.engine.rate_limit import TimeScale
from leleka.errors import LelekaError
from tests.fakes.destination import Step
from tests.unit.engine.delivering import Scene, names, scene

DELIVERED = (Ended.DELIVERED, "")
POISONED = (Ended.REJECTED, "REFUSED_BY_ACTIVECAMPAIGN")


def sent_addresses(stage: Scene) -> list[list[str]]:
    bodies = [json.loads(body.content)["contacts"] for body in stage.destination.sent]
    return [[one["address"] for one in contacts] for contacts in bodies]


def code_of(error: Exception | None) -> str:
    assert isinstance(error, LelekaError)
    return error.code


def test_everybody_arrives_in_as_few_requests_as_hold_them() -> None:
    stage = scene(750)
    stage.deliver()
    assert stage.arrived() == names(750)
    assert stage.counted() == {DELIVERED: 750}
    assert [body.count for body in stage.destination.sent] == [250, 250, 250]


def test_a_second_run_sends_nothing() -> None:
    """I-9."""
    stage = scene(300)
    stage.deliver("1")
    stage.deliver("2")
    assert len(stage.destination.sent) == 2


def test_a_throttled_batch_waits_out_the_pause_and_goes_again() -> None:
    """Fault 21: what the destination states is kept, for the whole account."""
    stage = scene(10)
    stage.destination.script.append(Step(Refused(Cause.THROTTLED, "slower", retry_after=40.0)))
    stage.deliver()
    (first, _), (second, _) = stage.senders.posts
    assert 40.0 <= second - first < 42.0
    assert stage.counted() == {DELIVERED: 10}
    assert stage.store.account.pause_reason == "slower"


@pytest.mark.parametrize("stated", [None, 0.0])
def test_a_throttled_account_pauses_whatever_is_stated(stated: float | None) -> None:
    """Fault 21, 23: a minute if nothing is stated, a second if it is zero."""
    stage = scene(10)
    stage.destination.script.append(Step(Refused(Cause.THROTTLED, "slower", retry_after=stated)))
    stage.deliver()
    (first, _), (second, _) = stage.senders.posts
    assert second - first >= (60.0 if stated is None else 1.0)


def test_polls_wait_out_the_pause_too() -> None:
    """I-18: a pause applies to the account, not only to its imports."""
    stage = scene(500)
    throttled = Step(Refused(Cause.THROTTLED, "slower", retry_after=100.0))
    stage.destination.script += [Step(Accepted("a"), applies=True), throttled]
    stage.deliver()
    refused_at = stage.senders.posts[1][0]
    assert stage.senders.asked
    assert all(at >= refused_at + 100.0 for at, _ in stage.senders.asked)


def test_an_unknown_outcome_is_sent_again_with_the_same_bytes() -> None:
    """I-3, fault 11."""
    stage = scene(10)
    stage.destination.lose_reply()
    stage.deliver()
    first, second = stage.destination.sent
    assert first.content == second.content
    assert stage.arrived() == names(10)
    assert stage.counted() == {DELIVERED: 10}
    assert [attempt.outcome for attempt in stage.run_of().attempts] == ["unknown", "accepted"]


def test_a_batch_that_is_never_answered_is_given_up_after_so_many_sends() -> None:
    """I-3."""
    stage = scene(10)
    stage.destination.script += [Step(Unknown("silence"))] * 100
    stage.deliver()
    assert len(stage.destination.sent) == MOST_SENDS
    assert stage.counted() == {(Ended.UNCONFIRMED, "NO_ANSWER"): 10}


@pytest.mark.parametrize("base", [0, 1])
def test_a_named_row_is_rejected_and_the_others_go_again(base: int) -> None:
    """I-8, fault 24: the base is learned where it is not known yet."""
    stage = scene(750)
    stage.destination.base = base
    stage.destination.poison = {f"p{number}@example.test" for number in (30, 300, 749)}
    stage.deliver()
    assert set(names(750)) - set(stage.arrived()) == stage.destination.poison
    assert stage.counted() == {DELIVERED: 747, POISONED: 3}
    assert {stage.ended()[address].detail for address in stage.destination.poison} == {"no such domain"}
    assert stage.store.account.row_base == base
    assert len(stage.destination.sent) <= 3 + 3 * 4


@pytest.mark.parametrize("seed", [0, 1, 124, 125, 249])
def test_an_unnamed_row_is_found_by_halving(seed: int) -> None:
    """I-8, fault 25: at most 16 extra requests for one bad row."""
    stage = scene(250)
    stage.destination.poison = {f"p{seed}@example.test"}
    stage.deliver()
    assert stage.counted() == {DELIVERED: 249, POISONED: 1}
    assert len(stage.destination.sent) <= 1 + 16


def test_named_rows_never_use_up_the_budget_for_searching() -> None:
    """I-8: one corrected re-send is enough, however many batches need one."""
    stage = scene((EXTRA_BATCHES + 20) * 3, rows=3)
    stage.time_scale = TimeScale(None)
    stage.destination.base = 0
    stage.store.account = type(stage.store.account)(row_base=0)
    stage.destination.poison = {f"p{number}@example.test" for number in range(0, len(names(1560)), 3)}
    stage.deliver()
    assert stage.counted() == {DELIVERED: 1040, POISONED: 520}


def test_what_the_budget_does_not_find_is_not_attempted() -> None:
    """I-8: the search stops, the run does not fail, and the rows say why."""
    stage = scene(300, rows=100)
    stage.time_scale = TimeScale(None)
    stage.destination.poison = set(names(300))
    stage.deliver()
    assert len(stage.destination.sent) <= 3 + EXTRA_BATCHES
    counted = stage.counted()
    assert set(counted) == {POISONED, (Ended.NOT_ATTEMPTED, "REFUSED_AS_A_GROUP")}
    assert sum(counted.values()) == 300


def test_who_the_destination_did_not_import_is_rejected() -> None:
    """Fault 32."""
    stage = scene(10)
    stage.destination.excluded = {"p3@example.test"}
    stage.deliver()
    assert stage.counted() == {DELIVERED: 9, (Ended.REJECTED, "NOT_IMPORTED"): 1}
    assert stage.ended()["p3@example.test"].ended is Ended.REJECTED


@pytest.mark.parametrize("ending", [Ending.FAILED, Ending.INTERRUPTED])
def test_a_batch_that_failed_there_goes_again(ending: Ending) -> None:
    """I-7, fault 31."""
    stage = scene(10)
    stage.destination.first_polls = [Settled(ending)]
    stage.deliver()
    assert len(stage.destination.sent) == 2
    assert stage.counted() == {DELIVERED: 10}


def test_a_batch_that_always_fails_there_is_cut_and_given_up() -> None:
    """Fault 31: ActiveCampaign gives no reason, so none is invented."""
    stage = scene(8)
    stage.destination.poll = lambda accepted: Settled(Ending.FAILED)  # type: ignore[method-assign] # noqa: ARG005
    stage.deliver()
    assert stage.counted() == {(Ended.NOT_ATTEMPTED, "BATCH_FAILED"): 8}
    assert max(Counter(address for one in sent_addresses(stage) for address in one).values()) <= MOST_SENDS


def test_a_batch_the_destination_forgot_is_sent_again_and_its_attempt_is_in_doubt() -> None:
    """Fault 35; F2: the forgotten copy may still take effect, so the attempt counts as unknown."""
    stage = scene(10)
    stage.destination.script.append(Step(Accepted("forgotten")))
    stage.deliver()
    first, second = stage.destination.sent
    assert first.content == second.content
    assert [attempt.outcome for attempt in stage.run_of().attempts] == ["unknown", "accepted"]
    assert stage.counted() == {DELIVERED: 10}


def test_a_batch_that_never_settles_ends_the_run_unconfirmed() -> None:
    """I-6, fault 34: accepted is never delivered."""
    stage = scene(10)
    stage.destination.slow = True
    stage.deliver()
    assert stage.counted() == {(Ended.UNCONFIRMED, "STILL_PROCESSING"): 10}
    assert stage.run_of().finished
    assert 1800 < stage.clock.monotonic() < 2000


def test_a_batch_is_asked_after_once_at_a_time_and_ever_more_rarely() -> None:
    """Fault 34: polls back off."""
    stage = scene(10)
    stage.destination.slow = True
    stage.latency = lambda: 5.0
    stage.deliver()
    times = [at for at, _ in stage.senders.asked]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) >= 5.0
    assert max(gaps) <= 66.0
    assert len(times) < 60


def test_the_key_refused_once_is_a_blip() -> None:
    """Fault 26."""
    stage = scene(10)
    stage.destination.script.append(Step(Refused(Cause.FORBIDDEN, "HTTP 403")))
    delivery = stage.deliver()
    assert delivery.error is None
    assert stage.counted() == {DELIVERED: 10}


def test_a_key_that_stays_refused_stops_the_run() -> None:
    """Fault 27: the rest is untouched, and the next run takes it up."""
    stage = scene(5000)
    stage.destination.key_accepted = False
    delivery = stage.deliver("1")
    assert code_of(delivery.error) == "KEY_REFUSED"
    assert stage.counted() == {(Ended.NOT_ATTEMPTED, "RUN_STOPPED"): 5000}
    assert len(stage.senders.posts) <= 6
    stage.destination.key_accepted = True
    stage.deliver("2")
    assert stage.arrived() == names(5000)


def test_an_account_that_is_not_there_stops_the_run() -> None:
    """Fault 28."""
    stage = scene(10)
    stage.destination.script += [Step(Refused(Cause.NOT_FOUND, "HTTP 404"))] * 3
    delivery = stage.deliver()
    assert code_of(delivery.error) == "ACCOUNT_NOT_FOUND"
    assert stage.counted() == {(Ended.NOT_ATTEMPTED, "RUN_STOPPED"): 10}


def test_a_host_that_cannot_be_reached_for_long_stops_the_run() -> None:
    """Fault 12: nothing was sent, so nothing is in doubt."""
    stage = scene(5000)
    stage.destination.in_the_way = lambda: Refused(Cause.NOT_SENT, "connection refused")
    delivery = stage.deliver()
    assert code_of(delivery.error) == "UNREACHABLE"
    assert stage.counted() == {(Ended.NOT_ATTEMPTED, "RUN_STOPPED"): 5000}
    assert stage.clock.monotonic() > 120


def test_an_outage_of_half_a_minute_is_waited_out() -> None:
    """Fault 12: one failure holds every batch back, and those in flight together count once."""
    stage = scene(5000)
    stage.latency = lambda: 3.0
    away = Refused(Cause.NOT_SENT, "connection refused")
    stage.destination.in_the_way = lambda: away if 5 < stage.clock.monotonic() < 35 else None
    delivery = stage.deliver()
    assert delivery.error is None
    assert stage.arrived() == names(5000)
    assert len(stage.senders.posts) < 20 + 20


def test_no_new_send_starts_after_a_cancel() -> None:
    """I-14: within two seconds; what was not sent is accounted for, and the next run goes on."""
    stage = scene(5000)
    outbox = stage.plan("1")
    delivery = stage.delivery(outbox)
    while stage.clock.monotonic() < 5:
        delivery.step()
    stage.run_of("1").cancel_requested = True
    canceled_at = stage.clock.monotonic()
    delivery.run()
    stage.settle(outbox, delivery, "1")
    assert max(at for at, _ in stage.senders.posts) <= canceled_at + 2
    assert stage.run_of("1").canceled
    assert stage.counted()[(Ended.NOT_ATTEMPTED, "RUN_STOPPED")] > 2500
    assert stage.store.lane == ""
    stage.deliver("2")
    assert stage.arrived() == names(5000)


def test_a_bug_in_the_destination_is_raised_and_what_else_came_back_is_kept() -> None:
    """Nothing outside the error tree is retried blindly; a reply that arrived beside it is recorded."""
    stage = scene(500)
    stage.clock.tick = 0.0  # both come back at one moment
    stage.time_scale = TimeScale(None)
    outbox = stage.plan()
    delivery = stage.delivery(outbox)
    bugs = iter([ZeroDivisionError()])

    def broken() -> None:
        for bug in bugs:
            raise bug

    stage.destination.in_the_way = broken
    with pytest.raises(ZeroDivisionError):
        delivery.run()
    assert [one.status for one in stage.batches()] == [BatchStatus.SENDING, BatchStatus.ACCEPTED]
