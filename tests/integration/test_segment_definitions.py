"""State, dates, schedule and tags of segments in a definitions file."""

from datetime import UTC, datetime

import pytest
from ruamel.yaml import YAML

from leleka.core.clock import using
from leleka.errors import InvalidInput
from leleka.services.definitions import queries as definition_queries
from leleka.services.definitions.changes import Applied
from leleka.services.segments import states
from leleka.services.segments.contracts import SegmentSettings
from leleka.state.models import Refresh, Segment
from leleka.worker import schedules as worker_schedules
from tests.fakes.clock import VirtualClock
from tests.integration.office import ALICE, DEFINITIONS, Office

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOON.timestamp())


@pytest.fixture
def shop(office: Office) -> Office:
    office.hire(3)
    return office


def gold() -> Segment:
    return Segment.objects.get(name="Gold")


def with_lines(*lines: str) -> str:
    added = "".join(f"    {line}\n" for line in lines)
    return DEFINITIONS.replace("  - name: Gold\n", f"  - name: Gold\n{added}")


def fields(done: list[Applied]) -> tuple[str, ...]:
    (one,) = [one for one in done if one.kind == "segment"]
    return one.fields


CAMPAIGN = with_lines(
    "activate at: 2026-12-01",
    "deactivate at: 2026-12-24 08:00",
    "schedule: {repeat: weekly, days: [mon, thu]}",
    "tags: [Christmas, VIP]",
)


def test_a_campaign_is_written_once_and_applied_at_any_time(shop: Office, clock: VirtualClock) -> None:
    with using(clock):
        shop.apply(CAMPAIGN)
        row = gold()
        assert (row.active, row.activate_at) == (False, datetime(2026, 12, 1, tzinfo=UTC))
        assert row.schedule == {"policy": "own", "schedule": {"repeat": "weekly", "days": ["mon", "thu"]}}
        assert sorted(tag.name for tag in row.tags.all()) == ["Christmas", "VIP"]
        assert fields(shop.apply(CAMPAIGN)) == ()
        for _ in range(2):
            clock.sleep(20 * 86_400)
            worker_schedules.tick(clock)
            assert fields(shop.apply(CAMPAIGN)) == ()
        row = gold()
        assert (row.active, row.activate_at, row.deactivate_at) == (False, None, None)


def test_what_its_dates_have_brought_by_now_holds(shop: Office, clock: VirtualClock) -> None:
    """Without a worker, or in a new installation."""
    with using(clock):
        clock.sleep(5 * 86_400)
        shop.apply(CAMPAIGN)
        row = gold()
    assert (row.active, row.activate_at) == (True, None)
    assert row.deactivate_at == datetime(2026, 12, 24, 8, tzinfo=UTC)


def test_one_that_becomes_active_is_refreshed_and_what_is_left_out_is_usual(shop: Office) -> None:
    assert shop.apply(with_lines("active: false", "schedule: off", "tags: VIP"))[1].did == "created"
    assert gold().state_since is None
    assert not Refresh.objects.exists()
    assert set(fields(shop.apply())) == {"active", "schedule", "tags"}
    row = gold()
    assert (row.active, row.schedule, row.tags.count()) == (True, {"policy": "system"}, 0)
    assert row.state_since is not None
    assert Refresh.objects.get().scope == f"segment:{row.pk}"


def test_what_is_written_says_the_same_again(shop: Office, clock: VirtualClock) -> None:
    with using(clock):
        shop.apply()
        Segment.objects.update(managed_by_file="")
        wanted = SegmentSettings(
            active=True,
            deactivate_at="2026-12-24",
            activate_at="2027-01-07 10:30",
            schedule={"repeat": "monthly", "days": [1, 15]},
            tags=["b", "a"],
        )
        states.set_settings(ALICE, gold().pk, wanted, gold().version, clock)
        (told,) = YAML(typ="safe").load(definition_queries.written(ALICE))["segments"]
        rules = told.pop("rules")
        assert told == {
            "name": "Gold",
            "activate_at": "2027-01-07 10:30",
            "deactivate_at": "2026-12-24",
            "schedule": {"repeat": "monthly", "days": [1, 15]},
            "tags": ["a", "b"],
        }
        assert rules == gold().rules
        lines = [f"{key}: {value!r}" for key, value in told.items() if key != "name"]
        assert fields(shop.apply(with_lines(*lines))) == ("managed_by_file",)
        Segment.objects.update(managed_by_file="")
        states.switch(ALICE, gold().pk, clock, active=False)
        (told,) = YAML(typ="safe").load(definition_queries.written(ALICE))["segments"]
        assert "active" not in told  # its next date says so
        states.set_settings(ALICE, gold().pk, SegmentSettings(activate_at=""), gold().version, clock)
        (told,) = YAML(typ="safe").load(definition_queries.written(ALICE))["segments"]
        assert told["active"] is False


def test_all_that_is_wrong_is_said_with_its_line(shop: Office) -> None:
    wrong = with_lines(
        "activate at: soon",
        "deactivate at: 5",
        "schedule: {repeat: monthly, days: [40]}",
        f"tags: {[f'{n}' for n in range(21)]}",
    )
    with pytest.raises(InvalidInput) as refused:
        shop.apply(wrong)
    found = sorted((problem.key, problem.where.rpartition(":")[2]) for problem in refused.value.problems)
    assert [key for key, _ in found] == [
        "SCHEDULE_INVALID.day_of_month",
        "SEGMENT_STATE_INVALID.moment",
        "SEGMENT_STATE_INVALID.moment",
        "TAGS_TOO_MANY",
    ]
    with pytest.raises(InvalidInput) as pointless:
        shop.apply(with_lines("active: true", "activate at: 2026-12-01"))
    (problem,) = pointless.value.problems
    assert problem.key == "SEGMENT_STATE_INVALID.active"
    assert "activate" in problem.where
    assert not Segment.objects.exists()
