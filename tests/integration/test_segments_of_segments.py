"""Segments that are made of other segments: found in order, renamed together, kept while somebody uses them."""

from typing import Any

import orjson
import pytest

from leleka.core.clock import SystemClock
from leleka.core.refresh_graph import StepKind, walk
from leleka.errors import Conflict, Forbidden, InvalidInput
from leleka.services.access.actor import Actor, Role
from leleka.services.refresh import graph
from leleka.services.segments import commands, queries
from leleka.state.models import Connection, Export, Segment, Source
from tests.integration.office import ALICE, DEFINITIONS, Office

CLOCK = SystemClock()
BOB = Actor("bob", Role.CONTRIBUTOR)


@pytest.fixture
def shop(office: Office) -> Office:
    office.hire(3)
    office.hire(2, tier="silver")
    office.apply()
    Segment.objects.update(managed_by_file="")
    return office


def made(name: str, rules: Any) -> int:
    return commands.create(ALICE, name, orjson.dumps(rules).decode())


def changed(number: int, name: str, rules: Any) -> None:
    version = Segment.objects.get(pk=number).version
    commands.update(ALICE, number, name, orjson.dumps(rules).decode(), version)


def size_of(name: str) -> int | None:
    view, _ = queries.show_segment(ALICE, name, CLOCK, 0)
    return view.size


@pytest.mark.usefixtures("shop")
def test_a_segment_is_counted_by_the_members_that_another_has_now() -> None:
    gold = Segment.objects.get(name="Gold").pk
    made("Others", {"not": {"segment": "Gold"}})
    made("All", {"any": [{"segment": "Others"}, {"segment": "Gold"}]})
    assert (size_of("All"), size_of("Others")) == (5, 2)
    changed(gold, "Gold", {"column": "tier", "is": "silver"})
    assert (size_of("Others"), size_of("Gold")) == (3, 2)  # the inner one first, without being asked for
    assert queries.count_rules({"not": {"segment": "Others"}}, CLOCK) == 2


@pytest.mark.usefixtures("shop")
def test_nothing_is_evaluated_again_where_nothing_changed() -> None:
    made("Others", {"not": {"segment": "Gold"}})
    size_of("Others")
    before = Segment.objects.get(name="Others").snapshot
    size_of("Others")
    assert Segment.objects.get(name="Others").snapshot == before


@pytest.mark.usefixtures("shop")
def test_a_circle_is_refused_with_all_that_are_in_it() -> None:
    gold = Segment.objects.get(name="Gold").pk
    made("Others", {"not": {"segment": "Gold"}})
    made("Third", {"segment": "Others"})
    with pytest.raises(InvalidInput) as caught:
        changed(gold, "Gold", {"segment": "Third"})
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("RULE_CYCLE", "rules")
    assert problem.params["cycle"] == "Gold → Third → Others → Gold"
    with pytest.raises(InvalidInput) as caught:
        made("Self", {"segment": "Self"})
    assert caught.value.problems[0].code == "RULE_UNKNOWN_SEGMENT"


@pytest.mark.usefixtures("shop")
def test_another_name_is_kept_to_by_those_that_are_made_of_it() -> None:
    gold = Segment.objects.get(name="Gold")
    others = made("Others", {"all": [{"not": {"segment": "Gold"}}, {"column": "tier", "is": "Gold"}]})
    version = Segment.objects.get(pk=others).version
    changed(gold.pk, "Best", gold.rules)
    row = Segment.objects.get(pk=others)
    assert row.rules["all"] == [
        {"not": {"segment": "Best"}},
        {"column": "tier", "operator": "is", "value": "Gold"},
    ]
    assert row.version == version + 1  # whoever edits it now does not write the name before
    Segment.objects.filter(pk=others).update(managed_by_file="definitions.yaml")
    with pytest.raises(Conflict, match="Others"):
        changed(gold.pk, "Gold", gold.rules)


@pytest.mark.usefixtures("shop")
def test_one_that_another_is_made_of_is_not_removed() -> None:
    lonely = made("Lonely", {"column": "tier", "is": "gold"})
    made("Others", {"not": {"segment": "Lonely"}})
    assert queries.segment(ALICE, lonely).segments == ("Others",)
    with pytest.raises(Conflict, match="Others") as caught:
        commands.remove(ALICE, lonely)
    assert caught.value.problems[0].code == "SEGMENT_IN_USE"
    commands.remove(ALICE, Segment.objects.get(name="Others").pk)
    commands.remove(ALICE, lonely)
    assert not Segment.objects.filter(pk=lonely).exists()


@pytest.mark.usefixtures("shop")
def test_who_may_not_change_an_export_changes_nothing_that_it_sends_through_another_segment() -> None:
    inner = made("Inner", {"column": "tier", "is": "gold"})
    changed(Segment.objects.get(name="Gold").pk, "Gold", {"segment": "Inner"})
    Export.objects.update(managed_by_file="")
    Connection.objects.update(audience=Connection.Audience.ADMINISTRATORS)
    rules = orjson.dumps({"column": "tier", "is": "silver"}).decode()
    with pytest.raises(Forbidden):
        commands.update(BOB, inner, "Inner", rules, 1)
    assert queries.segment(BOB, inner).locked_by == tuple(Export.objects.values_list("name", flat=True))


@pytest.mark.usefixtures("shop")
def test_a_refresh_takes_those_first_that_others_are_made_of() -> None:
    made("B middle", {"segment": "Gold"})
    made("A last", {"segment": "B middle"})
    steps = walk(graph.nodes(), graph.wanted(graph.SEGMENTS))
    names = [step.name for step in steps if step.kind is StepKind.SEGMENT]
    assert names == ["Gold", "B middle", "A last"]
    source = (StepKind.SOURCE, Source.objects.get().pk)
    last = next(step for step in steps if step.name == "A last")
    assert last.needs == {source, (StepKind.SEGMENT, Segment.objects.get(name="B middle").pk)}


def test_a_file_names_segments_of_its_own_in_any_order(office: Office) -> None:
    office.hire(2)
    office.hire(1, tier="silver")
    segments = "segments:\n  - {name: A, rules: {not: {segment: Gold}}}\n"
    office.apply(DEFINITIONS.replace("segments:\n", segments))
    assert size_of("A") == 1
    circle = segments + "  - {name: B, rules: {segment: C}}\n  - {name: C, rules: {segment: B}}\n"
    with pytest.raises(InvalidInput) as caught:
        office.apply(DEFINITIONS.replace("segments:\n", circle))
    assert [one.params["cycle"] for one in caught.value.problems] == ["B → C → B", "C → B → C"]


@pytest.mark.usefixtures("shop")
def test_a_segment_is_said_in_words_masked_for_whom_its_values_are() -> None:
    number = made("Nobody", {"all": [{"column": "city", "is": "Kyiv"}, {"column": "city", "is": "Lviv"}]})
    shown = queries.segment(ALICE, number)
    assert shown.sentences["en"] == "Profiles where “city” is “Kyiv” and “city” is “Lviv”."
    assert shown.sentences["uk"] == "Профілі, де «city» – «Kyiv» і «city» – «Lviv»."
    assert shown.remarks["en"] == ("No one can fit: “city” is “Kyiv” and “city” is “Lviv”.",)
    seen = queries.segment(Actor("charlie", Role.VIEWER), number)
    assert seen.sentences["en"] == "Profiles where “city” is “***” and “city” is “***”."
    assert seen.remarks["uk"] == ("Ніхто не може підійти: «city» – «***» і «city» – «***».",)
