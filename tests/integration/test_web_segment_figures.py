"""What a segment's page tells beyond its size: who came and left, what it shares with others, whom it is made of."""

import io
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest
from django.test import Client

from leleka.core.clock import SystemClock
from leleka.errors import Conflict, Forbidden, InvalidInput
from leleka.services.access.actor import Actor, Role
from leleka.services.installation import lake_sessions
from leleka.services.measures import commands as measure_commands
from leleka.services.segments import commands as segment_commands
from leleka.services.segments import figures
from leleka.services.segments import queries as segment_queries
from leleka.services.segments.contracts import Group, Part
from leleka.services.system import snapshot_references
from leleka.state.models import AuditEntry, Segment, Source
from tests.integration.office import ALICE, Office
from tests.integration.people import somebody

CHARLIE = Actor("charlie", Role.VIEWER)


@pytest.fixture
def gold(office: Office) -> int:
    """Three people in gold and two in silver; the segment of the gold ones was evaluated once."""
    office.hire(3)
    office.hire(2, tier="silver")
    office.apply()
    Source.objects.update(chosen_classes={"tier": "harmless", "city": "harmless"})
    return evaluated(Segment.objects.get(name="Gold").pk)


@pytest.fixture
def moved(office: Office, gold: int) -> int:
    """Who is 1 has left for silver, and who is 4 has come from there."""
    office.edit(1, tier="silver")
    office.edit(4, tier="gold")
    return evaluated(gold)


def evaluated(number: int) -> int:
    segment_queries.refresh_segment(Segment.objects.get(pk=number).name, SystemClock(), lambda _: None)
    return number


def another(name: str, rules: str) -> int:
    return evaluated(segment_commands.create(ALICE, name, rules))


def test_each_evaluation_tells_who_came_and_left(moved: int) -> None:
    found = figures.evaluations(ALICE, moved)
    assert [(one.size, one.came, one.left) for one in found] == [(3, 1, 1), (3, None, None)]
    movement = figures.movement(ALICE, moved)
    assert (movement.came.count, movement.came.first) == (1, ("4",))
    assert (movement.left.count, movement.left.first) == (1, ("1",))
    later = figures.movement(ALICE, moved, datetime(2999, 1, 1, tzinfo=UTC))
    assert (later.came.count, later.left.count) == (0, 0)


def test_who_came_back_neither_came_nor_left(office: Office, moved: int) -> None:
    office.edit(1, tier="gold")
    evaluated(moved)
    movement = figures.movement(ALICE, moved)
    assert (movement.came.first, movement.left.first) == (("4",), ())
    periods = [(one.profile, bool(one.entered), bool(one.left)) for one in figures.periods(ALICE, moved)]
    assert periods == [
        ("1", False, True),
        ("1", True, False),
        ("2", False, False),
        ("3", False, False),
        ("4", True, False),
    ]


def test_periods_come_in_pages_of_whole_profiles(office: Office, moved: int) -> None:
    office.edit(1, tier="gold")
    evaluated(moved)
    first = figures.periods(ALICE, moved, limit=1)
    assert [one.profile for one in first] == ["1", "1"]
    assert [one.profile for one in figures.periods(ALICE, moved, "1", 2)] == ["2", "3"]
    assert figures.periods(ALICE, moved, "4") == []


def test_members_that_were_lost_begin_to_be_followed_anew(office: Office, moved: int) -> None:
    row = Segment.objects.get(pk=moved)
    lake_sessions.lake().remove(row.memberships)
    office.edit(2, tier="silver")
    evaluated(moved)
    newest = figures.evaluations(ALICE, moved)[0]
    assert (newest.size, newest.came, newest.left) == (2, None, None)
    movement = figures.movement(ALICE, moved)
    assert (movement.came.count, movement.left.count) == (0, 0)
    assert movement.followed_since == newest.at


def test_what_is_known_of_members_is_kept_when_what_is_old_is_swept(moved: int) -> None:
    row = Segment.objects.get(pk=moved)
    assert {row.snapshot, row.memberships} <= snapshot_references.needed(SystemClock())


def test_ids_are_masked_for_viewers_and_their_sight_is_audited_for_others(moved: int) -> None:
    seen = figures.movement(CHARLIE, moved)
    assert (seen.masked, seen.came.count) == (True, 1)
    assert "4" not in seen.came.first
    assert not AuditEntry.objects.filter(action="segment members seen").exists()
    figures.movement(ALICE, moved)
    assert AuditEntry.objects.filter(action="segment members seen", subject="Gold").exists()
    with pytest.raises(Forbidden):
        figures.periods(CHARLIE, moved)
    with pytest.raises(Forbidden):
        list(figures.download(CHARLIE, moved))


def test_segments_share_people_exactly(moved: int) -> None:
    everybody = another("Everybody", '{"column": "id", "operator": "is not empty"}')
    silver = another("Silver", '{"column": "tier", "is": "silver"}')
    found = figures.overlap(ALICE, [moved, everybody, silver])
    assert found.names == ("Gold", "Everybody", "Silver")
    assert found.sizes == (3, 5, 2)
    assert found.parts == (Part(("Gold", "Everybody"), 3), Part(("Everybody", "Silver"), 2))
    for few in ([moved], [moved, moved], [moved, everybody, silver, silver + 1, silver + 2]):
        with pytest.raises(InvalidInput):
            figures.overlap(ALICE, few)


def test_members_are_broken_down_by_harmless_columns_alone(office: Office, moved: int) -> None:
    office.edit(2, city="Львів")
    office.edit(3, city="")
    evaluated(moved)
    found = figures.breakdown(ALICE, moved, "city")
    assert set(found.groups) == {Group("Київ", 1, 3), Group("Львів", 1, 1), Group(None, 1, 1)}
    assert found.others is None
    assert list(figures.columns(CHARLIE)) == ["city", "tier"]
    with pytest.raises(Conflict) as refused:
        figures.breakdown(ALICE, moved, "email")
    assert refused.value.code == "VALUES_PERSONAL"


def test_a_segment_that_nobody_counted_says_so(moved: int) -> None:  # noqa: ARG001 - there are profiles
    number = segment_commands.create(ALICE, "New", '{"column": "tier", "is": "gold"}')
    with pytest.raises(Conflict) as refused:
        figures.movement(ALICE, number)
    assert refused.value.code == "SEGMENT_NOT_EVALUATED"


def test_members_are_downloaded_with_all_columns(moved: int) -> None:
    measure_commands.create(ALICE, "Not calculated yet", {"concat": [{"column": "city"}]})
    lines = "".join(figures.download(ALICE, moved)).splitlines()
    assert lines[0] == "id,email,first_name,city,tier"
    assert sorted(line.split(",")[1] for line in lines[1:]) == ["p2@x.test", "p3@x.test", "p4@x.test"]
    assert AuditEntry.objects.filter(action="segment download", subject="Gold").count() == 1
    table = pq.read_table(io.BytesIO(b"".join(figures.download_periods(ALICE, moved))))
    assert table.column_names == ["profile_id", "entered", "left"]
    assert table.column("profile_id").to_pylist() == ["1", "2", "3", "4"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRIBUTOR])
def test_the_pages_show_it(moved: int, role: Role) -> None:
    silver = another("Silver", '{"column": "tier", "is": "silver"}')
    browser = somebody("bob", role).browser
    compared = told(browser, f"/segments/{moved}/overlap?with={silver}&with=")
    assert compared.count("<progress") == 2
    assert "Київ" in told(browser, f"/segments/{moved}/breakdown?column=city")
    page = told(browser, f"/segments/{moved}/over-time?since=2020-01-01")
    assert ("masked" in page) is (role is Role.VIEWER)
    reply = browser.get(f"/segments/{moved}/download")
    assert reply.status_code == (403 if role is Role.VIEWER else 200)


def told(browser: Client, path: str) -> str:
    reply = browser.get(path)
    assert reply.status_code == 200
    return reply.content.decode()
