"""The logs of real processes: no address and no key in them at any level, and no process waits for their
reader.
"""

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from leleka.cli.demo import customers as maker
from tests.acceptance.conftest import KEY, Installation
from tests.acceptance.serving import Served, until
from tests.acceptance.test_kill import DEFINITIONS

_PIPE = 65_536  # bytes that a pipe holds
_DEMO = DEFINITIONS.replace("files: people.csv", "files: customers.csv").replace(
    "data_matching: {email: email, first_name: name}", "data_matching: {email: email, first_name: first_name}"
)
_PEOPLE = 1_000
_OTHERS = """  - name: Others
    connection: Sandbox
    list: 2
    segments: everybody
    data_matching: {email: email}
"""


_ASK = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "leleka.conf.django"
import django
django.setup()
from leleka.services.runs import commands
from leleka.services.access.actor import Actor
print(commands.ask_run(Actor.operator(), sys.argv[1]))
"""


def canaries(folder: Path) -> set[str]:
    """Return everything that could identify a person."""
    with (folder / "customers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > _PEOPLE // 2
    return {row["email"].strip() for row in rows if "@" in row["email"]}


@pytest.fixture
def debugging(installation: Installation) -> Installation:
    installation.environment["LELEKA_LOG_LEVEL"] = "debug"
    maker.make(installation.folder, customers=_PEOPLE, seed=7)
    installation.define(_DEMO + _OTHERS)
    installation.leleka("apply", str(installation.folder / "leleka.yaml"))
    return installation


@pytest.mark.slow
def test_at_debug_level_a_whole_run_logs_no_address_and_no_key(
    debugging: Installation, served: Served
) -> None:
    """A-3: in the browser's process, the worker's and the run's own."""
    debugging.leleka("user", "add", "ada@example.com", "--name", "Ada", "--role", "administrator")
    ran = subprocess.run(
        [*debugging.command, "export", "run", "Everybody"],
        env=debugging.environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode in {0, 3}, ran.stderr
    for path in ("/data/runs/1", "/welcome/nothing", "/sign-in?next=/who@example.com"):
        served.get(path)
    until(lambda: '"worker started"' in served.log.read_text(), "the worker")
    lines = [*ran.stderr.splitlines(), *served.log.read_text().splitlines()]
    events = [json.loads(line) for line in lines if line.startswith("{")]
    said = {event["event"] for event in events}
    assert {"batch answered", "run planned", "run left", "answered", "worker started"} <= said
    text = "\n".join(lines)
    assert KEY not in text
    assert [address for address in canaries(debugging.folder) if address in text] == []
    assert not any("@" in json.dumps(event, ensure_ascii=False).replace("***@", "") for event in events)


@pytest.mark.slow
def test_a_request_stands_in_the_log_with_its_id_and_its_route(served: Served) -> None:
    assert served.get("/sign-in") == 200

    def asked_for() -> list[Any]:
        events = [json.loads(line) for line in served.log.read_text().splitlines() if line.startswith("{")]
        return [event for event in events if event.get("route") == "sign-in"]

    until(asked_for, "the line")  # another thread writes it: no request waits for the log
    answered = asked_for()[0]
    assert len(answered["request"]) == 16
    assert (answered["method"], answered["status"]) == ("GET", 200)


@pytest.mark.long
def test_a_run_whose_log_nobody_reads_is_not_held_up(debugging: Installation) -> None:
    """Fault 75: the pipe is full before the run's process begins, and stays so."""
    with (debugging.folder / "job.log").open("wb") as log:
        usual = job(debugging, "Everybody", log.fileno())
    nobody, full = os.pipe()
    os.set_blocking(full, False)
    written = 0
    while written < _PIPE:
        written += os.write(full, b"x" * 4096)
    os.set_blocking(full, True)
    try:
        unread = job(debugging, "Others", full)
    finally:
        os.close(full)
        os.close(nobody)
    assert debugging.listed(2).keys() == debugging.listed(1).keys()
    assert len(debugging.listed(2)) > _PEOPLE // 2
    assert '"batch answered"' in (debugging.folder / "job.log").read_text()
    assert unread < 2 * usual + 1  # depends on the machine, too; a blocked write would never end


def job(installation: Installation, export: str, log: int) -> float:
    """Ask for a run, and execute it in its own process, as the worker does; return how long that took."""
    asked = subprocess.run(
        [sys.executable, "-c", _ASK, export],
        env=installation.environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    began = time.monotonic()
    subprocess.run(
        [*installation.command, "worker", "--job", f"run:{asked.stdout.strip()}"],
        env=installation.environment, stdin=subprocess.DEVNULL, stderr=log, timeout=120, check=True,
    )  # fmt: skip
    return time.monotonic() - began
