"""No promise is broken by a death, wherever it comes (I-15)."""

import pytest

from tests.simulation.crash_points import (
    IN_THE_DATABASE,
    STORIES,
    die,
    first_and_last_of_each,
    in_memory,
    in_the_database,
)


@pytest.mark.parametrize("story", STORIES)
def test_a_death_at_any_point_breaks_no_promise(story: str) -> None:
    """I-15, and all that is always checked."""
    names, deaths = die(story, in_memory)
    assert deaths == len(names) > 40


@pytest.mark.long
@pytest.mark.usefixtures("transactional_db")
def test_a_death_at_any_statement_or_commit_breaks_no_promise() -> None:
    """I-15 over SQL: a transaction that was not committed is as if it had never begun.

    Here the first and the last of each kind of statement; ``make proof`` lets it die at every one, in more stories.
    """
    names, deaths = die(IN_THE_DATABASE[0], in_the_database, first_and_last_of_each)
    assert deaths >= len(set(names)) > 20
    assert names.count("before COMMIT") == names.count("after COMMIT") > 20
    assert {
        "before POST",
        "before poll",
        'before INSERT "state_attempt"',
        'before UPDATE "state_run"',
    } <= set(names)


def test_the_short_run_meets_each_kind_of_point_twice() -> None:
    assert first_and_last_of_each(["a", "b", "a", "c", "a", "b"]) == [1, 2, 4, 5, 6]
