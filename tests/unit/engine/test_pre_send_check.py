"""The last check of a batch before it is sent: who was suppressed meanwhile, who must wait (I-5, I-20)."""

from leleka.core.outcomes import Cause, Refused, Unknown
from leleka.core.ports.outbox import BatchStatus
from leleka.core.statuses import Ended
from tests.fakes.destination import Step
from tests.unit.engine.delivering import names, scene

SOMEBODY = "p3@example.test"


def test_who_was_suppressed_after_the_plan_is_not_sent_to() -> None:
    stage = scene(10, rows=5)
    outbox = stage.plan()
    stage.store.suppressed.add(SOMEBODY)
    delivery = stage.delivery(outbox)
    delivery.run()
    stage.settle(outbox, delivery)

    everybody_else = {address: name for address, name in names(10).items() if address != SOMEBODY}
    assert stage.arrived() == everybody_else
    assert stage.counted() == {(Ended.DELIVERED, ""): 9, (Ended.EXCLUDED, "SUPPRESSED"): 1}


def test_a_batch_of_nobody_but_suppressed_people_is_never_sent() -> None:
    stage = scene(2, rows=2)
    outbox = stage.plan()
    stage.store.suppressed.update(names(2))
    delivery = stage.delivery(outbox)
    delivery.run()
    stage.settle(outbox, delivery)

    assert stage.destination.sent == []
    assert stage.counted() == {(Ended.EXCLUDED, "SUPPRESSED"): 2}


def test_a_refused_batch_with_somebody_suppressed_since_goes_on_without_them_in_another_one() -> None:
    stage = scene(5)
    outbox = stage.plan()
    answers = iter([Refused(Cause.THROTTLED, "Rate limit exceeded.")])

    def first_throttled_then_suppressed() -> Refused | None:
        answer = next(answers, None)
        if answer is not None:
            stage.store.suppressed.add(SOMEBODY)
        return answer

    stage.destination.in_the_way = first_throttled_then_suppressed
    delivery = stage.delivery(outbox)
    delivery.run()
    stage.settle(outbox, delivery)

    assert SOMEBODY not in stage.arrived()
    assert stage.counted() == {(Ended.DELIVERED, ""): 4, (Ended.EXCLUDED, "SUPPRESSED"): 1}
    # The bytes of what was written ahead never change: the remaining rows go into a new batch.
    assert [(batch.number, batch.status) for batch in stage.batches()] == [
        (1, BatchStatus.SPLIT),
        (2, BatchStatus.CONFIRMED),
    ]


def test_a_batch_that_may_have_arrived_is_not_sent_again_once_somebody_in_it_is_suppressed() -> None:
    """It waits out the quarantine, and the others are planned anew."""
    stage = scene(5)
    outbox = stage.plan()
    stage.destination.script.append(Step(Unknown("no answer"), applies=False))
    delivery = stage.delivery(outbox)
    while not delivery.batches[1].doubts:
        delivery.step()
    stage.store.suppressed.add(SOMEBODY)
    delivery.run()
    stage.settle(outbox, delivery)

    assert len(stage.destination.sent) == 1
    assert stage.counted() == {(Ended.UNCONFIRMED, "NO_ANSWER"): 5}


def test_who_waits_for_another_runs_send_is_left_for_the_next_run() -> None:
    stage = scene(10, rows=5)
    outbox = stage.plan()
    stage.waiting.add(SOMEBODY)
    delivery = stage.delivery(outbox)
    delivery.run()
    stage.settle(outbox, delivery)

    assert SOMEBODY not in stage.arrived()
    assert stage.counted() == {
        (Ended.DELIVERED, ""): 9,
        (Ended.NOT_ATTEMPTED, "WAITING_FOR_EARLIER_SEND"): 1,
    }


def test_a_batch_that_may_have_arrived_does_not_overtake_what_another_run_sent_since() -> None:
    """I-5: its process stood still until it could not arrive any more, and another export sent to somebody in it."""
    stage = scene(5)
    outbox = stage.plan()
    stage.destination.script.append(Step(Unknown("no answer"), applies=False))
    delivery = stage.delivery(outbox)
    while not delivery.batches[1].doubts:
        delivery.step()
    stage.new_process()
    stage.store.lane = ""
    stage.waiting.add(SOMEBODY)
    again = stage.claim()
    delivery = stage.delivery(again)
    delivery.run()
    stage.settle(again, delivery)

    assert len(stage.destination.sent) == 1
    assert stage.counted() == {(Ended.UNCONFIRMED, "NO_ANSWER"): 5}


def test_a_crash_after_rows_were_taken_out_sends_the_same_bytes_again() -> None:
    """I-3: the rows a batch lost before its first write-ahead stay lost after a crash."""
    stage = scene(5)
    outbox = stage.plan()
    stage.store.suppressed.add(SOMEBODY)
    stage.destination.script.append(Step(Unknown("no answer"), applies=True))
    delivery = stage.delivery(outbox)
    while not delivery.batches[1].doubts:
        delivery.step()
    stage.store.suppressed.clear()
    stage.new_process()
    again = stage.claim()
    delivery = stage.delivery(again)
    delivery.run()
    stage.settle(again, delivery)

    assert len({body.sha256 for body in stage.destination.sent}) == 1
    assert stage.counted() == {(Ended.DELIVERED, ""): 4, (Ended.EXCLUDED, "SUPPRESSED"): 1}
