"""Who signs up after the plan and has yet to confirm: looked for again where a plan has waited (I-27)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from leleka.core.data_matching import Leavers
from leleka.core.plan import Selection
from leleka.core.ports.destination import SuppressedPage, SuppressionReason
from leleka.core.statuses import Ended
from leleka.engine import late_reading
from leleka.engine.pre_send_check import nobody
from leleka.engine.rate_limit import TimeScale
from leleka.engine.run import execute
from leleka.engine.run_spec import RunContext, RunSpec
from leleka.engine.suppression_reading import LISTED
from leleka.errors import TryLater
from tests.fakes.outbox import MemoryOutbox
from tests.unit.engine.delivering import MATCHING, TABLE, Scene, names, scene
from tests.unit.engine.test_run import Onlooker, SteppingClock

SOMEBODY = "p3@example.test"


@pytest.fixture
def stage() -> Scene:
    made = scene(10)
    made.clock = made.destination.clock = SteppingClock()
    made.limits = replace(made.limits, rows=5)
    return made


def go_on(stage: Scene, outbox: MemoryOutbox, *, subscribe_unconfirmed: bool = False) -> None:
    selection = Selection("export", "", TABLE, "", (), MATCHING, Leavers(), outbox.ledger())
    spec = RunSpec(
        selection,
        "7",
        automations=False,
        limit=1000,
        share=1.0,
        waiting=nobody,
        emptied=(),
        lease_seconds=60.0,
        subscribe_unconfirmed=subscribe_unconfirmed,
    )
    watcher = Onlooker()
    context = RunContext(
        stage.warehouse, stage.destination, stage.limits, stage.clock, TimeScale(None), watcher
    )
    execute(spec, context, outbox)


def sign_up(stage: Scene, address: str = SOMEBODY) -> None:
    stage.destination.person(address).lists["7"] = "never_confirmed"


def test_who_signed_up_while_a_plan_waited_is_not_subscribed(stage: Scene) -> None:
    outbox = stage.plan()
    sign_up(stage)
    sign_up(stage, "somebody.else@example.test")
    go_on(stage, outbox)
    assert stage.arrived() == {address: name for address, name in names(10).items() if address != SOMEBODY}
    assert stage.counted() == {(Ended.DELIVERED, ""): 9, (Ended.EXCLUDED, "NEVER_CONFIRMED"): 1}
    assert stage.destination.people[SOMEBODY].lists == {"7": "never_confirmed"}


def test_who_may_subscribe_them_is_not_held_up(stage: Scene) -> None:
    outbox = stage.plan()
    sign_up(stage)
    go_on(stage, outbox, subscribe_unconfirmed=True)
    assert stage.counted() == {(Ended.DELIVERED, ""): 10}


def counting(stage: Scene, asked: list[SuppressionReason], before: Callable[[], None] = lambda: None) -> None:
    page_of = stage.destination.suppressed_page

    def page(target: str, reason: SuppressionReason, after: int) -> SuppressedPage:
        asked.append(reason)
        before()
        return page_of(target, reason, after)

    stage.destination.suppressed_page = page  # type: ignore[method-assign]


def test_a_plan_that_was_just_made_is_not_looked_at_again(stage: Scene) -> None:
    asked: list[SuppressionReason] = []
    counting(stage, asked)
    stage.store.add_run("1", "export")
    go_on(stage, stage.claim())
    assert asked == list(LISTED)
    assert len(stage.arrived()) == 10


def test_a_plan_that_waited_behind_another_run_is(stage: Scene) -> None:
    """The lane of the account was taken for longer than a reading is good."""
    stage.store.add_run("1", "export")
    outbox = stage.claim()
    take, patience = outbox.take_lane, [late_reading.YOUNG + 1]

    def later() -> object:
        if patience:
            stage.clock.sleep(patience.pop())
            outbox.keep_alive()
            sign_up(stage)
        return take()

    outbox.take_lane = later  # type: ignore[method-assign, assignment]
    go_on(stage, outbox)
    assert SOMEBODY not in stage.arrived()
    assert len(stage.arrived()) == 9


def test_who_cancels_during_it_has_nothing_sent(stage: Scene) -> None:
    """I-14: half a reading is no answer."""
    outbox = stage.plan()
    counting(stage, [], lambda: setattr(stage.run_of(), "cancel_requested", True))
    many = stage.destination.suppressed_page

    def paged(target: str, reason: SuppressionReason, after: int) -> SuppressedPage:
        return replace(many(target, reason, after), after=after + 1)

    stage.destination.suppressed_page = paged  # type: ignore[method-assign]
    go_on(stage, outbox)
    assert (stage.run_of().finished, stage.run_of().canceled) == (True, True)
    assert stage.destination.sent == []


def test_a_reading_that_fails_is_raised_before_anything_is_sent(stage: Scene) -> None:
    outbox = stage.plan()

    def away() -> None:
        raise TryLater("SERVER_ERROR", shown="HTTP 500")

    counting(stage, [], away)
    with pytest.raises(TryLater):
        go_on(stage, outbox)
    assert stage.destination.sent == []
