"""State, schedule, tags and several segments at once, in a browser."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from leleka.services.access.actor import Role
from leleka.services.segments import commands as segment_commands
from leleka.services.segments import states, tags
from leleka.services.segments.contracts import SegmentSettings
from leleka.state.models import Connection, Export, Refresh, Segment
from tests.fakes.clock import VirtualClock
from tests.integration.office import ALICE, Office
from tests.integration.people import somebody

HTMX = {"HX-Request": "true"}
SILVER = "column: tier\nis: silver"


@pytest.fixture(autouse=True)
def opened(office: Office) -> Office:
    office.hire(3)
    office.apply()
    Export.objects.update(managed_by_file="")
    Segment.objects.update(managed_by_file="")
    Connection.objects.update(audience=Connection.Audience.CONTRIBUTORS)
    segment_commands.create(ALICE, "Silver", SILVER)
    segment_commands.create(ALICE, "Best", "segment: Silver")
    return office


@pytest.fixture
def bob() -> Client:
    return somebody("bob", Role.CONTRIBUTOR).browser


def number(name: str) -> int:
    return Segment.objects.get(name=name).pk


def form(name: str, **changes: object) -> dict[str, object]:
    version = Segment.objects.get(name=name).version
    usual = {"active": "yes", "activate_at": "", "deactivate_at": "", "repeat": "system", "tags": ""}
    given = {**usual, "version": version, **changes}
    return {key: value for key, value in given.items() if value is not None}


def text(reply: Any) -> str:
    return str(reply.content.decode())


def test_settings_are_saved_as_they_are_typed(bob: Client) -> None:
    path = f"/segments/{number('Gold')}/settings"
    pane = text(bob.get(path, headers=HTMX))
    assert "While it is inactive, these exports do not run" in pane
    wanted = form(
        "Gold",
        deactivate_at="2099-12-24T08:00",
        repeat="monthly",
        monthdays=["1", "31"],
        weekdays=["mon"],  # hidden, for another repetition is chosen
        tags="VIP, Christmas ,",
    )
    saved = bob.post(path, wanted, headers=HTMX)
    assert (saved.status_code, saved["HX-Redirect"]) == (204, f"/segments/{number('Gold')}")
    row = Segment.objects.get(name="Gold")
    assert row.deactivate_at == datetime(2099, 12, 24, 8, tzinfo=UTC)
    assert row.schedule == {"policy": "own", "schedule": {"repeat": "monthly", "days": [1, 31]}}
    assert sorted(tag.name for tag in row.tags.all()) == ["Christmas", "VIP"]
    page = text(bob.get(f"/segments/{row.pk}"))
    assert "Monthly: 1, 31" in page
    assert "From 2099-12-24 on" not in page  # said in words for people
    assert "Then these exports send nothing: News." in page
    shown = text(bob.get(path, headers=HTMX))
    assert 'value="2099-12-24T08:00"' in shown
    assert 'value="Christmas, VIP"' in shown


def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(bob: Client) -> None:
    path = f"/segments/{number('Gold')}/settings"
    wrong = form("Gold", active=None, activate_at="2001-01-01T08:00", repeat="weekly", tags="a,b")
    refused = bob.post(path, wrong, headers=HTMX)
    said = text(refused)
    assert refused.status_code == 422
    assert "A weekly schedule needs a day." in said
    assert 'value="2001-01-01T08:00"' in said
    assert 'value="a,b"' in said
    past = bob.post(path, form("Gold", active=None, activate_at="2001-01-01T08:00"), headers=HTMX)
    assert 'id="activate_at-error"' in text(past)
    assert Segment.objects.get(name="Gold").active
    stale = bob.post(path, form("Gold", version=99), headers=HTMX)
    assert (stale.status_code, "STALE" in text(stale)) == (409, True)


def test_an_export_says_what_it_waits_for(bob: Client) -> None:
    before = text(bob.get(f"/segments/change?action=deactivate&chosen={number('Gold')}", headers=HTMX))
    assert "These exports stop: News" in before
    bob.post("/segments/change", {"action": "deactivate", "chosen": [number("Gold")]}, headers=HTMX)
    export = Export.objects.get().pk
    assert "waits for inactive segments" in text(bob.get("/data/exports"))
    assert "do not run" not in text(bob.get("/segments"))
    assert "does not run while segments that it depends on are inactive: Gold" in text(
        bob.get(f"/data/exports/{export}")
    )
    refused = bob.post(f"/data/exports/{export}/run")
    assert (refused.status_code, "SEGMENT_INACTIVE" in text(refused)) == (409, True)


def test_several_are_changed_and_what_cannot_be_says_why(bob: Client) -> None:
    several = [number("Gold"), number("Silver"), number("Best")]
    chosen = "".join(f"&chosen={one}" for one in several)
    asked = text(bob.get(f"/segments/change?action=remove{chosen}", headers=HTMX))
    assert "Sent by these exports, so it stays: News" in asked
    assert "These segments are made of it, and it stays unless they are removed: Best" in asked
    done = bob.post("/segments/change", {"action": "remove", "chosen": several}, headers=HTMX)
    said = text(done)
    assert "2 of 3 are done." in said
    assert "This segment is in use by News." in said
    assert [row.name for row in Segment.objects.all()] == ["Gold"]
    refreshed = bob.post("/segments/change", {"action": "refresh", "chosen": several[:1]}, headers=HTMX)
    assert refreshed["HX-Redirect"] == "/segments"
    assert Refresh.objects.get().scope == f"segment:{several[0]}"
    nothing = bob.post("/segments/change", {"action": "refresh"}, headers=HTMX)
    assert nothing["HX-Redirect"] == "/segments"


def test_tags_narrow_the_list_and_are_renamed(bob: Client) -> None:
    several = [number("Gold"), number("Best")]
    bob.post("/segments/change", {"action": "tag", "tag": "VIP", "chosen": several}, headers=HTMX)
    empty = bob.post("/segments/change", {"action": "tag", "tag": " ", "chosen": several}, headers=HTMX)
    assert "No tag is given." in text(empty)
    narrowed = text(bob.get("/segments?tag=VIP&q=gold"))
    assert f'/segments/{number("Gold")}"' in narrowed
    assert f'/segments/{number("Best")}"' not in narrowed
    assert "?sort=-name&amp;q=gold&amp;tag=VIP" in narrowed
    assert "No matching segments." in text(bob.get("/segments?tag=VIP&state=inactive"))
    (tag,) = tags.list_tags(ALICE)
    renamed = bob.post("/segments/tags", {"number": tag.id, "name": "Best customers"}, headers=HTMX)
    assert renamed["HX-Redirect"] == "/segments"
    assert [one.name for one in tags.list_tags(ALICE)] == ["Best customers"]
    refused = bob.post("/segments/tags", {"number": tag.id, "name": ""}, headers=HTMX)
    assert refused.status_code == 422


def test_the_systems_schedule_names_segments_that_it_cannot_serve(bob: Client) -> None:
    wanted = SegmentSettings(schedule={"repeat": "weekly", "days": ["sun"]})
    states.set_settings(ALICE, number("Silver"), wanted, 1, VirtualClock())
    assert "the next refresh evaluates them: Silver" in text(bob.get("/admin/system/schedule"))
    assert "The system&#x27;s schedule is off, so nothing evaluates" in text(
        bob.get(f"/segments/{number('Silver')}")
    )


def test_viewers_see_the_state_and_are_offered_nothing() -> None:
    vera = somebody("vera", Role.VIEWER).browser
    listed = text(vera.get("/segments"))
    assert "Active" in listed
    assert "data-choice" not in listed
    assert "/settings" not in text(vera.get(f"/segments/{number('Gold')}"))
    assert vera.get(f"/segments/{number('Gold')}/settings").status_code == 403
