"""A source with expectations: rows that come and change, refreshed by the worker."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leleka.core.clock import SystemClock
from leleka.services.access.actor import Actor, Role
from leleka.services.quality import commands, queries
from leleka.services.quality.contracts import QualityView
from leleka.services.refresh import commands as refresh_commands
from leleka.services.sources import commands as source_commands
from leleka.state.models import RefreshStep, Source
from leleka.worker import jobs
from tests.integration.office import ALICE, Office

BOB = Actor("bob", Role.CONTRIBUTOR)
HEAD = "id,email,tier,amount,seen\n"


def rows_of(number: int, first: int = 1) -> list[str]:
    tiers = ("gold", "silver")
    return [
        f"{n},p{n}@example.org,{tiers[n % 2]},{n}.5,2026-11-{n % 28 + 1:02}\n"
        for n in range(first, first + number)
    ]


def work() -> None:
    """Do what the worker would do."""
    while due := jobs.due_jobs(SystemClock(), (), 10):
        for job in due:
            jobs.carry_out(job, SystemClock())


@dataclass
class Shop:
    """Orders in a file of an allowed folder."""

    file: Path
    number: int

    @property
    def row(self) -> Source:
        return Source.objects.get(pk=self.number)

    @property
    def step(self) -> RefreshStep:
        """The newest step that was about the source."""
        return RefreshStep.objects.filter(kind="source", of=self.number).latest("pk")

    @property
    def view(self) -> QualityView:
        return queries.quality(ALICE, self.number)

    def write(self, lines: list[str]) -> None:
        self.file.write_text(HEAD + "".join(lines), encoding="utf-8")

    def deliver(self, lines: list[str]) -> None:
        self.write(lines)
        self.refresh()

    def refresh(self) -> None:
        refresh_commands.ask(ALICE, f"source:{self.number}")
        work()

    def expect(self, *told: Mapping[str, Any]) -> None:
        commands.expect(ALICE, self.number, told, self.row.version)


def shop(office: Office, rows: int = 40) -> Shop:
    """Return a shop whose orders were read once."""
    office.hire(3)
    office.apply()
    file = office.configuration.source_dirs[0] / "orders.csv"
    file.write_text(HEAD + "".join(rows_of(rows)), encoding="utf-8")
    told = {"name": "orders", "files": [str(file)], "primary_key": "id"}
    number = source_commands.create(ALICE, told)
    work()
    return Shop(file, number)
