"""Looking on while a run is under way: a bar on a terminal, plain lines elsewhere."""

from collections.abc import Mapping
from typing import Final, Self

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from leleka.cli.output import err, is_terminal, say, tell
from leleka.core.messages import Message
from leleka.core.plan import Planned
from leleka.core.ports.clock import Clock
from leleka.core.ports.outbox import Batch, BatchStatus

_EVERY: Final = {True: 0.2, False: 5.0}  # seconds between two looks, on a terminal and elsewhere
_AWAY: Final = frozenset({BatchStatus.ACCEPTED, BatchStatus.CONFIRMED, BatchStatus.ABANDONED})


class RunProgress:
    """``engine.run.Watcher`` for the terminal."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._terminal = is_terminal()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:,.0f} of {task.total:,.0f} confirmed{task.fields[more]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=err,
        )
        self._task: TaskID | None = None
        self._next = 0.0
        self._last = ""
        self._batches: Mapping[int, Batch] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def stage(self, said: Message) -> None:
        self._look()  # what was the last of it
        self._stop()
        tell(said)

    def planned(self, planned: Planned) -> None:
        counts = planned.counts
        say(
            f"Planned: {counts.added:,} added, {counts.changed:,} changed, "
            f"{sum(counts.left.values()):,} left, {counts.unchanged:,} unchanged"
        )

    def progress(self, batches: Mapping[int, Batch]) -> None:
        self._batches = batches
        now = self._clock.monotonic()
        if now >= self._next:
            self._next = now + _EVERY[self._terminal]
            self._look()

    def _look(self) -> None:
        """Tell how far it is: not after every step, which would take ever longer the more batches there are."""
        live = [batch for batch in self._batches.values() if batch.status is not BatchStatus.SPLIT]
        if not live:
            return
        total = sum(batch.rows for batch in live)
        confirmed = sum(batch.rows for batch in live if batch.status is BatchStatus.CONFIRMED)
        accepted = sum(batch.rows for batch in live if batch.status in _AWAY)
        more = f" · {accepted - confirmed:,} accepted" if accepted > confirmed else ""
        if self._terminal:
            self._draw(total, confirmed, more)
        elif (line := f"{confirmed:,} of {total:,} confirmed{more}") != self._last:
            self._last = line
            say(line)

    def _stop(self) -> None:
        if self._task is not None:
            self._bar.stop()

    def _draw(self, total: int, confirmed: int, more: str) -> None:
        if self._task is None:
            self._task = self._bar.add_task("Delivering", total=total, more=more)
            self._bar.start()
        self._bar.update(self._task, completed=confirmed, total=total, more=more)
