"""Leleka under kill -9 and SIGSTOP: ``python scripts/soak.py MINUTES``.

Real processes against a real sandbox, for as long as asked. Between runs every tenth person gets another name.
At the end one quiet run, and the list must hold everybody with the latest name; an account of the kills, and of
contacts lost, stale or sent more often than deaths explain, is printed. Exit code 1 where anything is wrong.
SQLite below a temporary folder, or PostgreSQL where LELEKA_DATABASE_URL is given (a database for this alone).
"""

import argparse
import csv
import json
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from random import Random  # noqa: TID251 - the class, for seeded generators
from time import monotonic
from typing import Any
from urllib.request import urlopen

_LELEKA = (sys.executable, "-m", "leleka")
_KEY = "soak-key-0123456789abcdef"
_SPEED = "20"
_PEOPLE = 3_000
_STANDS_STILL = 0.3  # of the runs that do not end by themselves
_EDITED = 0.5  # of the runs after which people change
_LATEST = 600.0  # seconds a quiet run may take
_DEFINITIONS = """
sources: [{name: people, files: people.csv, profiles: true, primary_key: id}]
segments: [{name: everybody, rules: {column: id, ">": 0}}]
connections: [{name: Sandbox, host: "${HOST}", key: "${AC_KEY}", consent: {agreed_by: Ada, version: 1}}]
exports:
  - name: Everybody
    connection: Sandbox
    list: 1
    segments: everybody
    data_matching: {email: email, first_name: name}
"""


@dataclass
class Soak:
    """One installation under attack."""

    folder: Path
    chance: Random
    sandbox: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    kills: int = 0
    stops: int = 0
    runs: int = 0
    odd: list[str] = field(default_factory=list)

    def prepare(self) -> None:
        keep = {name: value for name, value in os.environ.items() if not name.startswith("LELEKA_")}
        if url := os.environ.get("LELEKA_DATABASE_URL"):
            keep["LELEKA_DATABASE_URL"] = url
        self.environment = keep | {
            "LELEKA_DATA_DIR": str(self.folder / "data"),
            "LELEKA_MASTER_KEY_FILE": str(self.folder / "master.key"),
            "LELEKA_SOURCE_DIRS": str(self.folder),
            "LELEKA_TEST_SPEED": _SPEED,
            "PYTHONUNBUFFERED": "1",
            "AC_KEY": _KEY,
        }
        self.names = {f"person{number}@example.com": f"Name {number}" for number in range(1, _PEOPLE + 1)}

    def people(self) -> None:
        """Write the people as they now are."""
        with (self.folder / "people.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "email", "name"])
            writer.writerows([number, *person] for number, person in enumerate(self.names.items(), 1))

    def edit(self) -> None:
        for address in self.chance.sample(sorted(self.names), _PEOPLE // 10):
            self.names[address] = f"Name {self.chance.randrange(1_000_000)}"
        self.people()

    def leleka(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*_LELEKA, *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=_LATEST,
            check=False,
        )

    def apply(self) -> None:
        (self.folder / "leleka.yaml").write_text(_DEFINITIONS, encoding="utf-8")
        done = self.leleka("apply", str(self.folder / "leleka.yaml"))
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)

    def attacked_run(self) -> None:
        """Start a run, and let it live, stand still or die after a while."""
        self.runs += 1
        with subprocess.Popen(
            [*_LELEKA, "export", "run", "Everybody"],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as run:
            if not self._ends_within(run, self.chance.uniform(0.3, 6.0)):
                if self.chance.random() < _STANDS_STILL:
                    self.stops += 1
                    run.send_signal(signal.SIGSTOP)
                    self._ends_within(run, self.chance.uniform(0.2, 3.0))
                    run.send_signal(signal.SIGCONT)
                    self._ends_within(run, self.chance.uniform(0.3, 4.0))
                if run.poll() is None:
                    self.kills += 1
                    run.kill()

    @staticmethod
    def _ends_within(run: subprocess.Popen[bytes], seconds: float) -> bool:
        try:
            run.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def quiet_run(self) -> None:
        """Go on undisturbed until a run has nothing left over; those in quarantine have to wait theirs out."""
        until = monotonic() + _LATEST
        while monotonic() < until:
            done = self.leleka("export", "run", "Everybody", "--json")
            if done.returncode == 0 and not json.loads(done.stdout)["counts"]["not_attempted"]:
                return
        self.odd.append("no quiet run came to its end")

    def ask(self, path: str) -> Any:
        with urlopen(f"http://{self.sandbox}/_sandbox/{path}", timeout=60) as reply:
            return [json.loads(line) for line in reply] if path.startswith("lists") else json.load(reply)

    def account(self) -> dict[str, Any]:
        """Compare the list with what it should hold."""
        held = {one["email"]: one["first_name"] for one in self.ask("lists/1/contacts?status=1")}
        state = self.ask("state")
        lost = [address for address in self.names if address not in held]
        stale = [address for address, name in self.names.items() if held.get(address, name) != name]
        return {
            "runs": self.runs,
            "kills": self.kills,
            "stops": self.stops,
            "lost": len(lost),
            "stale": len(stale),
            "strangers": len(set(held) - set(self.names)),
            "imports": {key: state["imports"][key] for key in ("accepted", "queued_contacts")},
            "violations": state["violations"],
            "odd": self.odd,
        }


def soak(minutes: float, seed: int = 0) -> dict[str, Any]:
    """Give the account of so many minutes under attack."""
    with tempfile.TemporaryDirectory(prefix="leleka-soak-") as folder:
        work = Soak(Path(folder), Random(seed))  # noqa: S311 - it has to be repeatable
        work.prepare()
        command = [*_LELEKA, "sandbox", "--port", "0", "--key", _KEY, "--speed", _SPEED]
        with subprocess.Popen(command, env=work.environment, stdout=subprocess.PIPE, text=True) as process:
            try:
                line = process.stdout.readline() if process.stdout else ""
                work.sandbox = line.partition("http://")[2].partition(";")[0].strip()
                work.environment |= {"LELEKA_TEST_HOSTS": work.sandbox, "HOST": work.sandbox}
                work.people()
                work.apply()
                until = monotonic() + 60.0 * minutes
                while monotonic() < until:
                    work.attacked_run()
                    if work.chance.random() < _EDITED:
                        work.edit()
                work.quiet_run()
                work.quiet_run()
                return work.account()
            finally:
                process.kill()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("minutes", type=float)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    told = soak(given.minutes, given.seed)
    print(json.dumps(told, indent=2))
    wrong = told["lost"] or told["stale"] or told["strangers"] or told["violations"] or told["odd"]
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
