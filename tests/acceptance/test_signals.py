"""A service manager stops a real run, and two commands begin the same one (faults 9, 74)."""

import signal

import pytest

from tests.acceptance.conftest import Installation
from tests.acceptance.test_kill import DEFINITIONS, IN_FLIGHT, PEOPLE, write_people

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("installation", [10], indirect=True)]
GRACE = 30  # seconds that a service manager may be expected to wait


def applied(installation: Installation) -> dict[str, str]:
    people = write_people(installation)
    file = installation.define(DEFINITIONS.replace('{column: id, ">": 0}', "{column: name, contains: Name}"))
    installation.leleka("apply", str(file))
    return people


def sent(installation: Installation) -> int:
    return int(installation.state()["imports"]["accepted"])


@pytest.mark.long
def test_a_run_that_is_told_to_stop_stops_and_the_next_command_goes_on(installation: Installation) -> None:
    """Fault 74: no new request, requests in flight are waited for, and the lease is released at once."""
    people = applied(installation)
    run = installation.start("export", "run", "Everybody")
    while sent(installation) < 3:
        assert run.poll() is None, run.communicate()
    run.send_signal(signal.SIGTERM)
    _, told = run.communicate(timeout=GRACE)

    assert run.returncode == 130
    assert "goes on with this run" in told
    assert "Traceback" not in told
    assert sent(installation) < PEOPLE / 250
    assert installation.json("run", "list")[0]["status"] == "Processing"

    report = installation.json("export", "run", "Everybody")
    assert (report["id"], report["status"], report["counts"]["delivered"]) == (1, "Successful", PEOPLE)
    assert installation.listed() == people
    assert sent(installation) <= PEOPLE / 250 + IN_FLIGHT
    assert installation.state()["violations"] == []


@pytest.mark.long
def test_of_two_commands_at_once_one_runs_and_the_other_says_so(installation: Installation) -> None:
    """Fault 9, I-12: the second process finds the run taken, and sends nothing."""
    people = applied(installation)
    both = [installation.start("export", "run", "Everybody") for _ in range(2)]
    ended = {}
    for run in both:
        _, told = run.communicate(timeout=120)
        ended[run.returncode] = told
    assert ended.keys() == {0, 1}
    assert "RUN_IN_PROGRESS" in ended[1]
    assert len(installation.json("run", "list")) == 1
    assert installation.listed() == people
    assert sent(installation) == PEOPLE / 250
    assert installation.state()["violations"] == []
