"""What rules would do to exports, before they are saved: the same as the runs then do."""

import orjson
import pytest

from leleka.core.clock import SystemClock
from leleka.errors import InvalidInput, Unavailable
from leleka.services.access.actor import Actor, Role
from leleka.services.builder import effects, held
from leleka.services.builder import queries as builder_queries
from leleka.services.builder.contracts import ExportEffect, Outcome
from leleka.services.privacy import suppression
from leleka.services.segments import commands as segment_commands
from leleka.services.tasks import queries as task_queries
from leleka.state.models import AddressBook, Segment
from leleka.worker import jobs
from tests.integration.office import ALICE, DEFINITIONS, MARK, Office

GOLD = {"column": "tier", "is": "gold"}
EVERYBODY = {"column": "id", "is not empty": True}
NOBODY = {"column": "tier", "is": "none"}
FEW = {"all": [GOLD, {"column": "city", "is": "Lviv"}]}
PEOPLE = 250


@pytest.fixture
def shop(office: Office) -> Office:
    """250 people were delivered, ten of them from Lviv; ten more are of silver."""
    office.hire(PEOPLE)
    office.hire(10, tier="silver")
    office.edit(*range(1, 11), city="Lviv")
    office.apply(DEFINITIONS + MARK)
    office.run()
    Segment.objects.update(managed_by_file="")
    return office


def number_of(name: str = "Gold") -> int:
    return Segment.objects.get(name=name).pk


def effect_of(rules: object, segment: str = "Gold", export: str = "News") -> ExportEffect:
    found = {one.name: one for one in effects.effects(ALICE, number_of(segment), rules).exports}
    return found[export]


def save(rules: object, name: str = "Gold") -> None:
    row = Segment.objects.get(name=name)
    segment_commands.update(ALICE, row.pk, name, orjson.dumps(rules).decode(), row.version)


def codes(effect: ExportEffect) -> list[str]:
    return [str(one.told["code"]) for one in effect.warnings]


@pytest.mark.parametrize("rules", [GOLD, EVERYBODY, FEW, {"any": [FEW, {"column": "tier", "is": "silver"}]}])
def test_the_next_run_does_what_was_said(shop: Office, rules: object) -> None:
    told = effect_of(rules)
    assert told.before == Outcome(PEOPLE, 0, 0)
    save(rules)
    view = shop.run()
    assert view.counts is not None
    left = sum(view.counts.left.values())
    assert told.after == Outcome(view.counts.selected, view.counts.added, left)
    assert (view.status == "Needs confirmation") is bool(told.warnings)


@pytest.mark.usefixtures("shop")
def test_the_guards_are_named_with_their_numbers() -> None:
    told = effects.effects(ALICE, number_of(), NOBODY)
    (news,) = told.exports
    assert (told.before, told.after, told.came, told.left, told.warned) == (PEOPLE, 0, 0, PEOPLE, True)
    assert codes(news) == ["LEAVERS_MARKED_EMPTIED"]
    assert "250" in news.warnings[0].message
    assert codes(effect_of(FEW)) == ["LEAVERS_MARKED_MANY"]
    assert not codes(effect_of(EVERYBODY))


def test_growth_and_the_limit_are_named(shop: Office) -> None:
    shop.hire(200, tier="silver")
    shop.apply(DEFINITIONS + MARK + "    limit: 400\n")
    told = effect_of(EVERYBODY)
    assert told.after == Outcome(460, 210, 0)
    assert codes(told) == ["AUDIENCE_GREW", "BEYOND_LIMIT"]


def test_exports_of_segments_that_are_made_of_it_follow(shop: Office) -> None:
    second = DEFINITIONS.replace(
        "connections:\n",
        "  - {name: Both, rules: {any: [{segment: Gold}, {column: city, is: Lviv}]}}\nconnections:\n",
    )
    other = DEFINITIONS.partition("exports:\n")[2].replace("News", "Letters").replace("Gold", "Both")
    shop.apply(second + MARK + other.replace("list: 1", "list: 2"))
    shop.run("Letters")
    told = {one.name: one for one in effects.effects(ALICE, number_of(), NOBODY).exports}
    assert told["Letters"].before == Outcome(PEOPLE, 0, 0)
    assert told["Letters"].after == Outcome(10, 0, 240)
    assert told["Letters"].leavers == "keep"
    with pytest.raises(InvalidInput) as circle:
        effects.effects(ALICE, number_of(), {"segment": "Both"})
    assert [one.code for one in circle.value.problems] == ["RULE_CYCLE"]


def test_whom_another_export_sends_to_the_list_has_not_left(shop: Office) -> None:
    other = DEFINITIONS.partition("exports:\n")[2].replace("News", "Letters").replace("Gold", "Lviv")
    lviv = "  - {name: Lviv, rules: {column: city, is: Lviv}}\nconnections:\n"
    shop.apply(DEFINITIONS.replace("connections:\n", lviv) + MARK + other)
    assert effect_of(NOBODY).after == Outcome(0, 0, 240)


def test_who_is_suppressed_here_is_neither_added_nor_marked(shop: Office) -> None:
    suppression.suppress(ALICE, "Sandbox", "p1@x.test")
    suppression.suppress(ALICE, "Sandbox", f"p{PEOPLE + 1}@x.test")
    assert effect_of(EVERYBODY).after == Outcome(260, 9, 0)
    assert effect_of(NOBODY).after.left == PEOPLE - 1
    save(EVERYBODY)
    view = shop.run()
    assert view.counts is not None
    assert view.counts.added == 9


@pytest.mark.usefixtures("shop")
def test_the_builder_counts_who_would_come_and_go() -> None:
    told = builder_queries.counts(
        ALICE, {"any": [FEW, {"column": "tier", "is": "silver"}]}, segment=number_of()
    )
    assert told.change is not None
    assert (told.change.came.count, told.change.left.count) == (10, 240)
    assert builder_queries.counts(ALICE, GOLD).change is None


@pytest.mark.usefixtures("shop")
def test_what_takes_too_long_for_a_page_is_found_by_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    AddressBook.objects.all().delete()
    monkeypatch.setattr(held, "MOST_READ", 100)
    with pytest.raises(Unavailable) as slow:
        effects.effects(ALICE, number_of(), FEW)
    assert effects.takes_long(slow.value)
    number = effects.ask_effects(ALICE, number_of(), FEW)
    jobs.carry_out(f"task:{number}", SystemClock())
    task = task_queries.task(ALICE, number)
    assert not task.problems
    assert effects.effects_of(ALICE, task) == effects.effects(ALICE, number_of(), FEW)


@pytest.mark.usefixtures("shop")
def test_a_viewer_sees_what_the_next_run_would_do() -> None:
    (told,) = effects.next_exports(Actor("vera", Role.VIEWER), number_of()).exports
    assert told.before == told.after == Outcome(PEOPLE, 0, 0)
    assert not told.changes


@pytest.mark.usefixtures("shop")
def test_an_export_of_an_inactive_segment_does_not_run() -> None:
    Segment.objects.update(active=False)
    told = effect_of(NOBODY)
    assert (told.paused_by, told.after, told.warnings) == (("Gold",), Outcome(0, 0, 0), ())
    found = effects.effects(ALICE, number_of(), NOBODY)
    assert (found.before, found.after) == (PEOPLE, 0)
