"""``python -m scripts.soak.command_processes``: reads the program once; every run begins as a process of its own.

Each child is a real process with its own process id, forked before anything was opened; the two seconds of
importing the program are spent once. One JSON line on standard input starts or signals a child; starts and
exits are reported on standard output.
"""

import json
import os
import select
import signal
import sys
from importlib import import_module
from typing import Any, Final

_LOOK = 0.01  # seconds between two checks for exited children


_PROGRAM: Final = (
    "leleka.cli.commands.runs",
    "leleka.cli.main",
    "leleka.cli.progress",
    "leleka.cli.reports",
    "leleka.services.definitions.apply",
    "leleka.worker.runs.execution",
)


def _read_the_program() -> None:
    """Import what a run imports, and open nothing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leleka.conf.django")
    import django  # noqa: PLC0415 - after the settings are chosen

    django.setup()
    # What every run needs, read once before anybody is born: they need the settings that Django just got.
    for name in _PROGRAM:
        import_module(name)


def _born(words: list[str], log: str) -> int:
    """Start ``leleka words``; its output goes to the file ``log``."""
    pid = os.fork()
    if pid:
        return pid
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for here, there in ((nothing, 0), (file, 1), (file, 2)):
        os.dup2(here, there)
    sys.argv = ["leleka", *words]
    from leleka.conf.entry import main  # noqa: PLC0415 - of the child, not of the parent

    # The standard streams were opened by the parent, for pipes: these belong to this process.
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - open as long as the process lives
    sys.stdout = open(1, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115 - as above
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115 - as above
    main()
    sys.exit(0)


def _obey(order: dict[str, Any], living: set[int]) -> None:
    if "signal" in order:
        if order["pid"] in living:
            os.kill(order["pid"], signal.Signals(order["signal"]))
        return
    pid = _born(order["words"], order["log"])
    living.add(pid)
    _tell({"born": pid, "order": order["order"]})


def _bury(living: set[int]) -> None:
    for pid in list(living):
        gone, status = os.waitpid(pid, os.WNOHANG)
        if gone:
            living.discard(pid)
            _tell({"dead": pid, "code": os.waitstatus_to_exitcode(status)})


def _tell(fact: dict[str, Any]) -> None:
    os.write(1, json.dumps(fact).encode() + b"\n")


def main() -> None:
    """Serve until standard input ends; children that are still running then are killed."""
    _read_the_program()
    _tell({"ready": True})
    living: set[int] = set()
    rest = b""
    while True:
        if select.select([0], [], [], _LOOK if living else None)[0]:
            piece = os.read(0, 65_536)
            if not piece:
                break
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                _obey(json.loads(line), living)
        _bury(living)
    for pid in living:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
