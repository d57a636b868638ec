"""Schedules at the terminal."""

import pytest

from tests.integration.office import DEFINITIONS, Office
from tests.integration.test_cli import Terminal


@pytest.fixture
def terminal(office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    office.hire(2)
    return Terminal(office, monkeypatch, capsys)


def test_schedules_are_told(terminal: Terminal) -> None:
    """Of the system, of exports, and what is due next."""
    terminal.apply()
    assert "The system's schedule is off." in terminal.leleka("schedule", "show").out
    assert "Nothing runs by itself." in terminal.leleka("schedule", "next").out
    own = '    schedule: {repeat: weekly, days: [mon, wed], times: ["08:00"], time_zone: Europe/Kyiv}\n'
    system = 'system_schedule: {repeat: daily, times: ["03:30"], time_zone: Europe/Kyiv}\n'
    terminal.apply(DEFINITIONS + own + system)
    shown = terminal.leleka("schedule", "show").out
    assert "The system refreshes daily 03:30 Europe/Kyiv." in shown
    assert "is not there: it runs at 04:00" in shown
    assert "mon, wed 08:00 Europe/Kyiv" in shown
    assert "mon, wed 08:00" in terminal.leleka("export", "list").out
    due = terminal.leleka("schedule", "next", "--number", "2", "--json").json
    assert {one["name"] for one in due} == {"", "News"}
    told = terminal.leleka("schedule", "show", "--json").json
    assert (told["system"]["on"], len(told["system"]["next"])) == (True, 10)
    assert told["exports"][0]["schedule"]["days"] == ["mon", "wed"]
