"""Two processes, two exports, one account: one lane, one set of limits, one of them killed (I-12, I-18)."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.acceptance.conftest import Installation
from tests.acceptance.databases import postgresql
from tests.acceptance.test_kill import write_people

ALSO = """
  - name: Again
    connection: Sandbox
    list: 2
    segments: everybody
    data_matching: {email: email, first_name: name}
"""


DONE = {0, 3}  # exit codes: done, and done with rows that have to wait


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, installation: Installation) -> Iterator[Installation]:
    """The installation on either database, with a lease short enough to wait for."""
    installation.environment["LELEKA_LEASE_SECONDS"] = "6"
    with ExitStack() as stack:
        if request.param == "postgresql":
            installation.environment["LELEKA_DATABASE_URL"] = stack.enter_context(postgresql())
        yield installation


@pytest.mark.slow
@pytest.mark.parametrize("installation", [10], indirect=True)
def test_two_exports_share_an_account_and_one_of_them_is_killed(shared: Installation) -> None:
    people = write_people(shared, 2_000)
    definitions = shared.folder / "leleka.yaml"
    definitions.write_text(definitions.read_text() + ALSO)
    shared.leleka("apply", str(definitions))
    shared.leleka("refresh")
    killed = shared.start("export", "run", "Everybody")
    while shared.state()["imports"]["accepted"] < 2:
        assert killed.poll() is None, killed.communicate()
    other = shared.start("export", "run", "Again")
    killed.send_signal(signal.SIGKILL)
    killed.communicate()

    _, told = other.communicate(timeout=100)
    assert other.returncode in DONE, told
    shared.leleka("export", "run", "Everybody")

    assert shared.listed(1) == people
    assert shared.state()["violations"] == []
    # What the killed process had in flight is in quarantine for the other export, though its copy arrived (F2).
    # With time passing faster the quarantine ends, and whoever had to wait is sent.
    shared.environment["LELEKA_TEST_SPEED"] = "1000"
    shared.leleka("export", "run", "Again")
    assert shared.listed(2) == people
