"""A simulation that finds nothing proves nothing: here are mistakes that it must find."""

import pytest

from tests.simulation.mutants.hunt import killed
from tests.simulation.mutants.table import MUTANTS, Mutant

SEEDS = 60


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_a_mistake_is_found_out(mutant: Mutant) -> None:
    assert killed(mutant, SEEDS) != ""
