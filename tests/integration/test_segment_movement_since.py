"""Who came and left since a moment, however a program writes it."""

import pytest

from leleka.core.clock import SystemClock
from leleka.services.access.actor import Role
from leleka.services.segments import queries
from leleka.state.models import Segment
from tests.integration.api import program
from tests.integration.office import Office


@pytest.mark.parametrize(
    "since", ["2026-01-31T08:00:00", "2026-01-31", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00%2B12:00"]
)
def test_a_moment_may_have_no_zone_and_lie_anywhere(office: Office, since: str) -> None:
    office.hire(3)
    office.apply()
    queries.refresh_segment("Gold", SystemClock(), lambda _: None)
    number = Segment.objects.get(name="Gold").pk
    told = program("alice", Role.ADMINISTRATOR).get(f"/segments/{number}/movement?since={since}")
    assert (told["came"]["count"], told["left"]["count"]) == (0, 0)


@pytest.mark.parametrize("since", ["0.5", "-1", "1e3", "20260131"])
def test_a_number_is_no_moment(office: Office, since: str) -> None:
    office.apply()
    number = Segment.objects.get(name="Gold").pk
    refused = program("alice", Role.ADMINISTRATOR).get(f"/segments/{number}/movement?since={since}", 422)
    assert "since" in str(refused)
