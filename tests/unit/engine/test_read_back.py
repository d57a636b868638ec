"""Additions count as delivered where the destination says so, or where they are found on the list."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from itertools import count, islice

import pytest

from leleka.core.messages import NOTHING, Message
from leleka.core.outcomes import Accepted, Pending, Settled
from leleka.core.ports.destination import Listed
from leleka.core.ports.outbox import LeaseLost, RunCanceled
from leleka.core.statuses import Ended
from leleka.engine.read_back import Proof, ReadBack
from leleka.errors import TryLater
from tests.fakes.outbox import MemoryOutbox
from tests.unit.engine.delivering import Scene, scene
from tests.unit.engine.test_late_reading import go_on

EVERYWHERE = Proof()


class Far:
    """A far side that says how many contacts each batch made, and imports nobody whom it ``skips``."""

    def __init__(self, stage: Scene, known: int = 0, skips: tuple[str, ...] = ()) -> None:
        self.asked: list[str] = []
        self.stage = stage
        poll, contacts = stage.destination.poll, stage.destination.contacts
        for number in range(known):
            stage.destination.person(f"p{number}@example.test")
        left = [known]

        def told(accepted: Accepted) -> Pending | Settled:
            found = poll(accepted)
            if not isinstance(found, Settled):
                return found
            batch = stage.destination.batches[accepted.batch_id]
            there = min(left[0], len(batch.contacts))
            left[0] -= there
            for address in skips:
                stage.destination.person(address).lists.clear()
            return Settled(found.ending, found.failures, len(batch.contacts) - there)

        def looked_up(target: str, address: str) -> bool:
            self.asked.append(address)
            return stage.destination.person(address).lists.get(target) == "active"

        def read(target: str, *_: object) -> Iterator[Listed]:
            self.asked.append("the list")
            return iter(contacts(target))

        stage.destination.poll = told  # type: ignore[method-assign]
        stage.destination.is_listed = looked_up  # type: ignore[method-assign]
        stage.destination.contacts = read  # type: ignore[method-assign,assignment]
        stage.destination.list_size = lambda _target: 100 * 100  # type: ignore[method-assign,assignment]

    def reads_the_list(self) -> None:
        self.stage.destination.list_size = lambda _target: 0  # type: ignore[method-assign,assignment]


@pytest.fixture
def stage() -> Scene:
    return scene(10)


def test_nothing_is_asked_where_all_additions_were_made(stage: Scene) -> None:
    far = Far(stage)
    go_on(stage, stage.plan())
    assert stage.counted() == {(Ended.DELIVERED, ""): 10}
    assert far.asked == []


@pytest.mark.parametrize("whole", [True, False])
def test_who_is_not_on_the_list_is_not_delivered(stage: Scene, *, whole: bool) -> None:
    far = Far(stage, known=2, skips=("p1@example.test",))
    if whole:
        far.reads_the_list()
    go_on(stage, stage.plan())
    assert stage.counted() == {(Ended.DELIVERED, ""): 9, (Ended.UNCONFIRMED, "NOT_READ_BACK"): 1}
    assert (("the list" in far.asked), len(far.asked)) == ((True, 1) if whole else (False, 10))


def test_what_is_unconfirmed_is_sent_again(stage: Scene) -> None:
    Far(stage, known=2, skips=("p1@example.test",))
    outbox = stage.plan()
    go_on(stage, outbox)
    assert len(stage.plan("2").load().batches) == 1


@pytest.mark.parametrize("error", [TryLater("SERVER_ERROR", shown=""), RunCanceled()])
def test_what_cannot_be_read_back_is_not_called_delivered(stage: Scene, error: Exception) -> None:
    far = Far(stage, known=1)
    stage.destination.is_listed = raising(error)  # type: ignore[method-assign,assignment]
    outbox = stage.plan()
    go_on(stage, outbox)
    assert stage.counted() == {(Ended.UNCONFIRMED, "NOT_READ_BACK"): 10}
    assert far.asked == []


def test_the_note_says_how_many_and_why(stage: Scene) -> None:
    Far(stage, known=1)
    stage.destination.is_listed = raising(TryLater("SERVER_ERROR", shown=""))  # type: ignore[method-assign,assignment]
    found, note = back(stage, settled(stage))
    assert (len(found), note.code, note.values["count"]) == (10, "LIST_NOT_READ_BACK", 10)


def test_a_run_that_has_another_owner_ends(stage: Scene) -> None:
    Far(stage, known=1)
    stage.destination.is_listed = raising(LeaseLost())  # type: ignore[method-assign,assignment]
    outbox = settled(stage)
    with pytest.raises(LeaseLost):
        back(stage, outbox)


def raising(error: Exception) -> Callable[[str, str], bool]:
    def broken(_target: str, _address: str) -> bool:
        raise error

    return broken


def settled(stage: Scene) -> MemoryOutbox:
    outbox = stage.plan()
    stage.delivery(outbox).run()
    return outbox


def back(
    stage: Scene, outbox: MemoryOutbox, proof: Proof = EVERYWHERE, most: int | None = None
) -> tuple[Collection[int], Message]:
    state = outbox.load()
    reading = ReadBack(
        stage.destination, stage.warehouse, "7", pulse=lambda: None, tell=stage.said.append, most=most
    )
    return reading.missing(state.plan, state.batches, proof)


@pytest.mark.parametrize("whole", [True, False])
def test_what_was_heard_before_an_error_counts(stage: Scene, *, whole: bool) -> None:
    """The last page of ten thousand fails: a million people are not sent again for it."""
    far = Far(stage, known=1)
    if whole:
        far.reads_the_list()
    outbox, asked = settled(stage), count()
    listed, people = stage.destination.is_listed, stage.destination.contacts

    def looked_up(target: str, address: str) -> bool:
        if next(asked) == 6:
            raise TryLater("SERVER_ERROR", shown="")
        return listed(target, address)

    def read(*_: object) -> Iterator[Listed]:
        yield from islice(people("7"), 6)
        raise TryLater("SERVER_ERROR", shown="")

    stage.destination.is_listed = looked_up  # type: ignore[method-assign]
    stage.destination.contacts = read  # type: ignore[method-assign,assignment]
    found, note = back(stage, outbox)
    assert (len(found), note.code, note.values["count"]) == (4, "LIST_NOT_READ_BACK", 4)


def test_before_another_run_only_so_much_is_asked_and_the_rest_stays_unconfirmed(stage: Scene) -> None:
    far = Far(stage, known=1)
    outbox = settled(stage)
    assert back(stage, outbox, most=9) == (frozenset(range(10)), NOTHING)
    assert far.asked == []
    assert back(stage, outbox, most=10) == (frozenset(), NOTHING)
    assert len(far.asked) == 10


def test_where_updates_are_named_a_batch_proves_itself_only_if_it_names_all(stage: Scene) -> None:
    """As many as it was to add may be those whom it changed, and one of the additions was left out."""
    Far(stage)
    outbox = settled(stage)
    batches = [replace(one, created=one.rows - 1) for one in outbox.load().batches]
    plan = outbox.load().plan
    stage.warehouse.added = lambda _plan, spans: dict.fromkeys(spans, 9)  # type: ignore[method-assign,assignment]
    assert not EVERYWHERE.doubtful(stage.warehouse, plan, batches)
    assert len(Proof(names_updates=True).doubtful(stage.warehouse, plan, batches)) == 10


def test_a_long_reading_says_how_far_it_is(stage: Scene) -> None:
    """Otherwise a run that reads for an hour is called stalled."""
    stage = scene(101)
    far = Far(stage, known=1)
    outbox = settled(stage)
    stage.said.clear()
    back(stage, outbox)
    assert [one.code for one in stage.said] == ["READING_BACK", "READING_BACK_PART", "READING_BACK_PART"]
    assert stage.said[-1].values == {"asked": 100, "about": 101}
    assert len(far.asked) == 101
