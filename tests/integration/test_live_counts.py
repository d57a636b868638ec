"""Counts of rules that are being edited are those that the worker finds."""

from typing import Any, Final

import pytest

from leleka.core.clock import SystemClock
from leleka.services.builder import queries as builder_queries
from leleka.services.segments import queries as segment_queries
from tests.integration.office import ALICE, Office

GOLD: Final = {"column": "tier", "is": "gold"}
KYIV: Final = {"column": "city", "is": "Kyiv"}
RULES: Final[list[dict[str, Any]]] = [
    GOLD,
    {"all": [GOLD, {"not": KYIV}]},
    {"any": [GOLD, KYIV]},
    {"except": [GOLD, KYIV, {"column": "id", "any of": ["1", "2"]}]},
]


@pytest.mark.parametrize("rules", RULES)
def test_a_live_count_is_what_the_worker_counts(office: Office, rules: dict[str, Any]) -> None:
    office.hire(30)
    office.apply()
    told = builder_queries.counts(ALICE, rules)
    assert told.whole is not None
    assert told.whole.exact
    assert told.whole.count == segment_queries.count_rules(rules, SystemClock())
    assert told.profiles == 30
