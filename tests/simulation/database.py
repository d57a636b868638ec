"""The installation over the real outbox, claims, quarantine, late confirmations and run requests, in Django's
database.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random  # noqa: TID251 - the class, for seeded generators
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

from django.db import transaction

from leleka.core.data_matching import leavers_of, matching_of
from leleka.core.growth import growth_of
from leleka.core.plan import Span
from leleka.core.ports.outbox import Batch, Outbox
from leleka.core.run_configuration import Frozen, RunConfiguration
from leleka.engine.rate_limit import TimeScale
from leleka.engine.run_spec import RunSpec
from leleka.services.connections.open_destination import Opened
from leleka.state.lease import RUN_LEASE
from leleka.state.models import Account, AttemptRow, BatchRow, Export, Ledger, RequestTraffic, Run
from leleka.state.outbox import DjangoOutbox
from leleka.worker.job_context import JobContext
from leleka.worker.runs import frozen_configuration, late_confirmations, waiting_addresses
from leleka.worker.runs.progress import NullWatcher
from tests.fakes.configuration import OUTLINED
from tests.fakes.destination import LIMITS
from tests.simulation.far import Violation
from tests.simulation.office import IN_FLIGHT, LEASE, SHARE, TABLE
from tests.simulation.tap import Tap, tapped
from tests.simulation.weather import Shape, draw
from tests.simulation.worker import Export as Asked
from tests.simulation.worker import Worker
from tests.simulation.world import World

if TYPE_CHECKING:
    from tests.simulation.warehouse import SimWarehouse


class DjangoOffice:
    """``tests.simulation.office.Office`` in the database."""

    def __init__(self, world: World, tap: Tap) -> None:
        self._clock = world.clock
        self._warehouses = world.warehouses
        limits = replace(LIMITS, seconds_in_flight=IN_FLIGHT)
        self._opened = Opened(world.far, limits, TimeScale())
        self._job = JobContext(cast("Any", None), world.clock, NullWatcher())
        self._account = Account.objects.create(type="fake", name="account")
        self._runs: dict[str, int] = {}
        self._exports = {
            one.name: Export.objects.create(
                name=one.name, target="7", matching=_matching(one), leavers=_leavers(one)
            )
            for one in world.exports
        }
        self._suppressed: set[str] = set()
        self._ended: set[str] = set()
        self._fences: dict[str, int] = {}
        tap.world = world

    def new_run(self, name: str, export: Asked) -> None:
        row = self._exports[export.name]
        run = Run.objects.create(
            export=row,
            account=self._account,
            config=_frozen(row).to_data(),
            asked_by="a",
            created_at=self._moment(),
        )
        self._runs[name] = run.pk

    def reconfigure(self, export: Asked) -> None:
        row = self._exports[export.name]
        row.matching = _matching(export)
        row.save(update_fields=("matching",))

    def order(self, worker: Worker) -> RunSpec:
        run = Run.objects.select_related("export").get(pk=self._runs[worker.run])
        order = frozen_configuration.spec_of(run.export, self._account, run.configuration)
        return replace(order, waiting=worker.waiting)

    def settle_late(self, worker: Worker) -> None:
        def pulse() -> None:
            worker.outbox.keep_alive()
            worker.world.point(worker, "before late poll")

        late_confirmations.settle_late(self._job, self._account, self._opened, pulse)
        worker.world.settled()

    def ledger(self, export: str) -> str:
        found = Ledger.objects.filter(export=self._exports[export]).values_list("snapshot", flat=True)
        return found.first() or ""

    def claim(self, name: str, *, previous_is_dead: bool) -> tuple[int, Outbox] | None:
        run = Run.objects.get(pk=self._runs[name])
        fence = RUN_LEASE.claim(
            run, worker="w", now=self._clock.now(), lease_seconds=LEASE, previous_is_dead=previous_is_dead
        )
        if fence is None:
            return None
        self._fences[name] = fence
        outbox = DjangoOutbox(run, fence, clock=self._clock, lease_seconds=LEASE)
        return fence, cast("Outbox", _Suppressing(outbox, self._suppressed))

    def release(self, name: str, fence: int) -> None:
        RUN_LEASE.release(self._runs[name], fence)

    def fence(self, name: str) -> int:
        return self._fences.get(name, 0)

    def finished(self) -> set[str]:
        return self._ended

    def ended(self, name: str) -> None:
        run = Run.objects.get(pk=self._runs[name])
        if run.finished_at is None:
            return
        self._ended.add(name)
        made = AttemptRow.objects.filter(batch__run=run).count()
        if run.outcomes and run.requests != made:
            raise Violation(f"I-2 {name} made {made} requests, and tells of {run.requests}")

    def wrote(self, name: str, batches: Sequence[Batch]) -> None: ...

    def attempt(self, name: str, number: int, sha256: str) -> bool:
        rows = AttemptRow.objects.filter(batch__run=self._runs[name], batch__number=number)
        last = rows.order_by("-number").first()
        return last is not None and (last.sha256, last.outcome) == (sha256, "")

    def waiting(self, but: str = "") -> set[str]:
        return waiting_addresses.waiting_addresses(
            self._job, self._account, self._opened, of_others_than=self._runs.get(but)
        )

    def warehouse_of(self, plan: str) -> "SimWarehouse":
        return self._warehouses[plan.partition("/")[0]]

    def cancel(self, name: str) -> None:
        Run.objects.filter(pk=self._runs[name], finished_at__isnull=True).update(
            cancel_requested_at=self._moment()
        )

    def suppress(self, address: str) -> None:
        self._suppressed.add(address)

    def suppressed(self) -> set[str]:
        return set(self._suppressed)

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC)


@dataclass
class _Suppressing:
    """The real outbox with a suppression set that needs no key."""

    inner: DjangoOutbox
    addresses: set[str]

    def anybody_suppressed(self) -> bool:
        return bool(self.addresses)

    def suppressed_among(self, addresses: Sequence[str]) -> set[str]:
        return self.addresses.intersection(addresses)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def _matching(export: Asked) -> dict[str, Any]:
    line = {"column": "name", "to": export.field, "when_empty": "keep"}
    return {"email": "id", "lines": [line], "tags": [], "phone_country": ""}


def _leavers(export: Asked) -> dict[str, str]:
    leavers = export.leavers
    return {
        "policy": leavers.policy.value,
        "field": leavers.field,
        "member": leavers.member,
        "leaver": leavers.leaver,
    }


def _frozen(export: Export) -> RunConfiguration:
    """What ``worker.runs.frozen_configuration.freeze`` gives, of an export whose people are in no lake."""
    return replace(
        OUTLINED,
        export=export.name,
        target=export.target,
        share=SHARE,
        automations=export.automations,
        limit=export.limit,
        matching=matching_of(export.matching),
        leavers=leavers_of(export.leavers),
        growth=growth_of(export.growth),
        frozen=Frozen(TABLE, "", ""),
    )


class _Lake:
    """``LakeWarehouse`` over the warehouses of the current world."""

    def __init__(self, warehouse_of: Callable[[str], "SimWarehouse"], meanwhile: Callable[[], None]) -> None:
        self._of = warehouse_of
        self._meanwhile = meanwhile

    def confirm(self, plan: str, **words: Any) -> str | None:
        answer = self._of(plan).confirm(plan, **words)
        self._meanwhile()  # the ledger may move now, between reading it and the commit
        return answer

    def sequence(self, plan: str, addresses: Sequence[str], spans: Sequence[Span]) -> Mapping[str, int]:
        return self._of(plan).sequence(plan, addresses, spans)

    def added(self, plan: str, spans: Mapping[int, Sequence[Span]]) -> Mapping[int, int]:
        return self._of(plan).added(plan, spans)

    def unlisted(self, plan: str, spans: Sequence[Span], listed: Iterable[str]) -> Sequence[int]:
        return self._of(plan).unlisted(plan, spans, listed)


@contextmanager
def premises() -> Iterator[Tap]:
    """Services find the world's warehouses where they look for a lake, and nothing is left of earlier worlds."""
    _clear()

    def warehouse_of(plan: str) -> "SimWarehouse":
        return cast("DjangoOffice", cast("World", tap.world).office).warehouse_of(plan)

    def addresses(_: object, plan: str, spans: Sequence[Span]) -> Sequence[tuple[int, str]]:
        return warehouse_of(plan).addresses(plan, spans)

    def meanwhile() -> None:
        if tap.world is not None and tap.world.acting is not None:
            tap.world.point(tap.world.acting, "before late commit")

    lake = SimpleNamespace(open=lambda reference: reference, is_sound=bool)
    sessions = SimpleNamespace(lake=lambda: lake)
    settings = SimpleNamespace(configuration=lambda: SimpleNamespace(lease_seconds=LEASE))
    with ExitStack() as stack:
        tap = stack.enter_context(tapped())
        for module in (waiting_addresses, late_confirmations, frozen_configuration):
            stack.enter_context(patch.object(module, "lake_sessions", sessions))
        for module in (waiting_addresses, frozen_configuration):
            stack.enter_context(patch.object(module, "installation_configuration", settings))
        stack.enter_context(patch.object(waiting_addresses, "addresses", addresses))
        stack.enter_context(
            patch.object(late_confirmations, "LakeWarehouse", lambda *_: _Lake(warehouse_of, meanwhile))
        )
        yield tap


def _clear() -> None:
    with transaction.atomic():
        Account.objects.update(lane=None)
        for model in (AttemptRow, BatchRow, Ledger, Run, Export, RequestTraffic, Account):
            model.objects.all()._raw_delete("default")


def django_world(chance: Random, fate: Random | None, tap: Tap) -> World:
    return shaped(draw(chance, fate, small=True), chance, fate, tap)


def shaped(shape: Shape, chance: Random, fate: Random | None, tap: Tap, die_at: int = 0) -> World:
    return World(shape, chance, fate, office=lambda world: DjangoOffice(world, tap), die_at=die_at)
