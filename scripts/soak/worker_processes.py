"""Real workers and the processes of their jobs. Signals go to workers started here, and to their children."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

from scripts.soak.processes import ROOT

_PROC = Path("/proc")
_STATE, _BORN = 0, 19  # of /proc/pid/stat, counted from after the command's closing bracket
_BIRTH = 60.0  # seconds
_CLEAN_END = 60.0
_LOOK = 0.05
_STARTED = "worker started"


def moment() -> float:
    """Return the time as the workers see it, in seconds since 1970."""
    return datetime.now(UTC).timestamp()


@dataclass
class Crewman:
    """One worker, restarted when it dies. ``downs`` are the times without a working worker."""

    name: str
    log: Path
    process: subprocess.Popen[bytes] | None = None
    downs: list[tuple[float, float]] = field(default_factory=list)


@dataclass
class Crew:
    environment: Mapping[str, str]
    folder: Path
    hands: list[Crewman] = field(default_factory=list)
    born: dict[int, str] = field(default_factory=dict)  # children seen, with their start time

    def hire(self, names: Sequence[str]) -> None:
        self.hands = [Crewman(name, self.folder / f"worker-{name}.log") for name in names]
        for hand in self.hands:
            self.start(hand)

    def start(self, hand: Crewman) -> None:
        """Start a worker, and wait until it works."""
        before = self.said(hand).count(_STARTED)
        with hand.log.open("ab") as log:
            words = [sys.executable, "-m", "leleka", "worker"]
            hand.process = subprocess.Popen(
                words, env=self.environment, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until = monotonic() + _BIRTH
        while self.said(hand).count(_STARTED) == before:
            if monotonic() > until or hand.process.poll() is not None:
                raise RuntimeError(f"worker {hand.name} does not start: {self.said(hand)[-2_000:]}")
            Event().wait(_LOOK)

    def kill(self, hand: Crewman, seconds: float) -> None:
        """Kill a worker, whose jobs continue without it, and start another one after a while."""
        began = moment()
        self.children(hand)
        if hand.process is not None:
            hand.process.kill()
            hand.process.wait()
        Event().wait(seconds)
        self.start(hand)
        hand.downs.append((began, moment()))

    def stop(self, hand: Crewman, seconds: float) -> None:
        """Stop a worker for a while; its jobs continue."""
        if hand.process is None:
            return
        began = moment()
        hand.process.send_signal(signal.SIGSTOP)
        Event().wait(seconds)
        hand.process.send_signal(signal.SIGCONT)
        hand.downs.append((began, moment()))

    def children(self, hand: Crewman) -> Sequence[int]:
        """Return the processes of a worker's jobs, and remember them."""
        if hand.process is None:
            return ()
        pid = hand.process.pid
        try:
            found = [int(one) for one in (_PROC / f"{pid}/task/{pid}/children").read_text().split()]
        except OSError:
            return ()
        self.born |= {one: _stat(one, _BORN) for one in found}
        return [one for one in found if _stat(one, _STATE) not in {"", "Z"}]

    def walks(self, child: int) -> bool:
        """Return whether a child runs a refresh."""
        try:
            return b"refresh:" in (_PROC / str(child) / "cmdline").read_bytes()
        except OSError:
            return False

    def signal(self, child: int, number: signal.Signals) -> bool:
        """Signal one of the children seen, if it is still that process."""
        if _stat(child, _BORN) != self.born[child]:
            return False
        with suppress(ProcessLookupError):
            os.kill(child, number)
            return True
        return False

    def said(self, hand: Crewman) -> str:
        return hand.log.read_text(encoding="utf-8", errors="replace") if hand.log.exists() else ""

    def end(self) -> None:
        """End the workers, and the remaining jobs of those that were killed."""
        living = [hand.process for hand in self.hands if hand.process is not None]
        for hand in self.hands:
            self.children(hand)
        for process in living:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in living:
            try:
                process.wait(_CLEAN_END)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for child in self.born:
            self.signal(child, signal.SIGKILL)


def _stat(pid: int, field_: int) -> str:
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[field_]
    except (OSError, IndexError):
        return ""


@contextmanager
def crew(environment: Mapping[str, str], folder: Path, names: Sequence[str]) -> Iterator[Crew]:
    """Start so many workers, and end them with everything they started."""
    found = Crew(environment, folder)
    try:
        found.hire(names)
        yield found
    finally:
        found.end()


@dataclass
class Desk:
    """Queries the installation (``inside``), one question at a time."""

    process: subprocess.Popen[str]

    def ask(self, *words: str) -> Any:
        """Return the answer; None if there was none."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("nobody sits at the desk")
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline()).get("said")


@contextmanager
def desk(environment: Mapping[str, str]) -> Iterator[Desk]:
    with subprocess.Popen(
        [sys.executable, "-m", "scripts.soak.probe"],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Desk(process)
        finally:
            if process.stdin is not None:
                process.stdin.close()
            process.wait(_CLEAN_END)
