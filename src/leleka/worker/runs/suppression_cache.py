"""Readings of whom a list must not be written to, kept page by page (decision 0015).

A run goes on with what it had read itself before it was killed, and uses a whole reading of another run that began
after it was asked for: whoever had unsubscribed by then is in it.
"""

from collections.abc import Iterator, Sequence

from leleka.core.ports.destination import Suppressed, SuppressionReason
from leleka.engine.rate_limit import TimeScale
from leleka.engine.suppression_reading import LISTED, Progress
from leleka.services.installation import lake_sessions
from leleka.services.system.snapshot_references import LONGEST
from leleka.state.models import Run, SuppressedReading
from leleka.warehouse import suppression_snapshots
from leleka.worker.job_context import JobContext


class StoredSuppressionCache:
    """``engine.suppression_reading.SuppressionCache`` of one run."""

    def __init__(self, job: JobContext, run: Run, time_scale: TimeScale) -> None:
        self._session = job.session
        self._run = run
        self._clock = job.clock
        self._tempo = time_scale
        self._used: SuppressedReading | None = None
        self._reasons: Sequence[SuppressionReason] = LISTED

    def progress(self, reasons: Sequence[SuppressionReason]) -> Progress:
        self._reasons = reasons
        self._used = self._found() or self._begun()
        stored = self._used.after  # by a version that did not read them all, perhaps
        return Progress({reason: stored.get(reason, 0) for reason in reasons}, self._used.requests)

    def people(self) -> Iterator[Suppressed]:
        parts = self._used.parts if self._used else ()
        return suppression_snapshots.read(self._session, lake_sessions.lake(), parts)

    def keep(self, people: Sequence[Suppressed], progress: Progress) -> None:
        mine = self._used or self._begun()
        part = suppression_snapshots.write(
            self._session, lake_sessions.lake(), name=self._run.export.name, people=people
        )
        mine.parts = [*mine.parts, part]
        mine.after = _data(progress)
        mine.requests = progress.requests
        mine.whole = not progress.open()
        mine.save()

    def _found(self) -> SuppressedReading | None:
        """Of the run itself any, of others a whole one of all reasons; none that began too long ago, or in a time to
        come.
        """
        now, run = self._clock.now(), self._run
        young = SuppressedReading.objects.filter(
            began_at__gt=now - self._tempo.wait(LONGEST), began_at__lte=now
        )
        others = young.filter(
            run__account=run.account,
            target=run.configuration.target,
            whole=True,
            began_at__gt=run.created_at.timestamp(),
        )
        others = others.filter(after__has_keys=[reason.value for reason in self._reasons])
        found = [*young.filter(run=run), *others.order_by("-began_at")]
        lake = lake_sessions.lake()
        return next((one for one in found if all(map(lake.is_sound, one.parts))), None)

    def _begun(self) -> SuppressedReading:
        anew = {
            "target": self._run.configuration.target,
            "began_at": self._clock.now(),
            "after": _data(Progress(dict.fromkeys(self._reasons, 0))),
            "requests": 0,
            "parts": [],
            "whole": False,
        }
        return SuppressedReading.objects.update_or_create(run=self._run, defaults=anew)[0]


def _data(progress: Progress) -> dict[str, int | None]:
    return {reason.value: last for reason, last in progress.after.items()}
