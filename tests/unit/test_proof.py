"""``make proof`` takes a proof for one only where something was attacked, and says what."""

import json
from pathlib import Path
from typing import Any

import pytest
from scripts.proof import Proof, TooTame, _last_line, _of_a_siege, long_tests

COMMANDS: dict[str, Any] = {
    "runs": 9,
    "kills": 12,
    "stops": 1,
    "lost": 0,
    "killed": {"before_the_first_import": 5},
}
WORKERS: dict[str, Any] = COMMANDS | {
    "database": "postgresql",
    "instants": 5,
    "kills": 1,
    "done": {"database_restarts": 2},
}


def printed(told: dict[str, Any]) -> str:
    return f"a line of a log\n{json.dumps(told, indent=2)}\nanother"


def test_a_siege_is_told_in_its_figures() -> None:
    assert _of_a_siege(printed(COMMANDS)) == "9 runs, 12 kills, 1 stops, 0 lost, 0 restarts of the database"
    assert _of_a_siege(printed(WORKERS)).endswith("5 instants, 0 lost, 2 restarts of the database")
    assert _of_a_siege(printed(WORKERS | {"database": "sqlite", "done": {}}))


@pytest.mark.parametrize(
    "told",
    [
        COMMANDS | {"kills": 9},
        COMMANDS | {"killed": {"before_the_first_import": 6}},
        WORKERS | {"instants": 4},
        WORKERS | {"stops": 0},
        WORKERS | {"done": {}},
    ],
)
def test_a_siege_in_which_little_happened_proves_nothing(told: dict[str, Any]) -> None:
    with pytest.raises(TooTame):
        _of_a_siege(printed(told))


def test_a_proof_that_fails_shows_what_it_printed_and_how_to_repeat_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert not Proof("a tool", ("json.tool", "--nothing-of-the-kind"), _last_line).succeeds()
    said = capsys.readouterr().out
    assert "unrecognized arguments" in said
    assert "again: python -m json.tool --nothing-of-the-kind" in said


def test_each_long_test_is_in_one_part() -> None:
    *parts, rest = long_tests()
    named = [word for part in parts for word in part.words if word.startswith("tests/")]
    assert sorted(f"--ignore={folder}" for folder in named) == sorted(
        word for word in rest.words if word.startswith("--ignore=")
    )
    assert "tests" in rest.words
    assert [folder for folder in named if not (Path(__file__).parents[2] / folder).is_dir()] == []
