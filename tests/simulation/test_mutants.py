"""A simulation that finds nothing proves nothing: here are mistakes that it must find."""

import pytest

from tests.simulation.mutants.hunt import ROOT, killed
from tests.simulation.mutants.table import MUTANTS, Mutant

SEEDS = 60
# One of each part, and found out soon: every one of them is part of ``make proof``.
SHORT = {
    "a repeat has what changed meanwhile",
    "the suppressed are not looked at again",
    "no pace",
    "nothing is written ahead",
    "a cancel is not seen",
    "failed is done",
    "no fence",
    "no wipe guard",
}


def test_the_short_ones_are_among_them() -> None:
    assert {mutant.name for mutant in MUTANTS} > SHORT


def test_every_mistake_can_still_be_made() -> None:
    """The long ones are hunted by ``make proof`` alone: what they change is looked for here."""
    edits = [(mutant.name, edit) for mutant in MUTANTS for edit in mutant.edits]
    found = {
        (name, edit.file, (ROOT / edit.file).read_text(encoding="utf-8").count(edit.old))
        for name, edit in edits
    }
    assert {one for one in found if one[2] != 1} == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    "mutant",
    [pytest.param(one, marks=() if one.name in SHORT else pytest.mark.long) for one in MUTANTS],
    ids=[one.name.replace(" ", "-") for one in MUTANTS],
)
def test_a_mistake_is_found_out(mutant: Mutant) -> None:
    assert killed(mutant, SEEDS) != ""
