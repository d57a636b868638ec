"""Two processes, web and worker: started, watched, started again, and ended together."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Final

import structlog

from leleka.core.ports import Clock

log = structlog.get_logger(__name__)
_LOOK_EVERY: Final = 0.3  # seconds
_CLEAN_STOP: Final = 30.0
_LIVED: Final = 10.0  # a process that lived so long is started again at once
_PATIENCE: Final = 5  # deaths in a row, each soon after the start
_THREADS: Final = 6
_WEB_SERVER_LOGS: Final = Path(__file__).parent.parent / "conf" / "web_server_logs.json"


@dataclass
class Supervisor:
    """Ends with 0 when it was asked to, with 1 when a process cannot be kept alive."""

    clock: Clock
    address: str
    port: int
    stop: Event = field(default_factory=Event)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _started: dict[str, float] = field(default_factory=dict)
    _deaths: dict[str, int] = field(default_factory=dict)

    def run(self) -> int:
        for name in self._commands():
            self._start(name)
        try:
            while not self.stop.wait(_LOOK_EVERY):
                if not all(self._kept_alive(name) for name in self._running):
                    return 1
        finally:
            self._end()
        return 0

    def _commands(self) -> dict[str, Sequence[str]]:
        worker = (sys.executable, "-m", "leleka", "worker")
        return {"web": web_command(self.address, self.port), "worker": worker}

    def _start(self, name: str) -> None:
        # Sessions of their own: a Ctrl-C is for the supervisor, which ends them in order.
        self._running[name] = subprocess.Popen(
            self._commands()[name], stdin=subprocess.DEVNULL, start_new_session=True
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
        for process in self._running.values():
            process.terminate()
        until = self.clock.monotonic() + _CLEAN_STOP
        for process in self._running.values():
            try:
                process.wait(max(0.0, until - self.clock.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def web_command(address: str, port: int) -> Sequence[str]:
    """Give the command of the web process."""
    return (
        *(sys.executable, "-m", "granian", "--interface", "wsgi"),
        *("--host", address, "--port", str(port)),
        *("--workers", "1", "--blocking-threads", str(_THREADS), "--no-ws"),
        *("--log-level", "error", "--log-config", str(_WEB_SERVER_LOGS), "--workers-kill-timeout", "10s"),
        "leleka.conf.wsgi:application",
    )
