"""`leleka segment`: activating, scheduling and tagging in the terminal."""

import pytest

from leleka.state.models import Segment
from tests.integration.office import DEFINITIONS, Office
from tests.integration.test_cli import Terminal


@pytest.fixture
def terminal(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    office.hire(3)
    opened = Terminal(office, monkeypatch, capsys)
    silver = "  - {name: Silver, tags: [VIP], rules: {column: tier, is: silver}}\n"
    assert opened.apply(DEFINITIONS.replace("connections:\n", silver + "connections:\n", 1)).code == 0
    Segment.objects.filter(name="Gold").update(managed_by_file="")
    return opened


def test_a_segment_is_deactivated_and_says_what_stops(terminal: Terminal) -> None:
    done = terminal.leleka("segment", "deactivate", "Gold")
    assert (done.code, done.out.splitlines()[0]) == (0, "Gold: inactive")
    assert "these exports send nothing: News" in done.out
    refused = terminal.leleka("export", "run", "News")
    assert (refused.code, "SEGMENT_INACTIVE" in refused.err) == (1, True)
    assert terminal.leleka("segment", "activate", "Gold").out == "Gold: active\n"


def test_what_cannot_be_done_fails_and_the_rest_is_done(terminal: Terminal) -> None:
    done = terminal.leleka("segment", "deactivate", "Silver", "Gold", "--json")
    assert done.code == 1
    told = {one["name"]: [problem["code"] for problem in one["problems"]] for one in done.json["outcomes"]}
    assert told == {"Silver": ["MANAGED_BY_FILE"], "Gold": []}
    assert [one["active"] for one in done.json["segments"]] == [True, False]


def test_a_date_is_in_the_zone_of_the_installation(terminal: Terminal) -> None:
    done = terminal.leleka("segment", "deactivate", "Gold", "--at", "2099-12-24")
    assert "inactive from 2099-12-2" in done.out
    refused = terminal.leleka("segment", "deactivate", "Gold", "--at", "2001-12-24")
    assert (refused.code, "This moment has passed." in refused.err) == (2, True)


def test_days_are_set_and_what_the_system_cannot_serve_is_said(terminal: Terminal) -> None:
    done = terminal.leleka("segment", "schedule", "Gold", "monthly", "1,15")
    assert done.out.startswith("Gold: active; monthly 1, 15\n")
    assert "The system's schedule is off" in done.out
    assert terminal.leleka("segment", "schedule", "Gold", "weekly", "mon,thu", "--json").json[0][
        "schedule"
    ] == {
        "repeat": "weekly",
        "days": ["mon", "thu"],
    }
    assert (
        terminal.leleka("segment", "schedule", "Gold", "off").out
        == "Gold: active; evaluated on demand only\n"
    )
    assert terminal.leleka("segment", "schedule", "Gold", "yearly").code == 2


def test_tags_are_given_listed_and_renamed(terminal: Terminal) -> None:
    assert terminal.leleka("segment", "tag", "Gold", "--add", "Xmas", "--add", "VIP").code == 0
    assert terminal.leleka("segment", "rename-tag", "Xmas", "Christmas").code == 0
    assert terminal.leleka("segment", "rename-tag", "VIP", "Best").code == 1  # a file writes it
    tags = {one["name"]: one["segments"] for one in terminal.leleka("segment", "tags", "--json").json}
    assert tags == {"Christmas": 1, "VIP": 2}
    listed = terminal.leleka("segment", "list", "--tag", "Christmas", "--json").json
    assert [(one["name"], one["tags"]) for one in listed] == [("Gold", ["Christmas", "VIP"])]
    terminal.leleka("segment", "tag", "Gold", "--remove", "VIP")
    assert "Christmas" in terminal.leleka("segment", "list").out
    assert terminal.leleka("segment", "tag", "Nobody", "--add", "VIP").code == 2
