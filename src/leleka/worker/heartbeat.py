"""Which workers are at work: each says so every few seconds, and whoever is silent for long is taken for gone."""

import os
import socket
from contextlib import suppress
from typing import Final

from leleka import __version__
from leleka.core.ports.clock import Clock
from leleka.services.installation import database_outage
from leleka.services.monitoring import process_identity
from leleka.state.models import WorkerBeat

_EVERY: Final = 5.0  # seconds
_KEPT: Final = 24 * 3600.0


class Heartbeat:
    """The beat of one worker."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started_at = clock.now()
        self._next = clock.monotonic()

    def send(self) -> None:
        """Write down that this worker is here, where that is due. A database that is away is no reason to die."""
        if self._clock.monotonic() < self._next:
            return
        self._next = self._clock.monotonic() + _EVERY
        now = self._clock.now()
        with suppress(*database_outage.ERRORS):
            WorkerBeat.objects.update_or_create(
                name=process_identity.me(),
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
            WorkerBeat.objects.filter(name=process_identity.me()).delete()
