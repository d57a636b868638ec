"""Check-then-write between two people at once, on PostgreSQL, where transactions do not queue by themselves."""

import json
import subprocess
import sys

import pytest

from tests.acceptance.conftest import Installation
from tests.acceptance.databases import postgresql
from tests.acceptance.races import LEFT
from tests.acceptance.test_kill import write_people

ROUNDS = (3, pytest.param(25, marks=pytest.mark.long))


@pytest.mark.slow
@pytest.mark.parametrize("rounds", ROUNDS)
def test_of_two_at_once_only_one_does_what_only_one_can(installation: Installation, rounds: int) -> None:
    with postgresql() as url:
        installation.environment["LELEKA_DATABASE_URL"] = url
        write_people(installation, 1)
        installation.leleka("apply", str(installation.folder / "leleka.yaml"))
        done = subprocess.run(
            [sys.executable, "-m", "tests.acceptance.racing", str(rounds)],
            env=installation.environment, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {name: [left] * rounds for name, left in LEFT.items()}
