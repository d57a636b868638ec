"""*Ready by* of an export: in the form, in a file, over REST."""

import pytest
from django.test import Client

from leleka.services.access.actor import Role
from leleka.state.models import Export
from tests.integration.api import program
from tests.integration.office import Office
from tests.integration.test_web_exports import HTMX, SHARED, bob, opened, typed

__all__ = ["bob", "opened"]
pytestmark = pytest.mark.django_db
EIGHT = {"ready-time": "08:00", "ready-zone": "Europe/Kyiv"}


def kept() -> dict[str, str]:
    return {key: value for key, value in Export.objects.get(name="Second").ready_by.items() if key != "since"}


def test_it_is_set_shown_and_taken_back_in_the_form(bob: Client) -> None:
    bob.post("/data/exports/add", typed(**EIGHT))
    assert kept() == {"time": "08:00", "time_zone": "Europe/Kyiv"}
    number = Export.objects.get(name="Second").pk
    form = bob.get(f"/data/exports/{number}/edit").content.decode()
    assert 'name="ready-time" type="text"' in form
    assert 'value="08:00"' in form
    assert 'value="Europe/Kyiv"' in form
    assert "08:00" in bob.get(f"/data/exports/{number}/view").content.decode()
    bob.post(f"/data/exports/{number}/edit", typed(version="1"))
    assert kept() == {}


def test_what_is_no_time_is_said_beside_it(bob: Client) -> None:
    page = bob.post("/data/exports/add", typed(**{**EIGHT, "ready-time": "soon"}), headers=HTMX)
    assert "SCHEDULE_INVALID" in page.content.decode()
    assert not Export.objects.filter(name="Second").exists()


def test_it_is_set_in_a_file_and_over_rest(opened: Office) -> None:
    opened.apply(SHARED + '    ready_by: "07:30"\n')
    news = Export.objects.get()
    assert (news.ready_by["time"], news.ready_by["time_zone"]) == ("07:30", "UTC")
    before = news.ready_by["since"]
    opened.apply(SHARED + '    ready_by: "07:30"\n')
    assert Export.objects.get().ready_by["since"] == before
    Export.objects.update(managed_by_file="")
    robot = program("robot", Role.ADMINISTRATOR)
    told = robot.get(f"/exports/{news.pk}")["data"]
    assert told["ready_by"] == {"time": "07:30", "time_zone": "UTC"}
    wanted = {**told, "ready_by": {"time": "09:00", "time_zone": "Europe/Kyiv"}, "version": news.version}
    robot.told("PUT", f"/exports/{news.pk}", wanted)
    assert Export.objects.get().ready_by["time"] == "09:00"
