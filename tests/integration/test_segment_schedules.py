"""Segments with days of their own: a refresh evaluates them on these days, or makes up for one it could not serve."""

import pytest

from leleka.core.clock import using
from leleka.services.refresh import commands as refresh_commands
from leleka.services.schedules import commands as schedule_commands
from leleka.services.segments import commands, queries, warnings
from leleka.state.models import Segment
from tests.fakes.clock import VirtualClock
from tests.integration.office import ALICE, Office
from tests.integration.own_days import DAY, clock, follow, segment, walk

__all__ = ["clock"]

NIGHTLY = {"repeat": "daily", "times": ["03:00"], "time_zone": "UTC", "on": True}


@pytest.fixture
def shop(office: Office) -> Office:
    office.hire(3)
    office.apply()
    Segment.objects.update(managed_by_file="")
    return office


def night(clock: VirtualClock, scope: str = "everything") -> None:
    """Refresh, the next day."""
    clock.sleep(DAY)
    by_hand(clock, scope)


def by_hand(clock: VirtualClock, scope: str) -> None:
    refresh_commands.ask(ALICE, scope)
    walk(clock)


def test_a_weekly_segment_is_evaluated_on_its_day_alone(shop: Office, clock: VirtualClock) -> None:
    with using(clock):
        follow({"repeat": "weekly", "days": ["thu"]}, clock)
        sizes = []
        for _ in range(10):  # from Tuesday on
            night(clock, "data")
            sizes.append(segment().size)
            shop.hire(1)
    assert sizes == [3, 3, 5, 5, 5, 5, 5, 5, 5, 12]  # never evaluated before; then on Thursdays


def test_a_day_without_a_refresh_is_made_up_for_by_the_next_one(shop: Office, clock: VirtualClock) -> None:
    with using(clock):
        follow({"repeat": "monthly", "days": [5]}, clock)
        night(clock, "data")
        shop.hire(1)
        clock.sleep(5 * DAY)  # over the 5th
        night(clock, "data")
        assert segment().size == 4
        shop.hire(1)
        night(clock, "data")
        assert segment().size == 4


def test_whoever_asks_for_the_segment_itself_is_not_put_off(shop: Office, clock: VirtualClock) -> None:
    with using(clock):
        follow("off", clock)
        night(clock, "data")
        shop.hire(2)
        night(clock, "segments")
        assert segment().size == 3
        assert queries.show_segment(ALICE, "Gold", clock, 0)[0].size == 3  # to look at it evaluates nothing
        by_hand(clock, f"segment:{segment().pk}")
        assert segment().size == 5
        shop.hire(1)
        queries.refresh_segment("Gold", clock, lambda _: None)
        assert segment().size == 6


def test_rules_that_change_are_evaluated_by_the_next_refresh(shop: Office, clock: VirtualClock) -> None:
    with using(clock):
        follow({"repeat": "monthly", "days": [1]}, clock)
        clock.sleep(2 * DAY)
        night(clock, "data")
        commands.update(ALICE, segment().pk, "Gold", "column: id\nis: '1'", segment().version)
        night(clock, "data")
        assert segment().size == 1
        shop.edit(1, id="9")
        night(clock, "data")
        assert segment().size == 1


def test_an_export_sends_the_members_of_the_last_evaluation(shop: Office) -> None:
    follow("off", VirtualClock())
    shop.run()
    shop.hire(1)
    shop.run()
    assert set(shop.listed()) == {"p1@x.test", "p2@x.test", "p3@x.test"}


@pytest.mark.usefixtures("shop")
def test_days_that_the_system_does_not_serve_are_warned_of(clock: VirtualClock) -> None:
    with using(clock):
        follow({"repeat": "weekly", "days": ["sun"]}, clock)
        assert told() == ["SEGMENT_UNSERVED.off"]
        assert warnings.unserved(ALICE) == ["Gold"]
        schedule_commands.set_system(ALICE, NIGHTLY, 0, clock)
        assert told() == []
        assert warnings.unserved(ALICE) == []
        workdays = {**NIGHTLY, "repeat": "weekly", "days": ["mon", "fri"]}
        schedule_commands.set_system(ALICE, workdays, 1, clock)
        (warning,) = queries.segment(ALICE, segment().pk).warnings
        assert (warning.key, dict(warning.params)) == (
            "SEGMENT_UNSERVED", {"day": "2026-12-06", "then": "2026-12-07"}
        )  # fmt: skip
        assert warnings.unserved(ALICE) == ["Gold"]
        follow({"repeat": "weekly", "days": ["fri"]}, clock)
        assert told() == []
        schedule_commands.set_system(ALICE, {**workdays, "until": "2026-12-18"}, 2, clock)
        assert told() == ["SEGMENT_UNSERVED.over"]
        follow("system", clock)
        assert told() == []


def told() -> list[str]:
    return [warning.key for warning in queries.segment(ALICE, segment().pk).warnings]
