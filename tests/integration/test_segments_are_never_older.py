"""Segments with days of their own, and inactive ones: nobody is sent, left out or unsubscribed by members that somebody
could have known to be old.
"""

from datetime import timedelta

import pytest

from leleka.core.clock import SystemClock, using, utc_now
from leleka.core.ports.clock import Clock
from leleka.services.builder import effects
from leleka.services.lists import commands as lists
from leleka.services.refresh import commands as refresh_commands
from leleka.services.segments import commands, queries, states
from leleka.state.models import ProfileList, Run, Segment
from leleka.worker import jobs
from tests.fakes.clock import VirtualClock
from tests.integration.office import ALICE, DEFINITIONS, MARK, Office
from tests.integration.own_days import DAY, clock, follow, segment, walk

__all__ = ["clock"]
SILVER = "  - {name: Silver, rules: {column: tier, is: silver}}\n"
ORDERS = """  - {name: orders, files: orders.csv, primary_key: id, types: {id: text, customer: text}}
relationships:
  - {name: bought, from: customers.id, to: orders.customer}
segments:
  - {name: Buyers, rules: {related: bought, measure: exists}}
"""
WITH_ORDERS = DEFINITIONS.replace("segments:\n", ORDERS, 1)


def other(segment: str) -> str:
    return f"  - {{name: Other, connection: Sandbox, list: 1, segments: {segment}, data_matching: {{email: email}}}}\n"


@pytest.fixture
def shop(office: Office) -> Office:
    office.hire(3)
    return office


def applied(shop: Office, text: str = DEFINITIONS) -> None:
    shop.apply(text)
    Segment.objects.update(managed_by_file="")


def two_exports(shop: Office, more: str) -> None:
    shop.hire(2, tier="silver")
    applied(
        shop, DEFINITIONS.replace("connections:\n", f"{SILVER}connections:\n", 1) + more + other("Silver")
    )


def refresh(clock: Clock, scope: str = "data") -> None:
    refresh_commands.ask(ALICE, scope)
    walk(clock)


def orders(shop: Office, *customers: int) -> None:
    lines = [f"o{number},{customer}" for number, customer in enumerate(customers)]
    (shop.folder / "orders.csv").write_text("\n".join(["id,customer", *lines, ""]), encoding="utf-8")


def test_a_look_does_not_use_up_the_day_of_a_segment(shop: Office, clock: VirtualClock) -> None:
    with using(clock):
        applied(shop)
        follow({"repeat": "weekly", "days": ["thu"]}, clock)
        refresh(clock)
        clock.sleep(3 * DAY)
        shop.hire(2)  # they are not read yet
        queries.show_segment(ALICE, "Gold", clock, 0)
        queries.count_rules({"segment": "Gold"}, clock)
        refresh(clock)
        assert segment().size == 5


def test_a_look_at_changed_rules_does_not_use_it_up_either(shop: Office, clock: VirtualClock) -> None:
    with using(clock):
        applied(shop)
        follow({"repeat": "weekly", "days": ["thu"]}, clock)
        refresh(clock)
        clock.sleep(3 * DAY)
        shop.hire(2)
        shop.hire(1, tier="silver")
        rules = "column: tier\nany of: [gold, silver]"
        commands.update(ALICE, segment().pk, "Gold", rules, segment().version)
        queries.show_segment(ALICE, "Gold", clock, 0)
        refresh(clock)
        assert segment().size == 6


def test_a_run_reads_what_the_segments_of_its_list_need(shop: Office) -> None:
    clock = SystemClock()
    orders(shop, 1)
    applied(shop, WITH_ORDERS + other("Buyers"))
    refresh(clock)
    follow({"repeat": "daily"}, clock, "Buyers")
    Segment.objects.filter(name="Buyers").update(evaluated_at=utc_now() - timedelta(days=1))
    orders(shop, 1, 2)
    shop.run()
    refresh(clock)
    assert segment("Buyers").size == 2


def test_who_is_put_on_a_list_is_left_out_on_any_day(shop: Office) -> None:
    clock = SystemClock()
    applied(shop)
    lists.create(ALICE, "Never", ["3"])
    rules = "all: [{column: tier, is: gold}, {not: {list: Never}}]"
    commands.update(ALICE, segment().pk, "Gold", rules, segment().version)
    follow("off", clock)
    queries.refresh_segment("Gold", clock, lambda _: None)
    never = ProfileList.objects.get()
    lists.add(ALICE, never.pk, ["1"], never.version)
    shop.run()
    assert shop.listed().keys() == {"p2@x.test"}


def test_changed_rules_reach_what_is_made_of_them_on_any_day(shop: Office, clock: VirtualClock) -> None:
    with using(clock):
        applied(shop)
        commands.create(ALICE, "Outer", "segment: Gold")
        follow({"repeat": "weekly", "days": ["thu"]}, clock, "Outer")
        refresh(clock)
        commands.update(ALICE, segment().pk, "Gold", "column: id\nis: '1'", segment().version)
        refresh(clock)
        assert (segment().size, segment("Outer").size) == (1, 1)


def test_what_was_inactive_is_not_sent_as_it_was_before(shop: Office) -> None:
    clock, file = SystemClock(), shop.folder / "customers.csv"
    applied(shop)
    follow("off", clock)
    queries.refresh_segment("Gold", clock, lambda _: None)
    states.switch(ALICE, segment().pk, clock, active=False)
    shop.edit(1, tier="silver")
    good = file.read_bytes()
    file.write_bytes(b"\xff\xfe\x00broken")
    states.switch(ALICE, segment().pk, clock, active=True)
    walk(clock)  # its own refresh fails
    file.write_bytes(good)
    shop.run()
    assert shop.listed().keys() == {"p2@x.test", "p3@x.test"}


def test_a_refresh_that_was_planned_while_it_was_inactive_sends_nothing_old(shop: Office) -> None:
    clock = SystemClock()
    orders(shop, 1, 2)
    applied(shop, WITH_ORDERS.replace("segments: Gold", "segments: Buyers"))
    refresh(clock)
    states.switch(ALICE, segment("Buyers").pk, clock, active=False)
    refresh_commands.ask(ALICE, "everything")
    states.switch(ALICE, segment("Buyers").pk, clock, active=True)
    (shop.folder / "orders.csv").write_bytes(b"\xff\xfe\x00broken")
    walk(clock)
    for run in Run.objects.all():
        jobs.carry_out(f"run:{run.pk}", clock)
    assert not shop.listed()


def test_who_moves_to_a_segment_whose_day_has_not_come_has_not_left(shop: Office) -> None:
    clock = SystemClock()
    two_exports(shop, "    leavers: {policy: unsubscribe}\n")
    follow("off", clock, "Silver")
    shop.run()
    shop.run("Other")
    shop.edit(1, tier="silver")
    shop.run()
    assert "p1@x.test" in shop.listed()
    assert segment("Silver").size == 2  # it was looked at aside


def test_numbers_before_saving_count_what_rests_beside(shop: Office) -> None:
    clock = SystemClock()
    two_exports(shop, MARK)
    shop.run()
    shop.run("Other")
    states.switch(ALICE, segment("Silver").pk, clock, active=False)
    found = effects.effects(ALICE, segment().pk, {"column": "tier", "is": "silver"})
    assert (found.came, found.left) == (2, 3)
    assert [one.name for one in found.exports] == ["News"]
