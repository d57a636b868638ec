"""What a run is doing, written down for whoever looks from elsewhere."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import structlog

from leleka.core.clock import utc_now
from leleka.core.messages import Message
from leleka.core.plan import Planned
from leleka.core.ports.clock import Clock
from leleka.core.ports.outbox import Batch, BatchStatus
from leleka.engine.run_spec import Watcher
from leleka.messages.progress import in_english
from leleka.messages.stored import said_data
from leleka.services.installation import database_outage
from leleka.state.models import Run

log = structlog.get_logger(__name__)
_LONGEST = Run._meta.get_field("stage").max_length
_EVERY: Final = 1.0  # seconds
_AWAY: Final = frozenset({BatchStatus.ACCEPTED, BatchStatus.CONFIRMED, BatchStatus.ABANDONED})
_LONG: Final = 90 * 60.0  # seconds: what other products say an export of this kind takes at most


class ProgressRecorder:
    """``engine.run.Watcher`` that passes everything on, and remembers with the run its stage and how far it is:
    contacts in all, accepted, confirmed, and when the first was seen to leave. It says so when the run takes longer
    than 90 minutes.
    """

    def __init__(self, watcher: Watcher, run: Run, clock: Clock) -> None:
        self._watcher = watcher
        self._clock = clock
        self._long_at = (run.started_at or run.created_at).timestamp() + _LONG
        self._next = 0.0
        self._began = 0.0
        self._standing: dict[str, int] = {}
        self._live = Run.objects.filter(pk=run.pk, finished_at__isnull=True)

    def stage(self, said: Message) -> None:
        self._watcher.stage(said)
        sentence = in_english(said)
        log.debug("run stage", stage=sentence)
        with suppress(*database_outage.ERRORS):  # "the database does not answer" is a stage, too
            self._live.update(
                stage=sentence[:_LONGEST], stage_told=said_data(said), stepped_at=utc_now(self._clock)
            )

    def planned(self, planned: Planned) -> None:
        self._watcher.planned(planned)
        counts = planned.counts
        log.info("run planned", selected=counts.selected, added=counts.added, changed=counts.changed)

    def progress(self, batches: Mapping[int, Batch]) -> None:
        if self._clock.now() >= self._long_at:
            self._long_at = float("inf")
            self.stage(Message("LONGER_THAN_90_MINUTES"))
        if self._clock.monotonic() >= self._next:
            self._next = self._clock.monotonic() + _EVERY
            self._began = self._began or self._clock.now()
            standing = _standing(batches)
            stepped = {} if standing == self._standing else {"stepped_at": utc_now(self._clock)}
            self._standing = standing
            self._live.update(progress={**standing, "began": self._began}, **stepped)
        self._watcher.progress(batches)


def _standing(batches: Mapping[int, Batch]) -> dict[str, int]:
    """Once around: a million contacts are thousands of batches, and this is asked every second."""
    total = accepted = confirmed = 0
    for batch in batches.values():
        if batch.status is BatchStatus.SPLIT:
            continue
        rows = batch.rows
        total += rows
        if batch.status in _AWAY:
            accepted += rows
        if batch.status is BatchStatus.CONFIRMED:
            confirmed += rows
    return {"total": total, "accepted": accepted, "confirmed": confirmed}


class NullWatcher:
    """``engine.run.Watcher`` of a process that nobody sits in front of."""

    def stage(self, said: Message) -> None:
        """The run has it."""

    def planned(self, planned: Planned) -> None:
        """The run has it."""

    def progress(self, batches: Mapping[int, Batch]) -> None:
        """The run has it."""
