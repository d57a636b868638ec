"""Tags of segments, and one action on several of them."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from pytest_django import DjangoAssertNumQueries

from leleka.errors import Conflict, InvalidInput, NotFound
from leleka.services.access.actor import Actor, Role
from leleka.services.paging import ListQuery
from leleka.services.segments import bulk, commands, queries, tags
from leleka.services.segments.contracts import BulkOutcome
from leleka.state.models import AuditEntry, Connection, Refresh, Segment, SegmentTag
from tests.fakes.clock import VirtualClock
from tests.integration.office import ALICE, Office

CLOCK = VirtualClock()
BOB = Actor("bob", Role.CONTRIBUTOR)
SILVER = "column: tier\nis: silver"


@pytest.fixture
def shop(office: Office) -> Office:
    office.hire(3)
    office.apply()
    Segment.objects.update(managed_by_file="")
    for name in ("Silver", "Bronze"):
        commands.create(ALICE, name, SILVER)
    commands.create(ALICE, "Metals", "any: [segment: Silver, segment: Bronze]")
    return office


def ids(*names: str) -> list[int]:
    return [Segment.objects.get(name=name).pk for name in names]


def done(outcomes: Sequence[BulkOutcome]) -> dict[str, list[str]]:
    """Return the problems of each; none of what was done."""
    assert all(one.done is not bool(one.problems) for one in outcomes)
    return {one.name: [problem.code for problem in one.problems] for one in outcomes}


def act(action: str, *names: str, tag: str = "", actor: Actor = ALICE) -> dict[str, list[str]]:
    return done(bulk.act_on(actor, action, ids(*names), CLOCK, tag))


def tagged() -> dict[str, int]:
    return {one.name: one.segments for one in tags.list_tags(ALICE)}


@pytest.mark.usefixtures("shop")
def test_segments_that_are_made_of_others_are_removed_before_these() -> None:
    assert act("remove", "Silver", "Metals", "Bronze", "Gold") == {
        "Silver": [],
        "Metals": [],
        "Bronze": [],
        "Gold": ["SEGMENT_IN_USE"],
    }
    assert [one.name for one in Segment.objects.all()] == ["Gold"]
    removed = AuditEntry.objects.filter(action="segment removed").values_list("subject", flat=True)
    assert sorted(removed) == ["Bronze", "Metals", "Silver"]


@pytest.mark.usefixtures("shop")
def test_a_long_chain_is_removed_in_one_pass(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    names = ["Silver", *(f"Link {number}" for number in range(30))]
    for inner, name in pairwise(names):
        commands.create(ALICE, name, f"segment: {inner}")
    chain = ids(*names[1:])
    with django_assert_max_num_queries(len(chain) * 25):
        assert set(done(bulk.act_on(ALICE, "remove", chain, CLOCK))) == set(names[1:])
    assert not Segment.objects.filter(name__startswith="Link").exists()


def test_more_than_a_hundred_are_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        bulk.act_on(ALICE, "tag", list(range(1, 102)), CLOCK, "Spring")
    assert [one.key for one in refused.value.problems] == ["SEGMENTS_CHOSEN.many"]


@pytest.mark.usefixtures("shop")
def test_what_cannot_be_done_says_why_and_the_rest_is_done() -> None:
    Segment.objects.filter(name="Bronze").update(managed_by_file="a.yaml")
    Connection.objects.update(audience="administrators")
    gone = 999_999
    assert act("deactivate", "Gold", "Silver", "Bronze", actor=BOB) == {
        "Gold": ["FEEDS_EXPORTS"],
        "Silver": [],
        "Bronze": ["MANAGED_BY_FILE"],
    }
    assert done(bulk.act_on(ALICE, "activate", [*ids("Silver"), gone], CLOCK)) == {
        "Silver": [],
        "": ["SEGMENT_UNKNOWN"],
    }
    assert act("remove", "Silver") == {"Silver": ["SEGMENT_IN_USE"]}  # Metals is made of it
    states = dict(Segment.objects.values_list("name", "active"))
    assert states == {"Gold": True, "Silver": True, "Bronze": True, "Metals": True}


@pytest.mark.usefixtures("shop")
def test_several_are_refreshed_but_not_the_inactive_ones() -> None:
    act("deactivate", "Silver")
    assert act("refresh", "Gold", "Silver") == {"Gold": [], "Silver": ["SEGMENT_INACTIVE"]}
    assert [one.scope for one in Refresh.objects.all()] == [f"segment:{ids('Gold')[0]}"]


@pytest.mark.usefixtures("shop")
def test_tags_are_there_as_long_as_a_segment_has_them() -> None:
    act("tag", "Gold", "Silver", tag=" Christmas ")
    act("tag", "Gold", tag="VIP")
    assert tagged() == {"Christmas": 2, "VIP": 1}
    assert queries.segment(ALICE, ids("Gold")[0]).tags == ("Christmas", "VIP")
    act("untag", "Gold", "Silver", tag="Christmas")
    assert tagged() == {"VIP": 1}
    assert not SegmentTag.objects.filter(name="Christmas").exists()
    act("remove", "Metals", "Silver")
    commands.create(ALICE, "Short", SILVER)
    act("tag", "Short", tag="brief")
    act("remove", "Short")
    assert tagged() == {"VIP": 1}


@pytest.mark.usefixtures("shop")
def test_a_tag_gets_another_name_at_all_its_segments() -> None:
    act("tag", "Gold", "Silver", tag="Xmas")
    act("tag", "Bronze", tag="VIP")
    number = SegmentTag.objects.get(name="Xmas").pk
    commands.create(ALICE, "Short", SILVER)
    act("tag", "Short", tag="Christmas")
    act("remove", "Short")  # and with it the tag of that name
    tags.rename_tag(ALICE, number, "Christmas")
    assert tagged() == {"Christmas": 2, "VIP": 1}
    for name, error, code in (
        ("VIP", Conflict, "NAME_TAKEN"),
        ("", InvalidInput, "NAME_EMPTY"),
    ):
        with pytest.raises(error) as refused:
            tags.rename_tag(ALICE, number, name)
        assert refused.value.code == code
    Segment.objects.filter(name="Silver").update(managed_by_file="a.yaml")
    with pytest.raises(Conflict) as managed:
        tags.rename_tag(ALICE, number, "Yule")
    assert managed.value.problems[0].params["segments"] == ["Silver"]
    with pytest.raises(NotFound):
        tags.rename_tag(ALICE, 999_999, "Yule")
    assert tagged() == {"Christmas": 2, "VIP": 1}


@pytest.mark.usefixtures("shop")
def test_a_segment_has_at_most_twenty_tags() -> None:
    for number in range(20):
        act("tag", "Gold", tag=str(number))
    assert act("tag", "Gold", "Silver", tag="more") == {"Gold": ["TAGS_TOO_MANY"], "Silver": []}
    assert len(queries.segment(ALICE, ids("Gold")[0]).tags) == 20


@pytest.mark.usefixtures("shop")
def test_nothing_to_do_is_said() -> None:
    for action, numbers, tag in (
        ("explode", ids("Gold"), ""),
        ("refresh", [], ""),
        ("tag", ids("Gold"), " "),
    ):
        with pytest.raises(InvalidInput) as refused:
            bulk.act_on(ALICE, action, numbers, CLOCK, tag)
        assert refused.value.code == "SEGMENTS_CHOSEN"


@pytest.mark.usefixtures("shop")
def test_the_list_is_filtered_by_tag_and_by_state() -> None:
    act("tag", "Gold", "Silver", tag="VIP")
    act("deactivate", "Silver", "Bronze")

    def listed(tag: str = "", state: str = "") -> list[str]:
        return [one.name for one in queries.find_segments(ALICE, ListQuery(), tag, state).items]

    assert listed(tag="VIP") == ["Gold", "Silver"]
    assert listed(state="inactive") == ["Bronze", "Silver"]
    assert listed("VIP", "active") == ["Gold"]
    assert listed("nobody") == []
    assert listed() == ["Bronze", "Gold", "Metals", "Silver"]
