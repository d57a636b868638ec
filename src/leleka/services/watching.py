"""Looking on while a run is under way: its stage and how far it is, written down for the pages."""

from collections.abc import Mapping
from typing import Final

from leleka.core.outbox import Batch, BatchStatus
from leleka.core.planning import Planned
from leleka.core.ports import Clock
from leleka.state.models import Run

_EVERY: Final = 1.0  # seconds
_AWAY: Final = frozenset({BatchStatus.ACCEPTED, BatchStatus.CONFIRMED, BatchStatus.ABANDONED})


class RunWatcher:
    """``engine.run.Watcher`` that keeps ``Run.stage`` and ``Run.progress``: contacts in all, accepted, confirmed,
    and when the first batch was seen to leave, in seconds since 1970.
    """

    def __init__(self, number: int, clock: Clock) -> None:
        self._number = number
        self._clock = clock
        self._next = 0.0
        self._began = 0.0

    def stage(self, sentence: str) -> None:
        Run.objects.filter(pk=self._number).update(stage=sentence[:200])

    def planned(self, planned: Planned) -> None:
        self.stage(f"Planned {planned.counts.added + planned.counts.changed:,} contacts")

    def progress(self, batches: Mapping[int, Batch]) -> None:
        now = self._clock.monotonic()
        if now < self._next:
            return
        self._next = now + _EVERY
        live = [batch for batch in batches.values() if batch.status is not BatchStatus.SPLIT]
        self._began = self._began or self._clock.now()
        told = {
            "total": sum(batch.rows for batch in live),
            "accepted": sum(batch.rows for batch in live if batch.status in _AWAY),
            "confirmed": sum(batch.rows for batch in live if batch.status is BatchStatus.CONFIRMED),
            "began": self._began,
        }
        Run.objects.filter(pk=self._number).update(progress=told)
