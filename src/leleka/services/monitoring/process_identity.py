"""Who this process is, and whether another one is certainly dead."""

import os
from pathlib import Path

_PROC = Path("/proc")
_START_TIME = 19  # field 22 of /proc/pid/stat, counted from after the command's closing bracket
_ENDED = frozenset("ZX")  # its state, field 3, where only its parent has not heard of its end yet


def me() -> str:
    """Return this process's name: machine boot, process namespace, process id, start time."""
    return ":".join((_place(), str(os.getpid()), _started(os.getpid())))


def is_dead(worker: str) -> bool:
    """Return whether a worker is certainly dead; False wherever that cannot be seen from here.

    Only a process of this very boot and process namespace can be judged: a dead one sends nothing any more, so
    its lease need not be waited for.
    """
    parts = worker.split(":")
    place = _place()
    if len(parts) != 4 or not place or ":".join(parts[:2]) != place:  # noqa: PLR2004 - as ``me`` builds it
        return False
    return _started(int(parts[2])) != parts[3]


def is_from_here(worker: str) -> bool:
    """Return whether a worker is of this very boot and process namespace, so that it can be seen from here."""
    return place_of(worker) == place_of(me())


def place_of(worker: str) -> str:
    """Return the part of a worker's name that it shares with every process of its boot and process namespace."""
    return worker.rsplit(":", 2)[0] + ":"


def _place() -> str:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{(_PROC / 'self/ns/pid').readlink().name.replace(':', '')}"
    except OSError:
        return ":"


def _started(pid: int) -> str:
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        return "gone" if fields[0] in _ENDED else fields[_START_TIME]
    except (OSError, IndexError):
        return "gone"
