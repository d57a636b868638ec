"""The state's disk is full, or refuses writes, in the middle of a real run (faults 44, 46)."""

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import Installation
from tests.acceptance.test_kill import DEFINITIONS

pytestmark = pytest.mark.slow
PEOPLE = 20_000  # eighty batches: recording them needs some space
BALLAST = 8_000_000
RUN = ("export", "run", "Everybody")
# The same command on a disk with space for so many pages of the database and no more.
CRAMPED = """
import sys
from django.conf import settings
settings.DATABASES["default"]["OPTIONS"]["init_command"] += f" PRAGMA max_page_count={sys.argv.pop(1)};"
from leleka.conf.entry import main
main()
"""


@pytest.fixture
def applied(installation: Installation) -> Installation:
    lines = [f"{number},p{number}@x.test,Name {number}\n" for number in range(1, PEOPLE + 1)]
    (installation.folder / "people.csv").write_text("".join(["id,email,name\n", *lines]))
    installation.define(DEFINITIONS.replace('{column: id, ">": 0}', "{column: name, contains: Name}"))
    installation.environment["DJANGO_SETTINGS_MODULE"] = "leleka.conf.django"
    installation.leleka("apply", str(installation.folder / "leleka.yaml"))
    return installation


def state_of(installation: Installation) -> Path:
    return installation.folder / "data" / "state.sqlite3"


def query(installation: Installation, sql: str) -> Any:
    with closing(sqlite3.connect(state_of(installation))) as state:
        return state.execute(sql).fetchone()[0]


def run(installation: Installation, command: Sequence[str], **options: Any) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, *command, *RUN],
        env=installation.environment, capture_output=True, text=True, timeout=120, check=False, **options,
    )  # fmt: skip
    return done.returncode, done.stderr


def sent(installation: Installation) -> int:
    """Return how many batches ActiveCampaign accepted, after checking that each was written ahead (I-4) and
    nothing is damaged.
    """
    accepted = int(installation.state()["imports"]["accepted"])
    assert accepted <= query(installation, "SELECT count(*) FROM state_attempt")
    assert query(installation, "PRAGMA integrity_check") == "ok"
    return accepted


def assert_goes_on(installation: Installation, stops: list[int]) -> None:
    """One of the stops was in the middle of the delivery; with enough space everybody arrives."""
    assert [one for one in stops if 0 < one < PEOPLE / 250]
    report = installation.json(*RUN)
    assert (report["id"], report["status"]) == (1, "Successful")
    assert len(installation.listed()) == PEOPLE
    assert installation.state()["violations"] == []


@pytest.mark.long
def test_a_full_disk_stops_the_run_and_with_room_it_goes_on(applied: Installation) -> None:
    """Fault 44: a little more space each time, until part of the run fits."""
    pages, stops = query(applied, "PRAGMA page_count"), list[int]()
    while not any(stops):
        code, told = run(applied, ["-c", CRAMPED, str(pages)])
        assert code == 1
        assert "error [DATABASE_FULL]" in told
        assert "Traceback" not in told
        stops.append(sent(applied))
        pages += 2
    assert_goes_on(applied, stops)


@pytest.mark.long
def test_a_disk_that_refuses_to_write_stops_the_run(applied: Installation) -> None:
    """Fault 46: what cannot be written ahead is not sent."""
    with closing(sqlite3.connect(state_of(applied))) as state:
        # Larger than any file of the lake: the limit of a process is one for each of its files.
        state.execute(f"CREATE TABLE ballast AS SELECT zeroblob({BALLAST})")
        state.commit()
    most, stops = state_of(applied).stat().st_size, list[int]()
    while not any(stops):
        limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (most, most))
        code, told = run(applied, ["-m", "leleka"], preexec_fn=limit)
        assert code == 1
        assert "error [DATABASE_UNUSABLE]" in told
        assert "Traceback" not in told
        stops.append(sent(applied))
        most += 2 * 4096
    assert_goes_on(applied, stops)
