"""Two processes, web and worker: started, watched, started again, and ended in order: while the worker finishes what
it can, the pages and the API still answer, with 503 and when to come again.
"""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Final

import structlog

from leleka.core.configuration import Web
from leleka.core.ports.clock import Clock

log = structlog.get_logger(__name__)
_LOOK_EVERY: Final = 0.3  # seconds
_CLEAN_STOP: Final = 27.0
_LEAST: Final = 2.0  # for the web process, whatever the worker took
_LIVED: Final = 10.0  # a process that lived so long is started again at once
_PATIENCE: Final = 5  # deaths in a row, each soon after the start


@dataclass
class Supervisor:
    """Ends with 0 when it was asked to, with 1 when a process cannot be kept alive."""

    clock: Clock
    web: Web
    stopping: Path  # stands while it ends; the web process looks for it
    stop: Event = field(default_factory=Event)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _started: dict[str, float] = field(default_factory=dict)
    _deaths: dict[str, int] = field(default_factory=dict)

    def run(self) -> int:
        self.stopping.unlink(missing_ok=True)  # left behind where this was killed
        for name in self.commands():
            self._start(name)
        try:
            while not self.stop.wait(_LOOK_EVERY):
                if not all(self._kept_alive(name) for name in self._running):
                    return 1
        finally:
            self._end()
        return 0

    def commands(self) -> dict[str, Sequence[str]]:
        return {"web": web_command(self.web), "worker": (sys.executable, "-m", "leleka", "worker")}

    def _start(self, name: str) -> None:
        # Sessions of their own: a Ctrl-C is for the supervisor, which ends them in order.
        self._running[name] = subprocess.Popen(
            self.commands()[name], stdin=subprocess.DEVNULL, start_new_session=True
        )
        self._started[name] = self.clock.monotonic()

    def _kept_alive(self, name: str) -> bool:
        code = self._running[name].poll()
        if code is None:
            return True
        lived = self.clock.monotonic() - self._started[name]
        self._deaths[name] = 1 if lived > _LIVED else self._deaths.get(name, 0) + 1
        log.error("a process died", process=name, code=code, lived=round(lived, 1))
        if self._deaths[name] >= _PATIENCE:
            return False
        self._start(name)
        return True

    def _end(self) -> None:
        self.stopping.touch()
        until = self.clock.monotonic() + _CLEAN_STOP
        try:
            for name in ("worker", "web"):
                process = self._running[name]
                process.terminate()
                try:
                    process.wait(max(_LEAST, until - self.clock.monotonic()))
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        finally:
            self.stopping.unlink(missing_ok=True)


def web_command(web: Web) -> Sequence[str]:
    """Return the command of the web process."""
    return (
        *(sys.executable, "-m", "leleka.conf.server", "--host", web.address, "--port", str(web.port)),
        *("--header-seconds", str(web.request_seconds), "leleka.conf.server.application:application"),
    )
