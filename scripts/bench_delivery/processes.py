"""Processes that are measured, and the far side that they talk to."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from scripts.bench_delivery.far_side import COUNTS

ROOT: Final = Path(__file__).parents[2]
_MODULE: Final = (sys.executable, "-m")
_PATIENCE: Final = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Measured:
    """What a process took: seconds on the clock, seconds on the processors, MiB at most, its children included."""

    wall: float
    cpu: float
    peak: int
    code: int
    output: str = field(repr=False)

    def figures(self) -> dict[str, Any]:
        """Return the figures alone, for the results."""
        told = asdict(self)
        return {name: round(told[name], 2) for name in ("wall", "cpu", "peak")}


def run(
    words: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    *,
    program: Sequence[str] = _MODULE,
    cwd: Path = ROOT,
    may_fail: bool = False,
) -> Measured:
    """Run ``program words`` to its end; what it writes to standard error goes into ``log``.

    The kernel counts: it knows the peak (VmHWM) also when the process is gone. Raises ``SystemExit`` with what it said
    if it fails, unless it ``may_fail``.
    """
    out = log.with_suffix(".out")
    with log.open("ab") as errors, out.open("wb") as output:
        began = perf_counter()
        process = subprocess.Popen(
            [*program, *words],
            env=environment, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        wall = perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    done = Measured(
        wall=wall,
        cpu=usage.ru_utime + usage.ru_stime,
        peak=round(usage.ru_maxrss / 1024),
        code=process.returncode,
        output=out.read_text(encoding="utf-8"),
    )
    if done.code and not may_fail:
        said = log.read_text(encoding="utf-8", errors="replace")
        raise SystemExit(f"{' '.join(words)} ended with {done.code}:\n{done.output}{said}")
    return done


@dataclass(frozen=True, slots=True)
class FarSide:
    """The process that receives the contacts."""

    port: int

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def counted(self) -> dict[str, Any]:
        """Return its figures so far."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        try:
            connection.request("GET", COUNTS)
            found: dict[str, Any] = json.loads(connection.getresponse().read())
            return found
        finally:
            connection.close()


@contextmanager
def far_side(*options: str) -> Iterator[FarSide]:
    """Start the far side with options of its command, and end it."""
    words = [sys.executable, "-m", "scripts.bench_delivery.far_side", *options]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        try:
            told = process.stdout.readline() if process.stdout else b""
            if not told.strip().isdigit():
                raise SystemExit("the far side does not begin")
            yield FarSide(int(told))
        finally:
            process.terminate()
            process.wait(_PATIENCE)
