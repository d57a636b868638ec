"""When accepted batches are asked after, and for how long without any news of them (fault 34)."""

from collections.abc import Iterable
from typing import Final

from leleka.core.ports.clock import Clock
from leleka.core.ports.outbox import Batch
from leleka.engine.rate_limit import TimeScale

_FIRST: Final = 2.0
_SLOWEST: Final = 60.0
_GROWTH: Final = 1.6
_GROWS: Final = 20  # polls: by then they are slowest
_PATIENCE: Final = 1800.0  # with no news of the accepted batches for so long, the run ends and reports it
_LEAST_PATIENCE: Final = 10.0


class PollRhythm:
    """Ever more rarely, and not for ever: ``patience`` is how many seconds may pass without news."""

    def __init__(self, time_scale: TimeScale, clock: Clock) -> None:
        self._time_scale = time_scale
        self._clock = clock
        self.patience = max(time_scale.wait(_PATIENCE), _LEAST_PATIENCE)

    def asks_at(self, batch: Batch) -> float:
        """Return when to ask after an accepted batch, by the wall clock."""
        delay = min(_FIRST * _GROWTH ** min(batch.polls, _GROWS), _SLOWEST)
        now = self._clock.now()  # earlier than the acceptance if the clock was set back since
        since = now if batch.polls else min(batch.accepted_at, now)
        return since + self._time_scale.wait(delay)

    def quiet_before(self, batches: Iterable[Batch]) -> float:
        """Return for how long predecessors already waited in vain: otherwise a run that is killed now and
        again would wait forever. Enough time is left to poll each batch and see whether the queue moves.
        """
        now = self._clock.now()
        last = max((batch.accepted_at for batch in batches), default=now)
        look = max(self._time_scale.wait(2 * _SLOWEST), _LEAST_PATIENCE)
        return max(min(now - last, self.patience - look), 0.0)
