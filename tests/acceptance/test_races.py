"""Check-then-write between two people at once, on PostgreSQL, where transactions do not queue by themselves."""

import json
import subprocess
import sys

import pytest

from tests.acceptance.conftest import Installation
from tests.acceptance.databases import postgresql
from tests.acceptance.races import RACES
from tests.acceptance.test_kill import write_people

ROUNDS = 12


@pytest.mark.slow
def test_of_two_at_once_only_one_does_what_only_one_can(installation: Installation) -> None:
    with postgresql() as url:
        installation.environment["LELEKA_DATABASE_URL"] = url
        write_people(installation, 1)
        installation.leleka("apply", str(installation.folder / "leleka.yaml"))
        done = subprocess.run(
            [sys.executable, "-m", "tests.acceptance.racing", str(ROUNDS)],
            env=installation.environment, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {name: [1] * ROUNDS for name in RACES}
