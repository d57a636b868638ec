"""The web process watches over the workers: one that is dead cannot say so itself.

Notices are made and sent from here for as long as no worker is alive.
"""

from threading import Event, Thread
from typing import Final

import structlog
from django.db import close_old_connections

from leleka.core.clock import SystemClock
from leleka.core.ports.clock import Clock
from leleka.services.installation import database_outage
from leleka.services.monitoring import readiness, workers
from leleka.worker.notices import sweep

log = structlog.get_logger(__name__)
_LOOK_EVERY: Final = 15.0  # seconds
_PATIENCE: Final = 4  # looks in a row without a worker: one that is being restarted is none that is dead


class Watch:
    """Looks again and again. ``look`` is one look."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._alone = 0
        self._beats: dict[str, float] = {}

    def look(self) -> None:
        """Do a worker's telling where there has been no worker for a minute."""
        before, self._beats = self._beats, dict(workers.beats())
        # By a change, and not by its time alone: the clock of a worker's machine may differ from this one.
        beat = bool(before) and any(before.get(name) != at for name, at in self._beats.items())
        if readiness.stopping_file().exists() or beat or workers.alive(self._clock):
            self._alone = 0
            return
        self._alone += 1
        if self._alone >= _PATIENCE:
            sweep.sweep(self._clock, by_worker=False)
            sweep.deliver(self._clock)


def begin() -> None:
    """Watch in a thread for as long as this process lives."""
    Thread(target=_watch, name="watch", daemon=True).start()


def _watch() -> None:
    watch, pause = Watch(SystemClock()), Event()
    while not pause.wait(_LOOK_EVERY):
        try:
            watch.look()
        except database_outage.ERRORS:
            log.warning("the workers could not be watched: the database does not answer")
        except Exception:
            log.exception("the workers could not be watched")
        finally:
            close_old_connections()
