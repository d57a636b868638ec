"""Counts of rules that are being edited are those that the worker finds; drafts are their writer's alone."""

import csv
from dataclasses import replace
from typing import Any, Final

import pytest

from leleka.core.clock import SystemClock
from leleka.errors import Forbidden, InvalidInput
from leleka.services.access.actor import Actor, Role
from leleka.services.builder import asking
from leleka.services.builder import commands as builder_commands
from leleka.services.builder import queries as builder_queries
from leleka.services.builder.contracts import Draft, RuleCounts
from leleka.services.installation import lake_sessions
from leleka.services.segments import queries as segment_queries
from leleka.services.segments.evaluation import refresh_segments
from leleka.services.sources.loading import refresh_sources
from leleka.state.models import AuditEntry, Measure, SegmentDraft
from tests.integration.all_sources import all_sources
from tests.integration.office import ALICE, DEFINITIONS, Office
from tests.integration.people import somebody

GOLD: Final = {"column": "tier", "is": "gold"}
KYIV: Final = {"column": "city", "is": "Київ"}
BOUGHT: Final = {"related": "orders", "sum": "amount", ">=": 100, "where": {"column": "amount", ">": 20}}
RULES: Final[list[dict[str, Any]]] = [
    GOLD,
    {"all": [GOLD, {"not": KYIV}]},
    {"any": [GOLD, KYIV]},
    {"except": [GOLD, KYIV, {"column": "id", "any of": ["1", "2"]}]},
    {"all": [GOLD, BOUGHT]},
    {"all": [{"related": "orders", "exists": False}, {"segment": "Gold"}]},
    {"column": "Lower", "is": "gold"},
]
WITH_ORDERS: Final = DEFINITIONS.replace(
    "segments:\n",
    "  - {name: orders, files: orders.csv, primary_key: id, types: {customer: text}}\n"
    "relationships:\n"
    "  - {name: orders, from: {source: orders, column: customer}, to: {source: customers, column: id}}\n"
    "segments:\n",
    1,
)
PEOPLE: Final = 120


@pytest.fixture
def shop(office: Office) -> Office:
    """An office whose customers have ordered: each number of theirs, for ten times as much."""
    office.hire(PEOPLE)
    office.edit(*range(1, 40), tier="silver")
    office.edit(*range(30, 60), city="Lviv")
    with (office.folder / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [(number, number % 90 + 1, number % 7 * 10) for number in range(600)]
        csv.writer(file, lineterminator="\n").writerows([("id", "customer", "amount"), *rows])
    office.apply(WITH_ORDERS)
    definition = {"lower": {"column": "tier"}}
    Measure.objects.create(name="Lower", definition=definition, type="text")
    with lake_sessions.session() as session:
        refresh_sources(session, lambda _: None, all_sources())
        refresh_segments(session, SystemClock(), lambda _: None)
    return office


def whole(told: RuleCounts) -> int:
    assert told.whole is not None
    assert told.whole.exact
    return told.whole.count


@pytest.mark.usefixtures("shop")
def test_a_live_count_is_what_the_worker_counts() -> None:
    for rules in RULES:
        told = builder_queries.counts(ALICE, rules)
        assert whole(told) == segment_queries.count_rules(rules, SystemClock()), rules
        assert told.profiles == PEOPLE


@pytest.mark.usefixtures("shop")
def test_large_tables_are_estimated_first_and_counted_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "LARGE", 100)
    monkeypatch.setattr(asking, "SAMPLE", 60)
    rules = {"all": [GOLD, {**BOUGHT, ">=": 90}]}
    told = builder_queries.counts(ALICE, rules)
    assert told.whole is not None
    assert not told.whole.exact
    exact = whole(builder_queries.counts(ALICE, rules, exact=True))
    assert exact == segment_queries.count_rules(rules, SystemClock())
    assert told.whole.low <= exact <= told.whole.high
    assert told.whole.low < told.whole.high
    assert whole(builder_queries.counts(ALICE, rules)) == exact  # it is known now


@pytest.mark.usefixtures("shop")
def test_a_wrong_part_says_so_and_the_others_are_counted() -> None:
    told = builder_queries.counts(ALICE, {"all": [GOLD, {"column": "tire", "is": "x"}, KYIV]})
    assert told.whole is None
    fits = {node.path: node.fits and node.fits.count for node in told.nodes}
    assert fits == {"rules": None, "rules.all[0]": 81, "rules.all[1]": None, "rules.all[2]": 90}
    assert [problem.where for problem in told.problems] == ["rules.all[1].column"]


def test_new_data_are_counted_anew(shop: Office) -> None:
    assert whole(builder_queries.counts(ALICE, GOLD)) == 81
    shop.edit(1, tier="gold")
    with lake_sessions.session() as session:
        refresh_sources(session, lambda _: None, all_sources())
    assert whole(builder_queries.counts(ALICE, GOLD)) == 82


@pytest.mark.usefixtures("shop")
def test_members_come_with_the_reasons_and_are_audited() -> None:
    told = builder_queries.counts(ALICE, {"any": [GOLD, KYIV]}, members=3)
    assert told.members is not None
    assert told.members.columns == ["id", "city", "tier"]
    assert [(list(row.values), list(row.why)) for row in told.members.rows] == [
        ([str(number), "Київ", "silver"], ["rules.any[1]"]) for number in (1, 2, 3)
    ]
    assert AuditEntry.objects.get(action="segment members seen").details["rows"] == 3


@pytest.mark.usefixtures("shop")
def test_who_may_not_edit_segments_may_not_ask() -> None:
    viewer = replace(ALICE, role=Role.VIEWER)
    with pytest.raises(Forbidden):
        builder_queries.counts(viewer, GOLD)
    with pytest.raises(Forbidden):
        builder_commands.keep_draft(viewer, None, Draft("x"))


@pytest.mark.usefixtures("shop")
def test_a_draft_is_its_writers_alone() -> None:
    bob, charlie = (somebody(name, Role.CONTRIBUTOR).actor for name in ("bob", "charlie"))
    builder_commands.keep_draft(bob, None, Draft("Mine", GOLD))
    builder_commands.keep_draft(bob, None, Draft("Mine", KYIV, version=2))
    kept = builder_queries.draft(bob)
    assert kept is not None
    assert (kept.name, kept.rules, kept.version) == ("Mine", KYIV, 2)
    assert builder_queries.draft(charlie) is None
    with pytest.raises(InvalidInput):
        builder_commands.keep_draft(bob, None, Draft("a\0b"))
    builder_commands.drop_draft(bob, None)
    assert not SegmentDraft.objects.exists()
    assert Actor.operator().user is None
    assert builder_queries.draft(ALICE) is None
