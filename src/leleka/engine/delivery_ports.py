"""What a delivery is given: its job, and the tools for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from leleka.core.messages import Message
from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Destination
from leleka.core.ports.outbox import Batch, Outbox
from leleka.core.ports.warehouse import Warehouse
from leleka.engine.pre_send_check import (
    NeverConfirmed,
    OnExclusionList,
    Waiting,
    all_confirmed,
    nobody_excluded,
)
from leleka.engine.rate_limit import ImportLimiter, TimeScale
from leleka.engine.sender_pool import Senders


@dataclass(frozen=True, slots=True)
class Job:
    """The input of a delivery."""

    plan: str
    automations: bool
    seconds_in_flight: float


@dataclass(frozen=True, slots=True)
class DeliveryPorts:
    """The tools of a delivery."""

    outbox: Outbox
    warehouse: Warehouse
    destination: Destination
    senders: Senders
    clock: Clock
    time_scale: TimeScale
    pace: ImportLimiter
    stage: Callable[[Message], None]
    progress: Callable[[Mapping[int, Batch]], None]
    waiting: Waiting
    never_confirmed: NeverConfirmed = all_confirmed
    on_exclusion_list: OnExclusionList = nobody_excluded
