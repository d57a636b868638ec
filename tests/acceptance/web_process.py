"""What Linux tells of a running web process: the time its threads worked, and the most memory it had."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_RESET_PEAK: Final = "5"
_KIB: Final = 1024
_SECOND: Final = 1e9  # nanoseconds


@dataclass(frozen=True)
class Had:
    """For how many seconds a thread had a processor, and for how many it was ready and got none: the machine was busy
    with something else.
    """

    worked: float = 0.0
    waited: float = 0.0


@dataclass(frozen=True)
class WebProcess:
    """A process of an installation, and those that it started."""

    pids: tuple[int, ...]

    @classmethod
    def of(cls, parent: int) -> "WebProcess":
        pids = [parent]
        for pid in pids:
            pids += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split())
        return cls(tuple(pids))

    def threads(self) -> Mapping[int, "Had"]:
        """Return what each thread had of the processors so far."""
        found: dict[int, Had] = {}
        for pid in self.pids:
            for thread in Path(f"/proc/{pid}/task").iterdir():
                with suppress(OSError):  # it has ended
                    worked, waited, _ = (thread / "schedstat").read_text(encoding="ascii").split()
                    found[int(thread.name)] = Had(int(worked) / _SECOND, int(waited) / _SECOND)
        return found

    def since(self, before: Mapping[int, "Had"]) -> "Had":
        """Return the most that a thread worked since then, which no request did longer: each has a thread of its own;
        and for how long they all waited, one after the other, as only one of them runs at a time.
        """
        grown = [
            (now.worked - then.worked, now.waited - then.waited)
            for thread, now in self.threads().items()
            for then in [before.get(thread, Had())]
        ]
        return Had(max(worked for worked, _ in grown), sum(waited for _, waited in grown))

    def forget_peak(self) -> int:
        """Let the peak begin anew; return what is held now, in bytes."""
        for pid in self.pids:
            Path(f"/proc/{pid}/clear_refs").write_text(_RESET_PEAK, encoding="ascii")
        return self._told("VmRSS")

    def peak(self) -> int:
        """Return the most that was held since then, in bytes."""
        return self._told("VmHWM")

    def waited(self) -> float:
        return sum(one.waited for one in self.threads().values())

    def _told(self, name: str) -> int:
        texts = [Path(f"/proc/{pid}/status").read_text(encoding="utf-8") for pid in self.pids]
        return _KIB * sum(int(re.findall(rf"{name}:\s+(\d+)", text)[0]) for text in texts)
