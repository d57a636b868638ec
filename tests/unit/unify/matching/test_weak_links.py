"""Which links hold a cluster together, case by case. A link is a rule and the first record of those with a value."""

import pytest

from leleka.unify.matching.weak_links import Link, holding

PHONE, NAME = (2, 1), (3, 1)
COUPLES = {1: 2, 3: 2}


@pytest.mark.parametrize(
    ("links", "sizes", "held"),
    [
        pytest.param({PHONE: {1, 3}}, COUPLES, {PHONE}, id="two couples share a phone"),
        pytest.param({PHONE: {1, 3}, NAME: {1, 3}}, COUPLES, set(), id="and their name"),
        pytest.param({PHONE: {1, 3}}, {1: 5, 3: 1}, set(), id="one more record of a customer"),
        pytest.param(
            {PHONE: {1, 2, 3, 4}}, dict.fromkeys([1, 2, 3, 4], 1), set(), id="a phone is all they have"
        ),
        pytest.param({PHONE: {1, 2, 3}}, {1: 2, 2: 1, 3: 2}, {PHONE}, id="two couples and somebody else"),
        pytest.param(
            {PHONE: {1, 2}, NAME: {2, 3}},
            {1: 1, 2: 2, 3: 1},
            set(),
            id="records around a customer, on two sides",
        ),
        pytest.param(
            {PHONE: {1, 2}, (2, 3): {3, 4}, (3, 2): {2, 3}},
            dict.fromkeys([1, 2, 3, 4], 1),
            {(3, 2)},
            id="two pairs by phone, held by a name",
        ),
        pytest.param(
            {PHONE: {1, 2}, NAME: {2, 3}, (3, 3): {1, 3}}, dict.fromkeys([1, 2, 3], 2), set(), id="a ring"
        ),
    ],
)
def test_a_link_holds_without_which_two_groups_fall_apart(
    links: dict[Link, set[int]], sizes: dict[int, int], held: set[Link]
) -> None:
    assert holding(links, sizes) == held
