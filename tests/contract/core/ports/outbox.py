"""What every outbox must do: the durable state of a run, for the worker that holds its lease."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace

import pytest

from leleka.core.messages import NOTHING
from leleka.core.outcomes import Accepted, Cause, Refused, Unknown
from leleka.core.plan import Counts, Planned, SettledRun, Span
from leleka.core.ports.outbox import Batch, BatchStatus, LaneLost, LeaseLost, Outbox, RejectedRow
from leleka.errors import NeedsAttention
from tests.fakes.clock import VirtualClock

LEASE = 60.0
PLAN = Planned("plan-1", Counts(selected=3, added=3), 0)
SETTLED = SettledRun("outcomes-1", "ledger-1", Counts(selected=3, delivered=3))
FIRST = Batch(1, (Span(0, 1),))
SECOND = Batch(2, (Span(2, 2),))
SENDING = replace(FIRST, status=BatchStatus.SENDING, tries=1, sha256="a" * 64)
ACCEPTED = replace(SENDING, status=BatchStatus.ACCEPTED, remote_id="r-1", accepted_at=5.0)


class World(ABC):
    """An account with two live runs, "1" and "2", each of its own export."""

    clock: VirtualClock

    @abstractmethod
    def claim(self, run: str = "1") -> Outbox:
        """Take the run over, whoever had it."""

    @abstractmethod
    def attempts(self) -> list[tuple[int, int, str]]:
        """Return (batch, number, outcome) of the attempts of run 1, in the order of writing."""

    @abstractmethod
    def lane(self) -> str:
        """Return the run that has the account's lane, "" if it is free."""

    @abstractmethod
    def is_finished(self) -> bool:
        """Return whether run 1 has ended."""

    @abstractmethod
    def request_cancel(self) -> None:
        """Ask run 1 to stop."""

    @abstractmethod
    def set_ledger(self, snapshot: str) -> None:
        """Let another process move the ledger of run 1's export."""


WRITES: dict[str, Callable[[Outbox], object]] = {
    "load": lambda outbox: outbox.load(),
    "keep_alive": lambda outbox: outbox.keep_alive(),
    "planned": lambda outbox: outbox.planned(PLAN, (), needs_confirmation=NOTHING),
    "take_lane": lambda outbox: outbox.take_lane(),
    "release_lane": lambda outbox: outbox.release_lane(),
    "pause": lambda outbox: outbox.pause(9e9, "because"),
    "learn_row_base": lambda outbox: outbox.learn_row_base(1),
    "write_ahead": lambda outbox: outbox.write_ahead((SENDING,), next_send_at=9.0),
    "answered": lambda outbox: outbox.answered(ACCEPTED, Accepted("r-1"), (replace(SECOND, number=3),)),
    "polled": lambda outbox: outbox.polled(replace(FIRST, status=BatchStatus.CONFIRMED)),
    "finish": lambda outbox: outbox.finish(SETTLED, before=None, error=None, canceled=False),
    "fail": lambda outbox: outbox.fail(NeedsAttention("INTERNAL_ERROR")),
}


class OutboxContract(ABC):
    @pytest.fixture
    @abstractmethod
    def world(self) -> World:
        """Return separate state for every test."""

    @pytest.fixture
    def outbox(self, world: World) -> Outbox:
        """Return run 1, planned in two batches, with the lane."""
        outbox = world.claim()
        outbox.planned(PLAN, (FIRST, SECOND), needs_confirmation=NOTHING)
        assert outbox.take_lane() == NOTHING
        return outbox

    def test_a_run_that_was_not_planned_has_no_plan(self, world: World) -> None:
        state = world.claim().load()
        assert (state.plan, state.batches) == ("", ())

    def test_everything_about_a_batch_comes_back(self, world: World, outbox: Outbox) -> None:
        child = Batch(3, (Span(0, 0), Span(7, 9)), parent=1, doubts=1, failures=2)
        outbox.polled(replace(FIRST, status=BatchStatus.SPLIT), (child,))
        full = replace(
            child,
            status=BatchStatus.ABANDONED,
            sha256="b" * 64,
            tries=3,
            doubts=4,
            failures=5,
            not_before=1_700_000_000.25,
            remote_id="r-1",
            accepted_at=1_700_000_001.5,
            polls=6,
            rejected=(RejectedRow(7, "NOT_IMPORTED", "чому?"),),
            code="BATCH_FAILED",
            detail="HTTP 400",
        )
        outbox.polled(full)
        state = world.claim().load()
        assert state.plan == "plan-1"
        assert state.batches == (replace(FIRST, status=BatchStatus.SPLIT), SECOND, full)

    def test_an_attempt_is_written_before_its_outcome(self, world: World, outbox: Outbox) -> None:
        """I-4."""
        outbox.write_ahead((SENDING,), next_send_at=world.clock.now() + 3)
        assert world.attempts() == [(1, 1, "")]
        assert outbox.account().next_send_at == world.clock.now() + 3
        outbox.answered(ACCEPTED, Accepted("r-1"))
        assert world.attempts() == [(1, 1, "accepted")]
        assert world.claim().load().batches == (ACCEPTED, SECOND)

    def test_every_attempt_is_kept_with_its_outcome(self, world: World, outbox: Outbox) -> None:
        outbox.write_ahead((SENDING,), next_send_at=0.0)
        outbox.answered(replace(SENDING, status=BatchStatus.PLANNED), Refused(Cause.THROTTLED, "slower"))
        second = replace(SENDING, tries=2)
        outbox.write_ahead((second,), next_send_at=0.0)
        outbox.answered(replace(second, status=BatchStatus.UNKNOWN, doubts=1), Unknown("silence"))
        assert world.attempts() == [(1, 1, "refused"), (1, 2, "unknown")]

    def test_what_a_dead_process_left_in_flight_is_unknown(self, world: World, outbox: Outbox) -> None:
        """I-4, faults 2 to 4; once, however often it is read."""
        outbox.write_ahead((SENDING, replace(SECOND, status=BatchStatus.SENDING, tries=1)), next_send_at=0.0)
        outbox.answered(ACCEPTED, Accepted("r-1"))
        expected = (ACCEPTED, replace(SECOND, status=BatchStatus.UNKNOWN, tries=1, doubts=1))
        assert world.claim().load().batches == expected
        assert world.claim().load().batches == expected
        assert world.attempts() == [(1, 1, "accepted"), (2, 1, "unknown")]

    def test_what_is_written_together_is_there_as_a_whole(self, world: World, outbox: Outbox) -> None:
        second = replace(SECOND, status=BatchStatus.SENDING, tries=1)
        outbox.write_ahead((SENDING, second), next_send_at=0.0)
        with outbox.together():
            outbox.pause(world.clock.now() + 9, "slower")
            outbox.answered(ACCEPTED, Accepted("r-1"))
            outbox.polled(replace(second, status=BatchStatus.SPLIT), (Batch(3, (Span(7, 9),), parent=2),))
        assert world.attempts() == [(1, 1, "accepted"), (2, 1, "")]
        assert outbox.account().pause_reason == "slower"
        assert [one.status for one in world.claim().load().batches] == ["accepted", "split", "planned"]

    def test_of_what_is_written_together_nothing_is_there_after_an_error(
        self, world: World, outbox: Outbox
    ) -> None:
        outbox.write_ahead((SENDING,), next_send_at=0.0)

        def break_off() -> None:
            with outbox.together():
                outbox.pause(world.clock.now() + 9, "slower")
                outbox.answered(ACCEPTED, Accepted("r-1"))
                outbox.polled(replace(SECOND, status=BatchStatus.SPLIT), (Batch(3, (Span(7, 9),), parent=2),))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            break_off()
        assert world.attempts() == [(1, 1, "")]
        assert outbox.account().pause_reason == ""
        assert [one.status for one in world.claim().load().batches] == ["unknown", "planned"]
        with pytest.raises(LeaseLost), outbox.together():  # another has claimed the run
            outbox.answered(ACCEPTED, Accepted("r-1"))

    def test_an_accepted_attempt_that_was_forgotten_becomes_unknown(
        self, world: World, outbox: Outbox
    ) -> None:
        """F2: it may still take effect, so it belongs to the quarantine."""
        outbox.write_ahead((SENDING,), next_send_at=0.0)
        outbox.answered(ACCEPTED, Accepted("r-1"))
        outbox.polled(replace(ACCEPTED, status=BatchStatus.UNKNOWN, doubts=1))
        assert world.attempts() == [(1, 1, "unknown")]

    @pytest.mark.parametrize("name", WRITES)
    def test_an_old_fence_changes_nothing(self, world: World, outbox: Outbox, name: str) -> None:
        """I-12, fault 7."""
        owner = world.claim()
        owner.load()
        before = (owner.account(), world.attempts(), world.lane(), owner.ledger())
        world.clock.sleep(1.0)
        with pytest.raises(LeaseLost):
            WRITES[name](outbox)
        assert (owner.account(), world.attempts(), world.lane(), owner.ledger()) == before
        assert owner.load().batches == (FIRST, SECOND)
        assert not world.is_finished()

    @pytest.mark.parametrize("name", WRITES)
    def test_a_finished_run_changes_no_more(self, world: World, outbox: Outbox, name: str) -> None:
        """I-13."""
        outbox.finish(SETTLED, before=None, error=None, canceled=False)
        account, attempts = outbox.account(), world.attempts()
        world.clock.sleep(1.0)
        with pytest.raises(LeaseLost):
            WRITES[name](outbox)
        assert (outbox.account(), world.attempts(), world.lane()) == (account, attempts, "")

    def test_the_ledger_moves_when_the_run_ends(self, world: World, outbox: Outbox) -> None:
        assert outbox.ledger() is None
        outbox.finish(SETTLED, before=None, error=None, canceled=False)
        assert world.is_finished()
        assert outbox.ledger() == "ledger-1"

    @pytest.mark.parametrize("before", [None, "ledger-old"])
    def test_the_ledger_moves_only_from_where_it_was(
        self, world: World, outbox: Outbox, before: str | None
    ) -> None:
        """Design 3.6: conditional on the old pointer."""
        world.set_ledger("ledger-other")
        with pytest.raises(LeaseLost):
            outbox.finish(SETTLED, before=before, error=None, canceled=False)
        assert outbox.ledger() == "ledger-other"
        assert not world.is_finished()
        outbox.finish(SETTLED, before="ledger-other", error=None, canceled=False)
        assert outbox.ledger() == "ledger-1"

    def test_a_ledger_that_did_not_change_stays(self, world: World, outbox: Outbox) -> None:
        world.set_ledger("ledger-0")
        outbox.finish(replace(SETTLED, ledger=None), before="ledger-0", error=None, canceled=False)
        assert outbox.ledger() == "ledger-0"

    def test_one_run_of_an_account_delivers_at_a_time(self, world: World, outbox: Outbox) -> None:
        other = world.claim("2")
        assert other.take_lane() != NOTHING
        assert outbox.take_lane() == NOTHING
        assert world.lane() == "1"
        outbox.release_lane()
        assert other.take_lane() == NOTHING
        assert world.lane() == "2"

    def test_nobody_lets_go_of_another_run_s_lane(self, world: World, outbox: Outbox) -> None:  # noqa: ARG002
        world.claim("2").release_lane()
        assert world.lane() == "1"

    @pytest.mark.parametrize("name", ["finish", "fail"])
    def test_the_lane_of_a_run_that_ended_is_free(self, world: World, outbox: Outbox, name: str) -> None:
        WRITES[name](outbox)
        assert world.lane() == ""
        assert world.claim("2").take_lane() == NOTHING

    def test_the_lane_of_a_run_whose_lease_is_over_is_free(self, world: World, outbox: Outbox) -> None:
        world.clock.sleep(LEASE - 1)
        other = world.claim("2")
        assert other.take_lane() != NOTHING
        world.clock.sleep(2)
        assert other.take_lane() == NOTHING
        with pytest.raises(LaneLost):
            outbox.write_ahead((SENDING,), next_send_at=9.0)
        assert world.attempts() == []
        assert outbox.account().next_send_at == 0.0
        assert outbox.load().batches == (FIRST, SECOND)

    def test_a_pause_is_never_shortened(self, world: World, outbox: Outbox) -> None:
        other = world.claim("2")
        outbox.pause(100.0, "slower")
        other.pause(50.0, "a little")
        assert (other.account().paused_until, other.account().pause_reason) == (100.0, "slower")
        other.pause(200.0, "much slower")
        assert (outbox.account().paused_until, outbox.account().pause_reason) == (200.0, "much slower")

    def test_what_was_learned_of_an_account_is_known_to_all_its_runs(
        self, world: World, outbox: Outbox
    ) -> None:
        assert outbox.account().row_base is None
        outbox.learn_row_base(0)
        assert world.claim("2").account().row_base == 0

    def test_the_lease_is_renewed_while_the_run_is_kept_alive(self, world: World, outbox: Outbox) -> None:
        for _ in range(10):
            world.clock.sleep(LEASE / 2)
            assert not outbox.keep_alive()
            assert outbox.lease_left() == LEASE
        assert world.claim("2").take_lane() != NOTHING

    def test_a_lease_runs_out_by_itself(self, world: World, outbox: Outbox) -> None:
        world.clock.sleep(LEASE + 5)
        assert outbox.lease_left() == -5.0

    def test_a_cancel_is_seen_within_a_second(self, world: World, outbox: Outbox) -> None:
        """I-14."""
        assert not outbox.keep_alive()
        world.request_cancel()
        world.clock.sleep(1.0)
        assert outbox.keep_alive()
