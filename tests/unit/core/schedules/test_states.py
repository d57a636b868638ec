"""Whether something is active at a moment, and what people may write about it."""

from datetime import UTC, date, datetime

import pytest

from leleka.core.schedules.states import ActiveState, parse_moment, planned, refuse_past
from leleka.errors import InvalidInput

KYIV = "Europe/Kyiv"
FIRST = datetime(2026, 12, 1, tzinfo=UTC)
LAST = datetime(2027, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 12, 15, tzinfo=UTC)


def test_what_holds_before_the_first_date_is_the_opposite_of_what_it_brings() -> None:
    campaign = planned(None, FIRST, LAST)
    assert campaign == ActiveState(False, FIRST, LAST)
    assert campaign.at(NOW) == ActiveState(True, None, LAST)
    assert campaign.at(LAST) == ActiveState(False)
    assert planned(None, LAST, FIRST) == ActiveState(True, LAST, FIRST)  # a pause
    assert planned(None, None, None) == ActiveState(True)
    assert planned(False, None, None) == ActiveState(False)


@pytest.mark.parametrize(
    ("active", "activate_at", "deactivate_at", "key"),
    [
        (True, FIRST, None, "SEGMENT_STATE_INVALID.active"),
        (False, None, LAST, "SEGMENT_STATE_INVALID.inactive"),
        (False, LAST, FIRST, "SEGMENT_STATE_INVALID.inactive"),
        (None, FIRST, FIRST, "SEGMENT_STATE_INVALID.same"),
    ],
)
def test_a_date_that_would_change_nothing_is_refused(
    active: bool | None, activate_at: datetime | None, deactivate_at: datetime | None, key: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(active, activate_at, deactivate_at)
    assert refused.value.problems[0].key == key


def test_whoever_switches_by_hand_keeps_the_dates_that_still_mean_something() -> None:
    assert ActiveState(False, FIRST, LAST).switched(active=True) == ActiveState(True, None, LAST)
    assert ActiveState(True, None, LAST).switched(active=False) == ActiveState(False)
    assert ActiveState(True, LAST, FIRST).switched(active=False) == ActiveState(False, LAST, None)


def test_a_moment_that_is_over_is_refused() -> None:
    refuse_past(ActiveState(True, None, LAST), NOW)
    with pytest.raises(InvalidInput) as refused:
        refuse_past(ActiveState(False, FIRST, LAST), NOW)
    assert [(one.key, one.where) for one in refused.value.problems] == [
        ("SEGMENT_STATE_INVALID.past", "activate_at")
    ]


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("2026-12-24", "2026-12-23T22:00"),
        (date(2026, 12, 24), "2026-12-23T22:00"),
        ("2026-12-24 08:00", "2026-12-24T06:00"),
        ("2026-12-24T08:00", "2026-12-24T06:00"),
        (datetime(2026, 12, 24, 8), "2026-12-24T06:00"),  # noqa: DTZ001 - as YAML reads a time without a zone
        ("2026-12-24T08:00:00+00:00", "2026-12-24T08:00"),
        ("2026-12-24T08:00Z", "2026-12-24T08:00"),
        ("2027-03-28 03:30", "2027-03-28T01:00"),  # the clocks jump over it: at the first moment after
        ("2027-10-31 03:30", "2027-10-31T00:30"),  # the clocks show it twice: the first time
    ],
)
def test_a_moment_is_read_in_the_zone_of_the_installation(raw: object, moment: str) -> None:
    assert parse_moment(raw, KYIV, "activate_at") == datetime.fromisoformat(moment).replace(tzinfo=UTC)


def test_nothing_is_no_moment() -> None:
    assert parse_moment(None, KYIV, "x") is None
    assert parse_moment("", KYIV, "x") is None


@pytest.mark.parametrize(
    "raw", ["tomorrow", "2026-13-01", "2026-12-24 25:00", 5, "20261224", "0001-01-01", date(1, 1, 1), []]
)
def test_what_is_no_moment_is_refused(raw: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_moment(raw, KYIV, "activate_at")
    assert refused.value.problems[0].key == "SEGMENT_STATE_INVALID.moment"
