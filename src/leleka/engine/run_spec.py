"""What one run is to do, and what it works with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from leleka.core.growth import Growth
from leleka.core.messages import NOTHING, Message, together
from leleka.core.plan import Planned, Selection
from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Destination, Limits
from leleka.core.ports.outbox import Batch
from leleka.core.ports.warehouse import Warehouse
from leleka.engine.guards import confirmation_needed, growth_unconfirmed, plan_limit_unconfirmed
from leleka.engine.pre_send_check import Waiting
from leleka.engine.rate_limit import TimeScale
from leleka.engine.read_back import Proof
from leleka.engine.suppression_reading import NoCache, SuppressionCache


class Watcher(Protocol):
    """Receives progress: a progress bar, a log, or nothing."""

    def stage(self, said: Message) -> None: ...
    def planned(self, planned: Planned) -> None: ...
    def progress(self, batches: Mapping[int, Batch]) -> None: ...


@dataclass(frozen=True, slots=True)
class RunSpec:
    """What one run is to do: the frozen configuration of its export. ``emptied`` and ``audience_before`` tell of the
    last run: which segments had members then, and how many people were selected (None before the first).
    ``plan_limit`` are the contacts the account pays for, ``added_elsewhere`` tells what its other live runs add.
    ``proof`` says when an addition counts as delivered by its batch's answer, and when it is looked for on the list.
    ``subscribe_unconfirmed`` sends those, too, who never confirmed at the list.
    """

    selection: Selection
    target: str
    automations: bool
    limit: int
    share: float
    waiting: Waiting
    emptied: Sequence[str]
    lease_seconds: float
    growth: Growth = field(default_factory=Growth)
    audience_before: int | None = None
    plan_limit: int | None = None
    added_elsewhere: Callable[[], int] = int
    subscribe_unconfirmed: bool = False
    proof: Proof = field(default_factory=Proof)

    def needs_confirmation(self, planned: Planned, held: Callable[[], int | None]) -> Message:
        """Return all reasons why an administrator must confirm this very plan; nothing where none must.

        ``held`` tells how many contacts the account holds, and is asked only where that matters.
        """
        return together(
            confirmation_needed(planned, self.selection.leavers, self.emptied),
            self._beyond_plan(planned, held),
            growth_unconfirmed(planned, self.growth, self.audience_before),
        )

    def _beyond_plan(self, planned: Planned, held: Callable[[], int | None]) -> Message:
        if self.plan_limit is None or not planned.counts.added:
            return NOTHING
        return plan_limit_unconfirmed(planned, self.plan_limit, held(), self.added_elsewhere())


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a run works with, from its plan to its end. The outbox is no part of it: that is handed to whoever has
    claimed the run, and a preview claims nothing.
    """

    warehouse: Warehouse
    destination: Destination
    limits: Limits
    clock: Clock
    time_scale: TimeScale
    watcher: Watcher
    cache: SuppressionCache = field(default_factory=NoCache)
