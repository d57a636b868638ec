"""A simulation that finds nothing proves nothing: here are mistakes that it must find."""

import pytest

from tests.simulation.mutants.hunt import ROOT, killed
from tests.simulation.mutants.mutant import Mutant
from tests.simulation.mutants.table import MUTANTS

SEEDS = 60
# Found out soon. All of them are part of ``make proof``.
SHORT = {
    "the suppressed are not looked at again",
    "nothing is written ahead",
    "a cancel is not seen",
    "failed is done",
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
def test_a_mistake_that_no_known_world_shows_is_looked_for_in_others() -> None:
    """``make proof`` does not fail because worlds draw otherwise than when a seed was written down."""
    (mutant,) = (one for one in MUTANTS if one.name == "failed is done")
    assert killed(mutant, 0, 0) == ""
    assert killed(mutant, 0) != ""


@pytest.mark.slow
@pytest.mark.parametrize(
    "mutant",
    [pytest.param(one, marks=() if one.name in SHORT else pytest.mark.long) for one in MUTANTS],
    ids=[one.name.replace(" ", "-") for one in MUTANTS],
)
def test_a_mistake_is_found_out(mutant: Mutant) -> None:
    assert killed(mutant, SEEDS) != ""
