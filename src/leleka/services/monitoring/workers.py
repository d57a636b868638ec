from collections.abc import Mapping
from typing import Final

from leleka.core.ports.clock import Clock
from leleka.services.monitoring import process_identity
from leleka.state.models import WorkerBeat

_SILENT: Final = 30.0  # seconds after which a worker counts as gone


_LOST: Final = 120.0  # seconds of silence after which a place counts as gone, by clocks that may differ


def alive(clock: Clock) -> int:
    """Tell how many workers were seen lately. One seen in the future was seen before the clock was set back."""
    now = clock.now()
    return WorkerBeat.objects.filter(seen_at__gte=now - _SILENT, seen_at__lte=now + _SILENT).count()


def beats() -> Mapping[str, float]:
    """Return when each worker says that it was last at work, by its own clock, in seconds since 1970."""
    return dict(WorkerBeat.objects.values_list("name", "seen_at"))


def is_lost(worker: str, now: float) -> bool:
    """Return whether a process that a worker began is most likely gone: it is not from here, and of where it is from, a
    machine before its reboot or a container before its restart, no worker was seen lately.

    For what may be done twice. It is no proof: who was cut off from the database for a while looks the same, and so
    does a process that outlived its worker. Nor is another boot one, not even on SQLite: containers of some kinds have
    a boot each, on one volume.
    """
    if process_identity.is_from_here(worker):
        return False  # ``workers.is_dead`` knows
    place = process_identity.place_of(worker)
    seen = WorkerBeat.objects.filter(seen_at__gte=now - _LOST, seen_at__lte=now + _LOST)
    return not any(name.startswith(place) for name in seen.values_list("name", flat=True))
