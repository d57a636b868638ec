"""Where log lines go: a bounded queue in memory, and a thread that writes them out.

Whoever logs never waits for whoever reads the log. A pipe that nobody empties fills the queue; what comes then is
dropped and counted, and the count is told as soon as the pipe moves again (fault 75). Lines are worth less than sends.
"""

import atexit
import json
import os
import select
from collections.abc import Callable
from contextlib import suppress
from queue import Full, Queue
from threading import Lock, Thread
from typing import Final

from leleka.core.clock import utc_now

_ROOM: Final = 10_000  # lines: a few megabytes
_LAST_WORDS: Final = 0.4  # seconds that the end of a process waits, twice at most
_STDERR: Final = 2


def _now() -> str:
    return utc_now().isoformat()


class LogLines:
    """Takes lines from any thread and writes them to a descriptor. ``dropped`` counts those that found no room."""

    def __init__(self, descriptor: int = _STDERR, room: int = _ROOM, now: Callable[[], str] = _now) -> None:
        self._descriptor = descriptor
        self._room = room
        self._now = now
        self._lock = Lock()
        self._process = 0
        self._queue: Queue[str | None] = Queue(room)
        self._writer: Thread | None = None
        self._told = 0
        self.dropped = 0

    def put(self, line: str) -> None:
        """Never waits, and never raises."""
        if self._process != os.getpid():
            self._begin()
        try:
            self._queue.put_nowait(line)
        except Full:
            with self._lock:
                self.dropped += 1

    def drain(self, within: float = _LAST_WORDS) -> None:
        """Wait for what was put so far to be written, at most twice ``within`` seconds; the next line begins anew."""
        writer, self._writer, self._process = self._writer, None, 0
        if writer is not None and writer.is_alive():
            with suppress(Full):
                self._queue.put(None, timeout=within)
                writer.join(within)

    def _begin(self) -> None:
        # By process: a thread does not survive a fork, and a queue may be locked by one that is gone.
        with self._lock:
            if self._process == os.getpid():
                return
            if self._process == 0:
                atexit.register(self.drain)
            self._queue = Queue(self._room)
            self._writer = Thread(target=self._write_all, args=(self._queue,), name="log-lines", daemon=True)
            self._writer.start()
            self._process = os.getpid()

    def _write_all(self, lines: "Queue[str | None]") -> None:
        while True:
            line = lines.get()
            if self.dropped > self._told:
                self._tell_dropped()
            if line is None:
                return
            self._write(line)

    def _tell_dropped(self) -> None:
        missing, self._told = self.dropped - self._told, self.dropped
        event = {"event": "log lines were dropped", "dropped": missing, "level": "warning"}
        self._write(json.dumps({**event, "timestamp": self._now()}))

    def _write(self, line: str) -> None:
        left = f"{line}\n".encode("utf-8", "backslashreplace")
        while left:
            try:
                left = left[os.write(self._descriptor, left) :]
            except BlockingIOError:  # somebody made the pipe non-blocking for all who share it
                select.select((), (self._descriptor,), ())
            except OSError:  # nobody will ever read it
                with self._lock:
                    self.dropped += 1
                    self._told = self.dropped
                return


LINES: Final = LogLines()
