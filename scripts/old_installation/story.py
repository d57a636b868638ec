"""What happened to the old installation before it was upgraded, told in its own commands."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from subprocess import Popen
from typing import Final

from scripts.old_installation.checkout import Commands
from scripts.old_installation.controls import control
from scripts.old_installation.customers import PASSWORD, PEOPLE, Customers
from scripts.old_installation.database import Database
from scripts.old_installation.recording_proxy import Fate, Traffic

_ENOUGH: Final = 300.0  # seconds for whatever is waited for, on a slow machine
_WARNINGS: Final = 3  # the code of a command whose run was completed with warnings
_FAILED: Final = 1
_HELD: Final = 4  # requests that wait for an answer; a run has some more under way
_HURRY: Final = {"LELEKA_TEST_SPEED": "180"}  # at which a run waits ten seconds for confirmations
_LIVE: Final = "SELECT status FROM state_batch WHERE run_id = (SELECT max(id) FROM state_run) ORDER BY number"


@dataclass
class Story:
    """The installation: its commands, its state, its customers and the account it exports to."""

    commands: Commands
    database: Database
    customers: Customers
    traffic: Traffic
    sandbox: str  # host:port

    def tell(self) -> None:
        """From the first start to the moment before the upgrade."""
        self._set_up()
        self._finished_runs()
        self._failed_runs()
        self._a_run_without_confirmations()
        self._a_canceled_run()
        self._a_run_cut_short()
        self._what_is_queued()

    def _set_up(self) -> None:
        self.customers.write()
        self.commands.leleka("apply", self.commands.environment["DEFINITIONS"])
        for name, role in PEOPLE:
            words = ("add", f"{name.lower()}@example.com", "--name", name, "--role", role, "--password-stdin")
            self.commands.leleka("user", *words, told=PASSWORD)
        self.commands.leleka("user", "lend", "ada@example.com", "Sandbox", told=PASSWORD)
        self.commands.leleka("suppress", "Sandbox", "regular7@example.com", "--reason", "asked by telephone")
        worker = self.commands.start("worker")
        _until(lambda: self.database.rows("SELECT name FROM state_workerbeat"), "a worker")
        _kill(worker)

    def _finished_runs(self) -> None:
        """With rejected rows; then with changes and somebody who left; then one without a fault."""
        self._behave(poison_pattern="^poison@")
        self.commands.leleka("export", "run", "Regulars", code=_WARNINGS)
        self._behave(poison_pattern="")
        self.customers.rename("regular1@example.com", "regular2@example.com")
        self.customers.move("regular3@example.com", "nobody")
        self.customers.write()
        self.commands.leleka("export", "run", "Regulars", code=_WARNINGS)
        self.commands.leleka("export", "run", "Quiet")

    def _failed_runs(self) -> None:
        self.commands.leleka("export", "run", "Wrong field", code=_FAILED)
        self.commands.leleka("export", "run", "Too many", code=_FAILED)
        control(self.sandbox, "key", revoked=True)
        self.commands.leleka("export", "run", "Quiet", code=_FAILED)
        control(self.sandbox, "key", revoked=False)
        self.commands.leleka("check", "Sandbox")

    def _a_run_without_confirmations(self) -> None:
        """Accepted, and still being processed when the run ends."""
        self._behave(faults=[{"kind": "batch_late", "value": "36000"}], requests_per_second=1000)
        self.commands.leleka("export", "run", "Slow", code=_WARNINGS, **_HURRY)
        self._behave(faults=[], requests_per_second=5)

    def _a_canceled_run(self) -> None:
        """Its one request got no answer: its people wait for a day, or until nothing can surface any more."""
        self.traffic.decide("lost")
        run = self.commands.start("export", "run", "Stopped")
        _until(lambda: [row for row in self.database.rows(_LIVE) if row["status"] == "unknown"], "a loss")
        (live,) = self.database.rows("SELECT id FROM state_run WHERE finished_at IS NULL")
        self.commands.leleka("run", "cancel", str(live["id"]))
        run.wait(_ENOUGH)

    def _a_run_cut_short(self) -> None:
        """Killed when one batch is confirmed, one accepted, one of unknown outcome, and others are in flight, of which
        two arrived and the rest did not.
        """
        self._behave(faults=[{"kind": "batch_late", "after": 1, "times": 1}])
        rest: list[Fate] = ["swallowed"] * 8
        self.traffic.decide("answered", "answered", "lost", "withheld", "withheld", *rest)
        run = self.commands.start("export", "run", "Crowd")
        _until(self._is_in_the_middle, "the middle of a run")
        _kill(run)

    def _is_in_the_middle(self) -> bool:
        found = [row["status"] for row in self.database.rows(_LIVE)]
        begins = ["confirmed", "accepted", "unknown", *["sending"] * _HELD]
        whole = found[: len(begins)] == begins and found[-1] == "planned"
        return whole and self.traffic.withheld >= _HELD

    def _what_is_queued(self) -> None:
        self.customers.rename("regular4@example.com", "regular5@example.com", "quiet1@example.com")
        self.customers.move("regular6@example.com", "nobody")
        self.customers.write()
        self.commands.ask("everything")
        self.commands.ask("run", "Stopped")

    def _behave(self, **switches: object) -> None:
        control(self.sandbox, "behaviour", **switches)


def _kill(process: Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(_ENOUGH)


def _until(found: Callable[[], object], what: str) -> None:
    end = time.monotonic() + _ENOUGH
    while not found():
        if time.monotonic() > end:
            raise RuntimeError(f"waited in vain for {what}")
        time.sleep(0.02)  # noqa: TID251 - other processes go at their own pace
