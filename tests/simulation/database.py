"""The office over the real outbox, real claims and the real waiting room, in whatever database Django has."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random  # noqa: TID251 - the class, for seeded generators
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

from django.db import transaction

from leleka.core.outbox import Batch, Outbox
from leleka.core.planning import Span
from leleka.engine.pace import Tempo
from leleka.services import waiting
from leleka.state.claims import claim
from leleka.state.models import Account, AttemptRow, Export, Run
from leleka.state.outbox import DjangoOutbox
from tests.fakes.clock import VirtualClock
from tests.fakes.destination import LIMITS
from tests.simulation.far import Far
from tests.simulation.office import IN_FLIGHT, LEASE
from tests.simulation.warehouse import SimWarehouse
from tests.simulation.weather import draw
from tests.simulation.world import World


class DjangoOffice:
    """``tests.simulation.office.Office`` in the database."""

    def __init__(self, clock: VirtualClock, far: Far, warehouses: dict[str, SimWarehouse]) -> None:
        self._clock = clock
        self._far = far
        self._warehouses = warehouses
        self._account = Account.objects.create(type="fake", name="account")
        self._runs: dict[str, int] = {}
        self._exports = {
            name: Export.objects.create(name=name, target="7", matching={}, leavers={}) for name in warehouses
        }
        self._suppressed: set[str] = set()
        self._ended: set[str] = set()
        self._fences: dict[str, int] = {}

    def new_run(self, name: str, export: str) -> None:
        run = Run.objects.create(
            export=self._exports[export],
            account=self._account,
            config={"target": "7"},
            asked_by="a",
            created_at=datetime.fromtimestamp(self._clock.now(), UTC),
        )
        self._runs[name] = run.pk

    def claim(self, name: str, *, previous_is_dead: bool) -> tuple[int, Outbox] | None:
        run = Run.objects.get(pk=self._runs[name])
        fence = claim(
            run, worker="w", now=self._clock.now(), lease_seconds=LEASE, previous_is_dead=previous_is_dead
        )
        if fence is None:
            return None
        self._fences[name] = fence
        outbox = DjangoOutbox(run, fence, clock=self._clock, lease_seconds=LEASE)
        return fence, cast("Outbox", _Suppressing(outbox, self._suppressed))

    def fence(self, name: str) -> int:
        return self._fences.get(name, 0)

    def finished(self) -> set[str]:
        return self._ended

    def ended(self, name: str) -> None:
        if Run.objects.filter(pk=self._runs[name], finished_at__isnull=False).exists():
            self._ended.add(name)

    def wrote(self, name: str, batches: Sequence[Batch]) -> None: ...

    def attempt(self, name: str, number: int, sha256: str) -> bool:
        rows = AttemptRow.objects.filter(batch__run=self._runs[name], batch__number=number)
        last = rows.order_by("-number").first()
        return last is not None and (last.sha256, last.outcome) == (sha256, "")

    def waiting(self, but: str = "") -> set[str]:
        """Ask production, with warehouses instead of a lake and the far side instead of the network."""
        opened = SimpleNamespace(
            destination=self._far, limits=replace(LIMITS, seconds_in_flight=IN_FLIGHT), tempo=Tempo()
        )
        lake = SimpleNamespace(open=lambda reference: reference)
        store = SimpleNamespace(lake=lambda: lake, configuration=lambda: SimpleNamespace(lease_seconds=LEASE))
        with ExitStack() as stack:
            stack.enter_context(patch.object(waiting, "store", store))
            stack.enter_context(patch.object(waiting, "addresses", self._addresses))
            return waiting.waiting_addresses(
                cast("Any", None),
                self._account,
                cast("Any", opened),
                self._clock,
                of_others_than=self._runs.get(but),
            )

    def _addresses(self, session: object, plan: str, spans: Sequence[Span]) -> Sequence[tuple[int, str]]:
        del session
        export, _, reference = plan.partition("/")
        return self._warehouses[export].addresses(f"{export}/{reference}", spans)

    def cancel(self, name: str) -> None:
        moment = datetime.fromtimestamp(self._clock.now(), UTC)
        Run.objects.filter(pk=self._runs[name], finished_at__isnull=True).update(cancel_requested_at=moment)

    def suppress(self, address: str) -> None:
        self._suppressed.add(address)

    def suppressed(self) -> set[str]:
        return set(self._suppressed)


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


def django_world(chance: Random) -> World:
    return World(draw(chance, small=True), chance, office=DjangoOffice)


def forgotten(what: Callable[[], None]) -> None:
    """Do it in a transaction that is undone: each world begins with an empty database."""
    with transaction.atomic():
        what()
        transaction.set_rollback(True)
