"""Which workers are at work: each says so every few seconds, and whoever is silent for long is taken for gone."""

import os
import socket
from contextlib import suppress
from typing import Final

from leleka import __version__
from leleka.core.ports.clock import Clock
from leleka.services import workers
from leleka.services.installation import database_outage
from leleka.state.models import WorkerBeat

_EVERY: Final = 5.0  # seconds
_SILENT: Final = 30.0  # seconds after which a worker counts as gone
_LOST: Final = 120.0  # seconds of silence after which a place counts as gone, by clocks that may differ
_KEPT: Final = 24 * 3600.0


class Heart:
    """The beat of one worker."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started_at = clock.now()
        self._next = clock.monotonic()

    def beat(self) -> None:
        """Write down that this worker is here, where that is due. A database that is away is no reason to die."""
        if self._clock.monotonic() < self._next:
            return
        self._next = self._clock.monotonic() + _EVERY
        now = self._clock.now()
        with suppress(*database_outage.ERRORS):
            WorkerBeat.objects.update_or_create(
                name=workers.me(),
                defaults={
                    "host": socket.gethostname(),
                    "pid": os.getpid(),
                    "version": __version__,
                    "started_at": self._started_at,
                    "seen_at": now,
                },
            )
            WorkerBeat.objects.filter(seen_at__lt=now - _KEPT).delete()

    def stop(self) -> None:
        """Leave in order: nobody waits for this worker to fall silent."""
        with suppress(*database_outage.ERRORS):
            WorkerBeat.objects.filter(name=workers.me()).delete()


def alive(clock: Clock) -> int:
    """Tell how many workers were seen lately. One seen in the future was seen before the clock was set back."""
    now = clock.now()
    return WorkerBeat.objects.filter(seen_at__gte=now - _SILENT, seen_at__lte=now + _SILENT).count()


def is_lost(worker: str, now: float) -> bool:
    """Tell whether a process that a worker began is most likely gone: it is not from here, and of where it is from, a
    machine before its reboot or a container before its restart, no worker was seen lately.

    For what may be done twice. It is no proof: who was cut off from the database for a while looks the same, and so
    does a process that outlived its worker. Nor is another boot one, not even on SQLite: containers of some kinds have
    a boot each, on one volume.
    """
    if workers.is_from_here(worker):
        return False  # ``workers.is_dead`` knows
    place = workers.place_of(worker)
    seen = WorkerBeat.objects.filter(seen_at__gte=now - _LOST, seen_at__lte=now + _LOST)
    return not any(name.startswith(place) for name in seen.values_list("name", flat=True))
