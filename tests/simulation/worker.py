"""One process executing one run: production planning, delivery and settling, a step at a time."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import DatabaseError

from leleka.core.data_matching import DataMatching, LeaverPolicy, Leavers, Line
from leleka.core.messages import NOTHING, Message
from leleka.core.plan import Planned
from leleka.core.ports.outbox import Batch, LeaseLost, Outbox
from leleka.engine.delivery import Delivery
from leleka.engine.delivery_ports import DeliveryPorts, Job
from leleka.engine.rate_limit import ImportLimiter, TimeScale
from leleka.engine.run import _settle, never_confirmed, preview
from leleka.engine.run_spec import RunContext, RunSpec
from leleka.errors import LelekaError
from tests.fakes.destination import LIMITS
from tests.fakes.outbox import ProcessDied
from tests.simulation.office import IN_FLIGHT
from tests.simulation.points import pointed
from tests.simulation.wire import Wire

if TYPE_CHECKING:
    from leleka.core.ports.destination import Limits
    from leleka.core.ports.warehouse import Warehouse
    from leleka.engine.pre_send_check import NeverConfirmed
    from tests.simulation.world import World

MARK = Leavers(LeaverPolicy.MARK, "field:1", "yes", "no")


@dataclass(frozen=True)
class Export:
    """What is exported: one column into one field, so that exports of one account do not share fields."""

    name: str
    field: str
    leavers: Leavers

    @property
    def matching(self) -> DataMatching:
        return DataMatching("id", (Line("name", self.field),))


class Silent:
    def stage(self, said: Message) -> None: ...
    def planned(self, planned: Planned) -> None: ...
    def progress(self, batches: Mapping[int, Batch]) -> None: ...


class Worker:
    """``alive`` ends with the run, with a death, or when another one took over."""

    def __init__(self, world: "World", export: Export, run: str, fence: int, inner: Outbox) -> None:
        self.world = world
        self.export = export
        self.run = run
        self.fence = fence
        self.alive = True
        self.frozen = False
        self.outbox = pointed(self, inner)
        self.warehouse: Warehouse = world.warehouses[export.name]
        self.wire = Wire(self)
        self.plan = ""
        self.order: RunSpec
        self.look: NeverConfirmed
        self.cache = world.cache(run)
        self.delivery: Delivery | None = None
        self.step_began = self.written_at = world.clock.monotonic()
        shape = world.shape
        self.limits: Limits = replace(
            LIMITS,
            rows=shape.rows,
            requests_per_minute=shape.per_minute,
            single_requests_per_minute=shape.single_per_minute,
        )

    def step(self) -> None:
        world, self.step_began = self.world, self.world.clock.monotonic()
        before, world.acting = world.acting, self
        try:
            self._advance()
        except ProcessDied:
            world.stats.crashes += 1
            world.died.add(self.run)
            self._gone()
        except DatabaseError:
            self._interrupted()
        except LeaseLost:
            self.alive = False
        finally:
            world.acting = before

    def _interrupted(self) -> None:
        """Like ``worker.runs.execution``: let the run go as far as the database allows, and take it up again."""
        world = self.world
        with suppress(DatabaseError):
            world.office.release(self.run, self.fence)
        if world.office.fence(self.run) == self.fence:
            world.interrupted.add(self.run)
        self._gone()

    def _gone(self) -> None:
        """The last commit may have arrived all the same, and ended the run."""
        self.alive, self.world.acting = False, None
        if self.run not in self.world.office.finished():
            self.world.office.ended(self.run)
            if self.run in self.world.office.finished():
                self.world.settled()

    def _advance(self) -> None:
        if self.delivery is None:
            try:
                self._begin()
            except LeaseLost:
                raise
            except LelekaError as error:
                self.outbox.fail(error)
                self.alive = False
        elif not self.delivery.done():
            self.delivery.step()
        else:
            self._end(self.delivery)

    def _begin(self) -> None:
        state = self.outbox.load()
        plan, batches, read_at = state.plan, state.batches, None
        if not plan:
            self.world.office.settle_late(self)
        self.order = self.world.office.order(self)
        if not plan:
            self.world.plans(self)
            planned, batches, read_at = preview(self.order, self._ground(), self.outbox.keep_alive)
            self.world.point(self, "after plan")
            self.outbox.planned(planned, batches, needs_confirmation=NOTHING)
            plan = planned.reference
        self.plan = plan
        self.look = never_confirmed(self.order, self._ground(), self.outbox, read_at)
        self.delivery = Delivery(
            Job(plan, automations=False, seconds_in_flight=IN_FLIGHT), self._tools(), batches
        )

    def _end(self, delivery: Delivery) -> None:
        _settle(self.order, self._ground(), self.outbox, (self.plan, delivery), error=delivery.error)
        self.alive = False

    def _tools(self) -> DeliveryPorts:
        world = self.world
        return DeliveryPorts(
            outbox=self.outbox,
            warehouse=self.warehouse,
            destination=world.far,
            senders=self.wire,
            clock=world.clock,
            time_scale=TimeScale(),
            pace=ImportLimiter(self.limits, TimeScale(), world.clock, share=world.share),
            stage=Silent().stage,
            progress=Silent().progress,
            waiting=self.waiting,
            never_confirmed=self.look,
        )

    def waiting(self) -> set[str]:
        return self.world.office.waiting(self.run)

    def _ground(self) -> RunContext:
        world = self.world
        ports = self.warehouse, world.far, self.limits, world.clock, TimeScale(), Silent()
        return RunContext(*ports, self.cache)
