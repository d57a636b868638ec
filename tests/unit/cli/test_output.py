"""How the terminal shows values that others wrote."""

import json

import pytest

from leleka.cli.output import print_json, print_table, report_problems
from leleka.errors import InvalidInput


@pytest.mark.parametrize("sign", ["\x1b", "\n", "\x85", "\u202e", "\u2066", "\u200f", "\u061c", "\u2028"])
def test_no_value_steers_the_terminal_or_turns_the_line_around(
    capsys: pytest.CaptureFixture[str], sign: str
) -> None:
    """Inputs 18 and 20."""
    print_table(("profile",), [(f"evil{sign}gpj",)], "")
    assert "evil\N{REPLACEMENT CHARACTER}gpj" in capsys.readouterr().out


def test_letters_of_any_script_stay_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("profile",), [("Ім'я שלום 👩\u200d🚀",)], "")
    assert "Ім'я שלום 👩\u200d🚀" in capsys.readouterr().out


def test_a_name_that_is_no_text_does_not_break_the_document(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    """A file's name may hold any bytes; what reads the output still finds JSON."""
    report_problems(InvalidInput("DEFINITIONS_NOT_FOUND", where="\udcff.yaml"), as_json=True)
    (problem,) = json.loads(capsysbinary.readouterr().out)["problems"]
    assert problem["where"] == "\udcff.yaml"
    print_json(["\udcff"])
    assert json.loads(capsysbinary.readouterr().out) == ["\udcff"]
