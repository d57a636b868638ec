"""A real process, killed with a real kill -9, in the middle of a real delivery."""

import csv
import signal

import pytest

from tests.acceptance.conftest import Installation
from tests.acceptance.killing import kill, sent

PEOPLE = 6_000
IN_FLIGHT = 6  # requests that may be in flight at once, and so may be repeated

DEFINITIONS = """
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


def write_people(installation: Installation, number: int = PEOPLE) -> dict[str, str]:
    people = {f"person{number}@example.com": f"Name {number}" for number in range(1, number + 1)}
    with (installation.folder / "people.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "email", "name"])
        writer.writerows([number, *person] for number, person in enumerate(people.items(), 1))
    installation.define(DEFINITIONS)
    return people


@pytest.mark.slow
@pytest.mark.parametrize("installation", [10], indirect=True)
def test_a_run_killed_in_the_middle_goes_on_and_loses_nobody(installation: Installation) -> None:
    """I-15, faults 2 to 4: at most the requests in flight are repeated, and everybody arrives."""
    people = write_people(installation)
    installation.leleka("apply", str(installation.folder / "leleka.yaml"))
    run = installation.start("export", "run", "Everybody")
    sent(installation, run, 5)
    kill(run)
    assert len(installation.listed()) < PEOPLE
    assert installation.json("run", "list")[0]["status"] == "Processing"

    report = installation.json("export", "run", "Everybody")

    assert (report["id"], report["status"]) == (1, "Successful")
    assert report["counts"]["delivered"] == PEOPLE
    assert installation.listed() == people
    seen = installation.state()
    assert seen["imports"]["accepted"] <= PEOPLE / 250 + IN_FLIGHT
    assert seen["violations"] == []


@pytest.mark.long
@pytest.mark.usefixtures("ctrl_c_is_heard")
@pytest.mark.parametrize("installation", [10], indirect=True)
def test_a_run_stopped_by_ctrl_c_goes_on_with_the_same_command(installation: Installation) -> None:
    people = write_people(installation)
    installation.leleka("apply", str(installation.folder / "leleka.yaml"))
    run = installation.start("export", "run", "Everybody")
    sent(installation, run, 3)
    run.send_signal(signal.SIGINT)
    _, told = run.communicate()
    assert "goes on with this run" in told

    assert installation.json("export", "run", "Everybody")["id"] == 1
    assert installation.listed() == people
    assert installation.state()["violations"] == []
