"""The worker: looks for what is due and gives each run and task a process of its own.

A process per run keeps them apart: one that hangs, grows or is killed takes nothing else with it, and its memory goes
back when it ends. Runs that are left behind by a process that died are found by their lease and taken up again.
"""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from threading import Event
from typing import Final

import structlog

from leleka.core.ports import Clock
from leleka.services import database, due, scheduling

log = structlog.get_logger(__name__)
_LOOK_EVERY: Final = 0.5  # seconds
_AT_ONCE: Final = 4  # but for the one refresh
_LATE: Final = "late:"
_REFRESH: Final = "refresh:"
_ASK_LATE_EVERY: Final = 600.0  # seconds
_TICK_EVERY: Final = 1.0  # seconds between two looks at the schedules
_RESTS: Final = 5.0  # seconds an errand rests over which a process died
_CLEAN_STOP: Final = 25.0  # seconds a child has to write down what it knows


@dataclass
class Worker:
    """Runs until ``stop`` is set. ``children`` are the processes under way, by what they do."""

    clock: Clock
    stop: Event = field(default_factory=Event)
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _rests_until: dict[str, float] = field(default_factory=dict)
    _tick_at: float = 0.0
    _is_away: bool = False

    def work(self) -> None:
        log.info("worker started", pid=os.getpid())
        while not self.stop.is_set():
            self._look()
            self.stop.wait(_LOOK_EVERY)
        self._end()

    def _look(self) -> None:
        """Look once. A database that is away is asked again: the worker outlives it, and so do its children."""
        try:
            self._collect()
            if self.clock.monotonic() >= self._tick_at:
                self._tick_at = self.clock.monotonic() + _TICK_EVERY
                scheduling.tick(self.clock)
            self._start_what_is_due()
        except database.ERRORS:
            database.let_go()
            if not self._is_away:
                log.warning("the database does not answer", exc_info=True)
            self._is_away = True
        else:
            if self._is_away:
                log.info("the database answers again")
            self._is_away = False

    def _start_what_is_due(self) -> None:
        taken = sum(not errand.startswith(_REFRESH) for errand in self.children)
        for errand in due.errands(self.clock, but=self._taken_care_of(), limit=max(0, _AT_ONCE - taken)):
            # Its own session: a Ctrl-C at the terminal reaches the worker, which tells its children itself.
            self.children[errand] = subprocess.Popen(
                [sys.executable, "-m", "leleka", "worker", "--errand", errand],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _taken_care_of(self) -> set[str]:
        now = self.clock.monotonic()
        return {*self.children, *(errand for errand, until in self._rests_until.items() if until > now)}

    def _collect(self) -> None:
        for errand, child in list(self.children.items()):
            if (code := child.poll()) is not None:
                del self.children[errand]
                rests = _ASK_LATE_EVERY if errand.startswith(_LATE) else _RESTS if code else 0.0
                self._rests_until[errand] = self.clock.monotonic() + rests
                log.info("errand ended", errand=errand, code=code)
                if code != 0:
                    due.came_to_grief(errand, self.clock)

    def _end(self) -> None:
        for child in self.children.values():
            child.send_signal(signal.SIGINT)
        until = self.clock.monotonic() + _CLEAN_STOP
        for child in self.children.values():
            try:
                child.wait(max(0.0, until - self.clock.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        log.info("worker stopped")
