"""What a run is doing, written down for whoever looks from elsewhere."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from leleka.core.outbox import Batch
from leleka.core.planning import Planned
from leleka.core.ports import Clock
from leleka.engine.run import Watcher
from leleka.services import database
from leleka.state.models import Run

_LONGEST = Run._meta.get_field("stage").max_length  # noqa: SLF001 - documented by Django
_LONG: Final = 90 * 60.0  # seconds: what other products say an export of this kind takes at most


class Noting:
    """``engine.run.Watcher`` that passes everything on, remembers the last stage with the run, and says so when the
    run takes longer than 90 minutes.
    """

    def __init__(self, watcher: Watcher, run: Run, clock: Clock) -> None:
        self._watcher = watcher
        self._clock = clock
        self._long_at = (run.started_at or run.created_at).timestamp() + _LONG
        self._live = Run.objects.filter(pk=run.pk, finished_at__isnull=True)

    def stage(self, sentence: str) -> None:
        self._watcher.stage(sentence)
        with suppress(*database.ERRORS):  # "the database does not answer" is a stage, too
            self._live.update(stage=sentence[:_LONGEST])

    def planned(self, planned: Planned) -> None:
        self._watcher.planned(planned)

    def progress(self, batches: Mapping[int, Batch]) -> None:
        if self._clock.now() >= self._long_at:
            self._long_at = float("inf")
            self.stage("This run takes longer than 90 minutes; it goes on")
        self._watcher.progress(batches)
