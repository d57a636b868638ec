"""The terminal and the API tell of an object by the same fields, with the same values."""

from typing import Any

import pytest

from leleka.services.access.actor import Role
from tests.integration.api import Program, program
from tests.integration.office import Office
from tests.integration.test_cli import Terminal

MOMENTS = {"evaluated_at", "refreshed", "created_at", "finished_at", "started_at"}


@pytest.fixture
def terminal(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    office.hire(3)
    office.apply()
    office.run()
    return Terminal(office, monkeypatch, capsys)


def without_moments(told: dict[str, Any]) -> dict[str, Any]:
    """Leave moments away: each door writes them as its readers expect."""
    return {name: value for name, value in told.items() if name not in MOMENTS}


@pytest.mark.parametrize("what", ["export", "run", "segment"])
def test_a_list_is_the_same_at_the_terminal_and_in_the_api(terminal: Terminal, what: str) -> None:
    (shown,) = terminal.leleka(what, "list", "--json").json
    (answered,) = program("ada", Role.ADMINISTRATOR).get(f"/{what}s")["items"]
    assert shown.keys() == answered.keys()
    assert without_moments(shown) == without_moments(answered)


def test_a_refresh_is_the_same_at_the_terminal_and_in_the_api(terminal: Terminal) -> None:
    shown = terminal.leleka("refresh", "--everything", "--json").json
    answered = program("ada", Role.ADMINISTRATOR).get(f"/refreshes/{shown['id']}")
    assert shown.keys() == answered.keys()
    assert answered["steps"]
    steps = zip(shown["steps"], answered["steps"], strict=True)
    assert [without_moments(one) for one, _ in steps] == [without_moments(one) for one in answered["steps"]]


def test_the_systems_schedule_is_the_same_at_the_terminal_and_in_the_api(terminal: Terminal) -> None:
    ada: Program = program("ada", Role.ADMINISTRATOR)
    daily = {"repeat": "daily", "times": ["02:30"], "time_zone": "Europe/Kyiv", "on": True, "version": 0}
    answered = ada.told("PUT", "/system/schedule", daily)
    shown = terminal.leleka("schedule", "show", "--json").json["system"]
    del shown["decisions"]
    assert shown.keys() == answered.keys()
    assert shown["schedule"] == {name: value for name, value in answered["schedule"].items() if value}
    assert [one["wanted"] for one in shown["changes"]] == [one["wanted"] for one in answered["changes"]]
    assert len(shown["next"]) == len(answered["next"]) == 10
