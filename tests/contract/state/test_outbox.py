"""The outbox in memory and the one in the database, under one contract."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from leleka.core.messages import NOTHING, Message
from leleka.core.ports.outbox import Outbox
from leleka.messages.progress import in_english
from leleka.messages.stored import said_of
from leleka.state.models import Account, AttemptRow, Export, Ledger, Run, RunStatus
from leleka.state.outbox import DjangoOutbox
from tests.contract.core.ports.outbox import LEASE, PLAN, OutboxContract, World
from tests.fakes.clock import VirtualClock
from tests.fakes.configuration import stored
from tests.fakes.outbox import MemoryOutbox, MemoryStore


class MemoryWorld(World):
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.store = MemoryStore()
        self.store.add_run("1", "export 1")
        self.store.add_run("2", "export 2")

    def claim(self, run: str = "1") -> Outbox:
        return MemoryOutbox(self.store, run, self.clock, LEASE)

    def attempts(self) -> list[tuple[int, int, str]]:
        return [(one.batch, one.number, one.outcome) for one in self.store.runs["1"].attempts]

    def lane(self) -> str:
        return self.store.lane

    def is_finished(self) -> bool:
        return self.store.runs["1"].finished

    def request_cancel(self) -> None:
        self.store.runs["1"].cancel_requested = True

    def set_ledger(self, snapshot: str) -> None:
        self.store.ledgers["export 1"] = snapshot


class DjangoWorld(World):
    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.account = Account.objects.create(type="fake", name="account")
        self.runs = {name: self._run(name).pk for name in ("1", "2")}

    def _run(self, name: str) -> Run:
        export = Export.objects.create(name=f"export {name}", target="7", matching={}, leavers={})
        return Run.objects.create(
            export=export,
            account=self.account,
            config=stored(target="7"),
            asked_by="a",
            created_at=timezone.now(),
        )

    def claim(self, run: str = "1") -> DjangoOutbox:
        row = Run.objects.get(pk=self.runs[run])
        row.fence += 1
        row.lease_until = self.clock.now() + LEASE
        row.save()
        return DjangoOutbox(row, row.fence, clock=self.clock, lease_seconds=LEASE)

    def attempts(self) -> list[tuple[int, int, str]]:
        rows = AttemptRow.objects.filter(batch__run=self.runs["1"]).order_by("pk")
        return list(rows.values_list("batch__number", "number", "outcome"))

    def lane(self) -> str:
        held = Account.objects.get(pk=self.account.pk).lane_id
        return next((name for name, pk in self.runs.items() if pk == held), "")

    def is_finished(self) -> bool:
        return Run.objects.get(pk=self.runs["1"]).finished_at is not None

    def request_cancel(self) -> None:
        Run.objects.filter(pk=self.runs["1"]).update(cancel_requested_at=timezone.now())

    def set_ledger(self, snapshot: str) -> None:
        run = Run.objects.get(pk=self.runs["1"])
        Ledger.objects.update_or_create(
            export=run.export, account=self.account, target="7", defaults={"snapshot": snapshot}
        )


class TestMemoryOutbox(OutboxContract):
    @pytest.fixture
    def world(self) -> World:
        return MemoryWorld()


@pytest.mark.usefixtures("db")
class TestDjangoOutbox(OutboxContract):
    @pytest.fixture
    def world(self, db: None) -> World:  # noqa: ARG002 - opens the database
        return DjangoWorld()

    def test_of_two_runs_at_once_one_takes_the_lane(self) -> None:
        """Where reads do not lock, as on PostgreSQL, another run may come between the read and the update."""
        world = DjangoWorld()
        first, second = world.claim("1"), world.claim("2")
        others = iter([second])

        def get_in_between(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
            result = execute(sql, *rest)
            if sql.startswith("SELECT") and "lane_id" in sql:
                for other in others:
                    assert other.take_lane() == NOTHING
            return result

        with connection.execute_wrapper(get_in_between):
            assert first.take_lane() != NOTHING
        assert world.lane() == "2"

    def test_a_run_is_queued_while_another_one_of_the_account_delivers(self) -> None:
        """Design 3.1. A run that is being canceled stays so."""
        world = DjangoWorld()
        first, second = world.claim("1"), world.claim("2")
        queued = Run.objects.filter(pk=world.runs["2"])
        queued.update(status=RunStatus.PROCESSING)
        assert first.take_lane() == NOTHING
        assert second.take_lane() != NOTHING
        assert queued.get().status == RunStatus.QUEUED
        first.release_lane()
        assert second.take_lane() == NOTHING
        assert queued.get().status == RunStatus.PROCESSING
        queued.update(status=RunStatus.CANCELING)
        second.take_lane()
        assert queued.get().status == RunStatus.CANCELING

    def test_what_a_worker_believes_of_its_lease_ends_before_what_others_see(self) -> None:
        """F3: also if it was suspended in the middle of renewing it."""

        class StoppedClock(VirtualClock):
            def now(self) -> float:
                then = super().now()
                self.sleep(20.0)
                return then

        world = DjangoWorld()
        stopped = StoppedClock()
        outbox = DjangoOutbox(Run.objects.get(pk=world.runs["1"]), 0, clock=stopped, lease_seconds=LEASE)
        outbox.pause(1.0, "")
        world.clock.sleep(stopped.monotonic())
        seen_by_others = Run.objects.get(pk=world.runs["1"]).lease_until - world.clock.now()
        assert outbox.lease_left() <= seen_by_others

    def test_a_plan_that_must_be_confirmed_waits(self) -> None:
        """I-11."""
        world = DjangoWorld()
        reason = Message("LEAVERS_MARKED_EMPTIED", leaving=3, names=["Gold"])
        world.claim().planned(PLAN, (), needs_confirmation=reason)
        run = Run.objects.get(pk=world.runs["1"])
        assert (run.status, run.confirmation_reason) == (RunStatus.NEEDS_CONFIRMATION, in_english(reason))
        assert said_of(run.confirmation_told) == reason

    def test_a_reason_longer_than_its_column_is_kept_whole_by_its_code(self) -> None:
        world = DjangoWorld()
        reason = Message("LEAVERS_MARKED_EMPTIED", leaving=3, names=[f"{n}".zfill(200) for n in range(9)])
        world.claim().planned(PLAN, (), needs_confirmation=reason)
        run = Run.objects.get(pk=world.runs["1"])
        assert (len(run.confirmation_reason), said_of(run.confirmation_told)) == (1_000, reason)
