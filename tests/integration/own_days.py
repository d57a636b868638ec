"""Segments with days of their own: a Monday to begin on, their schedules, and refreshes that are carried out."""

from datetime import UTC, datetime
from typing import Final

import pytest

from leleka.core.ports.clock import Clock
from leleka.services.segments import states
from leleka.services.segments.contracts import SegmentSettings
from leleka.state.models import Segment
from leleka.worker import schedules as worker_schedules
from leleka.worker.refresh import runner as refresh_runner
from tests.fakes.clock import VirtualClock
from tests.integration.office import ALICE

DAY: Final = 86_400.0
MONDAY: Final = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(MONDAY.timestamp())


def segment(name: str = "Gold") -> Segment:
    return Segment.objects.get(name=name)


def follow(schedule: object, clock: Clock, name: str = "Gold") -> None:
    row = segment(name)
    states.set_settings(ALICE, row.pk, SegmentSettings(schedule=schedule), row.version, clock)


def walk(clock: Clock) -> None:
    """Carry out the refreshes that were asked for."""
    while (turn := refresh_runner.next_to_walk(clock)) is not None:
        refresh_runner.carry_out(turn, clock)
    worker_schedules.close_finished(clock)
