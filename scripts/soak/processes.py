"""Processes of Leleka, forked by a helper process and signalled through it: never another program's
process.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

ROOT = Path(__file__).parents[2]
_BIRTH = 60.0  # seconds


@dataclass(slots=True)
class Child:
    """One process. ``code`` is its exit code once it has ended, or minus the signal that ended it."""

    log: Path
    pid: int = 0
    code: int = 0
    born: Event = field(default_factory=Event)
    dead: Event = field(default_factory=Event)

    def ends_within(self, seconds: float) -> bool:
        return self.dead.wait(seconds)

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


class Nursery:
    """Any thread may start and signal children."""

    def __init__(self, process: subprocess.Popen[bytes], logs: Path) -> None:
        self._process = process
        self._logs = logs
        self._lock = Lock()
        self._orders = 0
        self._unborn: dict[int, Child] = {}
        self._living: dict[int, Child] = {}
        self.ready = Event()

    def start(self, *words: str) -> Child:
        """Start ``leleka words`` and wait until it has its process id."""
        with self._lock:
            self._orders += 1
            number = self._orders
        child = Child(self._logs / f"{number:05}.log")
        self._unborn[number] = child
        self._order({"order": number, "words": words, "log": str(child.log)})
        if not child.born.wait(_BIRTH):
            raise RuntimeError("the nursery does not answer")
        return child

    def signal(self, child: Child, number: signal.Signals) -> None:
        """Send a signal; a child that has ended meanwhile gets none."""
        self._order({"pid": child.pid, "signal": int(number)})

    def listen(self) -> None:
        """Receive starts and exits until the helper process ends."""
        for line in self._process.stdout or ():
            self._hear(json.loads(line))

    def _hear(self, fact: dict[str, Any]) -> None:
        if "born" in fact:
            child = self._unborn.pop(fact["order"])
            child.pid = fact["born"]
            self._living[child.pid] = child
            child.born.set()
        elif "dead" in fact:
            child = self._living.pop(fact["dead"])
            child.code = fact["code"]
            child.dead.set()
        else:
            self.ready.set()

    def _order(self, order: dict[str, Any]) -> None:
        if self._process.stdin is None:
            raise RuntimeError("the nursery has no ear")
        with self._lock:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            self._process.stdin.flush()


@contextmanager
def nursery(environment: Mapping[str, str], logs: Path) -> Iterator[Nursery]:
    """Start the helper process, and end it with all its children."""
    logs.mkdir(mode=0o700)
    with subprocess.Popen(
        [sys.executable, "-m", "scripts.soak.command_processes"],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        found = Nursery(process, logs)
        ear = Thread(target=found.listen, name="nursery", daemon=True)
        ear.start()
        try:
            if not found.ready.wait(_BIRTH):
                raise RuntimeError("the nursery does not start")
            yield found
        finally:
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(_BIRTH)
            finally:
                process.kill()
            ear.join()
