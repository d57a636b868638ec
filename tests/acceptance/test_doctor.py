"""``leleka doctor`` as an owner of an account uses it: typed, interrupted, killed, and cleaned up after."""

import signal
from typing import Any, Final

import pytest

from tests.acceptance.conftest import KEY, Installation
from tests.acceptance.killing import killed_at, sent
from tests.acceptance.test_kill import write_people

EXAMINE: Final = ("doctor", "Sandbox", "--list", "2", "--domain", "example.com")
CLEAN_UP: Final = ("doctor", "Sandbox", "--clean-up")
ON_PURPOSE: Final = {"unsubscribed_sent", "too_many_rows", "too_large", "invalid_row"}
_DOCTOR: Final = "leleka.destinations.activecampaign.doctor"
# Before the first import; when one is about to leave, has left and was accepted; and while contacts are removed.
DEATHS: Final = (
    (f"{_DOCTOR}.wire:Wire.submit", 1),
    (f"{_DOCTOR}.wire:Wire.submit", 6),
    ("leleka.services.connections.examination:Log.answered", 1),
    ("leleka.services.connections.examination:Log.answered", 9),
    (f"{_DOCTOR}.contacts:Contacts.delete", 1),
    (f"{_DOCTOR}.contacts:Contacts.delete", 5),
)


@pytest.fixture
def clinic(installation: Installation) -> Installation:
    write_people(installation, 3)
    installation.leleka("apply", str(installation.folder / "leleka.yaml"))
    return installation


def contacts(one: Installation) -> int:
    return int(one.state()["contacts"])


def points(done: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one["value"] for one in done["points"] if one["settled"]}


def test_nothing_is_sent_that_nobody_confirmed(clinic: Installation) -> None:
    for words in (EXAMINE, ("doctor", "Sandbox", "--list", "2"), ("doctor", "Sandbox")):
        clinic.leleka(*words, code=2)
    assert clinic.json(*EXAMINE, code=2)["problems"][0]["code"] == "DOCTOR_NOT_CONFIRMED"
    assert (clinic.state()["imports"]["accepted"], contacts(clinic)) == (0, 0)


def test_what_was_found_is_printed_kept_and_shown_without_the_key(clinic: Installation) -> None:
    told = clinic.leleka(*EXAMINE, "--yes")
    assert "archived_import = restored" in told
    assert "unconfirmed_subscribed is not settled" in told
    assert "13 of 13 made-up addresses are not there." in told
    assert max(map(len, told.splitlines())) <= 80
    shown = clinic.json("doctor", "Sandbox", "--show")
    assert {one["name"]: one["value"] for one in shown}["delete_contact"] == "archives"
    assert "delete_contact = archives" in clinic.leleka("doctor", "Sandbox", "--show")
    assert KEY not in f"{told}{shown}"
    assert contacts(clinic) == 0
    assert {one["rule"] for one in clinic.state()["violations"]} <= ON_PURPOSE


@pytest.mark.parametrize(("place", "call"), DEATHS)
def test_a_kill_at_any_step_leaves_what_clean_up_removes(clinic: Installation, place: str, call: int) -> None:
    killed_at(clinic, place, call, *EXAMINE, "--yes")
    assert clinic.json(*EXAMINE, "--yes", code=1)["problems"][0]["code"] == "DOCTOR_UNFINISHED"
    done = clinic.json(*CLEAN_UP)
    assert (done["remaining"], contacts(clinic)) == ([], 0)
    assert clinic.json(*CLEAN_UP, code=2)["problems"][0]["code"] == "DOCTOR_NOTHING_LEFT"
    assert points(clinic.json(*EXAMINE, "--yes"))["delete_contact"] == "archives"


@pytest.mark.usefixtures("ctrl_c_is_heard")
@pytest.mark.parametrize("installation", ["60"], indirect=True)
def test_a_ctrl_c_removes_what_was_made_before_it_ends(clinic: Installation) -> None:
    process = clinic.start(*EXAMINE, "--yes")
    sent(clinic, process, 3)
    assert contacts(clinic) > 0
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, out + err
    assert "Removing the made-up contacts" in err
    assert contacts(clinic) == 0
    clinic.leleka(*CLEAN_UP, code=2)


@pytest.mark.parametrize("installation", ["60"], indirect=True)
@pytest.mark.parametrize(
    ("behaviour", "found"),
    [
        (
            {"false_seconds": 300.0},
            {"status_at_first": "false", "limit_headers": True, "requests_per_second": 5},
        ),
        (
            {"false_seconds": 0.0, "claim_seconds": 300.0, "limit_headers": False},
            {"status_at_first": "waiting", "limit_headers": False},
        ),
    ],
)
def test_it_keeps_the_account_s_limits_and_tells_what_needs_time(
    clinic: Installation, behaviour: dict[str, Any], found: dict[str, Any]
) -> None:
    clinic.behave(**behaviour)
    settled = points(clinic.json(*EXAMINE, "--yes"))
    assert {name: settled[name] for name in found} == found
    assert ("requests_per_second" in settled) == found["limit_headers"]
    state = clinic.state()
    assert {one["rule"] for one in state["violations"]} <= ON_PURPOSE
    most = state["most_seen"]
    assert 0 < most["single_imports_in_a_minute"]["most"] <= 20
    assert (contacts(clinic), state["imports"]["with_automations"]) == (0, 0)
