"""Exclusions are read before a plan and again where it waited; what is not told stops nothing."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from leleka.core.ports.destination import Exclusion, Match
from leleka.core.ports.outbox import LeaseLost, RunCanceled
from leleka.core.statuses import Ended
from leleka.engine.exclusion_reading import LateExclusions, read_exclusions
from leleka.engine.late_reading import YOUNG, LateLook
from leleka.errors import LelekaError, NeedsAttention, TryLater
from tests.unit.engine.delivering import Scene, names, scene
from tests.unit.engine.test_late_reading import go_on
from tests.unit.engine.test_run import SteppingClock

P3 = Exclusion(Match.EXACT, "p3@example.test")


@pytest.fixture
def stage() -> Scene:
    made = scene(10)
    made.clock = made.destination.clock = SteppingClock()
    made.limits = replace(made.limits, rows=5)
    return made


def refusing(stage: Scene, error: Exception, *told: Exclusion) -> None:
    def exclusions(_target: str) -> Iterator[Exclusion]:
        yield from told
        raise error

    stage.destination.exclusions = exclusions  # type: ignore[method-assign,assignment]


def test_what_is_told_is_returned_once(stage: Scene) -> None:
    ends = Exclusion(Match.ENDS, ".test")
    stage.destination.exclusion_list = [P3, ends, P3]
    found, note = read_exclusions(stage.destination, "7", lambda: None)
    assert (found, bool(note)) == ((P3, ends), False)


@pytest.mark.parametrize(
    "error", [NeedsAttention("KEY_REFUSED", status=403), TryLater("SERVER_ERROR", shown="")]
)
def test_what_was_told_before_an_error_counts(stage: Scene, error: LelekaError) -> None:
    refusing(stage, error, P3)
    found, note = read_exclusions(stage.destination, "7", lambda: None)
    assert found == (P3,)
    assert (note.code, note.values["problem"]) == ("EXCLUSIONS_UNREAD", error.problems[0])


@pytest.mark.parametrize("error", [LeaseLost(), RunCanceled(), NeedsAttention("HOST_REDIRECTS", shown="")])
def test_what_ends_a_run_ends_the_reading(stage: Scene, error: LelekaError) -> None:
    refusing(stage, error, P3)
    with pytest.raises(type(error)):
        read_exclusions(stage.destination, "7", lambda: None)


def test_a_reading_hears_that_the_run_is_canceled(stage: Scene) -> None:
    stage.destination.exclusion_list = [P3]
    with pytest.raises(RunCanceled):
        read_exclusions(stage.destination, "7", lambda: True)


def test_a_plan_of_this_process_is_looked_at_again_when_it_is_old(stage: Scene) -> None:
    outbox = stage.plan()
    plan = outbox.load().plan
    spans = tuple(span for batch in outbox.load().batches for span in batch.spans)
    reading = LateExclusions(stage.destination, stage.warehouse, target="7", pulse=lambda: None)
    late = LateLook(stage.clock, reading.read, read_at=stage.clock.monotonic())
    stage.destination.exclusion_list = [P3]
    assert late.look(plan, spans) == frozenset()
    stage.clock.sleep(YOUNG + 1)
    assert late.look(plan, spans) == {"p3@example.test"}
    stage.destination.exclusion_list = []
    assert late.look(plan, spans) == {"p3@example.test"}  # young again
    refusing(stage, TryLater("SERVER_ERROR", shown=""))
    stage.clock.sleep(YOUNG + 1)
    assert late.look(plan, spans) == frozenset()
    assert reading.note.code == "EXCLUSIONS_UNREAD"


def test_who_was_excluded_while_a_plan_waited_is_left_out(stage: Scene) -> None:
    outbox = stage.plan()
    stage.destination.exclusion_list = [P3, Exclusion(Match.BEGINS, "p5@")]
    go_on(stage, outbox)
    left = {"p3@example.test", "p5@example.test"}
    assert stage.arrived() == {address: name for address, name in names(10).items() if address not in left}
    assert stage.counted() == {(Ended.DELIVERED, ""): 8, (Ended.EXCLUDED, "ON_EXCLUSION_LIST"): 2}


def test_a_redirect_stops_no_run_that_is_sending(stage: Scene) -> None:
    """Its imports, and what it asks after them, tell whether the host is wrong."""
    outbox = stage.plan()
    refusing(stage, NeedsAttention("HOST_REDIRECTS", shown="302"))
    stage.clock.sleep(YOUNG + 1)
    go_on(stage, outbox)
    assert stage.counted() == {(Ended.DELIVERED, ""): 10}
