"""L1: the same worlds over the real outbox, real claims and the real quarantine."""

import pytest

from tests.simulation.runner import campaign, live
from tests.simulation.seeds import FOUND

SEEDS = 10  # the first of the many that ``make proof`` lives through
_PARTS = 1


@pytest.mark.slow
@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("part", range(_PARTS))
def test_no_promise_is_broken_in_the_database_either(part: int) -> None:
    result = campaign("l1", range(part, SEEDS, _PARTS), tell=print)
    assert result.violations == []
    assert result.crashes > 0


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("seed", FOUND["l1"])
def test_what_was_found_once_stays_mended(seed: int) -> None:
    assert live("l1", seed)[1] == ""
