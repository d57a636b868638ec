"""The installation under test: its people, its definitions, its commands."""

import csv
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random  # noqa: TID251 - the class, for seeded generators
from threading import Lock

from scripts.soak.processes import ROOT
from scripts.soak.sandbox_accounts import KEY, FarSide

SIDES = ("First", "Last")  # the two exports of each account; list 1 and list 2
_LEASE = "4"  # seconds; a request may take a third of it
_LATEST = 300.0  # seconds for an undisturbed command
_SHARE = 0.6  # share of the people in each segment, so that some are in both
_EDITED = 0.4  # share of the people who get another name at a time


@dataclass
class Office:
    """One installation and the people in its source."""

    folder: Path
    far: Sequence[FarSide]
    people: int
    chance: Random
    environment: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    schedules: dict[str, str] = field(default_factory=dict)  # of exports with their own schedule, as YAML
    system_schedule: str = ""
    edits: int = 0
    _lock: Lock = field(default_factory=Lock)

    def prepare(self, speed: float, database_url: str) -> None:
        """Set up everything but the database, which ``apply`` migrates to this version."""
        keep = {name: value for name, value in os.environ.items() if not name.startswith("LELEKA_")}
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
        self.environment = keep | {
            "LELEKA_DATA_DIR": str(self.folder / "data"),
            "LELEKA_MASTER_KEY_FILE": str(self.folder / "master.key"),
            "LELEKA_SOURCE_DIRS": str(self.folder),
            "LELEKA_TEST_SPEED": str(speed),
            "LELEKA_TEST_HOSTS": ",".join(one.host for one in self.far),
            "LELEKA_LEASE_SECONDS": _LEASE,
            "LELEKA_THREADS": "1",
            "PYTHONPATH": path,
            "LELEKA_SECRET_KEY": KEY,
        }
        if database_url:
            self.environment["LELEKA_DATABASE_URL"] = database_url
        self.names = {f"person{number}@example.com": f"Name {number}" for number in range(1, self.people + 1)}
        self._write()
        (self.folder / "leleka.yaml").write_text(self._definitions(), encoding="utf-8")

    def apply(self) -> None:
        command = [sys.executable, "-m", "leleka", "apply", str(self.folder / "leleka.yaml")]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=_LATEST, check=False
        )
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)

    def edit(self) -> None:
        """Return some people other names; every run from now on has to send them."""
        with self._lock:
            self.edits += 1
            for address in self.chance.sample(sorted(self.names), int(self.people * _EDITED)):
                self.names[address] = f"Name {self.chance.randrange(10**9)}"
            self._write()

    def wanted(self, side: str) -> Mapping[str, str]:
        """Address -> name of everybody in the segment of that side."""
        whole = list(self.names.items())
        count = int(self.people * _SHARE)
        return dict(whole[:count] if side == SIDES[0] else whole[-count:])

    def _write(self) -> None:
        """Written to another file and moved: a process may be reading."""
        aside = self.folder / "people.aside"
        with aside.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "email", "name"])
            writer.writerows([number, *person] for number, person in enumerate(self.names.items(), 1))
        aside.replace(self.folder / "people.csv")

    def _definitions(self) -> str:
        count = int(self.people * _SHARE)
        lines = [
            "sources: [{name: people, files: people.csv, profiles: true, primary_key: id}]",
            "segments:",
            f'  - {{name: {SIDES[0]}, rules: {{column: id, "<=": {count}}}}}',
            f'  - {{name: {SIDES[1]}, rules: {{column: id, ">": {self.people - count}}}}}',
            "connections:",
            *(_connection(one) for one in self.far),
            "exports:",
            *(self._export(one, number, side) for one in self.far for number, side in enumerate(SIDES, 1)),
            *([f"system_schedule: {self.system_schedule}"] if self.system_schedule else []),
        ]
        return "\n".join(lines) + "\n"

    def _export(self, account: FarSide, number: int, side: str) -> str:
        name = export_name(account, side)
        schedule = f", schedule: {self.schedules[name]}" if name in self.schedules else ""
        return (
            f"  - {{name: {name}, connection: Account {account.number}, list: {number}, "
            f"segments: {side}, data_matching: {{email: email, first_name: name}}{schedule}}}"
        )


def export_name(account: FarSide, side: str) -> str:
    return f"{side} {account.number}"


def list_of(side: str) -> int:
    return SIDES.index(side) + 1


def _connection(account: FarSide) -> str:
    consent = "consent: {agreed_by: Ada, version: 1}"
    return f'  - {{name: Account {account.number}, host: "{account.host}", key: "${{LELEKA_SECRET_KEY}}", {consent}}}'
