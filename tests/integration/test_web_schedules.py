"""Schedules in a browser: the system's, an export's, several exports' (CI-S1 to S4, S11)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from leleka.core.clock import SystemClock
from leleka.core.schedules.model import ClockChange
from leleka.services.access.actor import Role
from leleka.services.schedules import commands as schedule_commands
from leleka.services.schedules.queries import DecisionView
from leleka.state.models import DueDecision, Export, Run, SystemSchedule
from leleka.web.schedule_form import change_in_words, decision_in_words
from tests.integration.office import Office
from tests.integration.people import lend_a_name, somebody
from tests.integration.test_web_exports import SHARED, typed
from tests.integration.test_web_system import HTMX, OWN, words

WEEKLY: dict[str, Any] = {
    "on": "yes", "repeat": "weekly", "days": ["mon", "fri"], "time-r1": "06:00", "time-r3": "18:30",
    "time_zone": "Europe/Kyiv", "version": "0",
}  # fmt: skip


@pytest.fixture
def opened(office: Office) -> Office:
    """Two exports that no file manages."""
    office.hire(2)
    office.apply(SHARED)
    lend_a_name()
    Export.objects.update(managed_by_file="")
    return office


@pytest.fixture
def ada(opened: Office) -> Client:  # noqa: ARG001 - Ada works in this office
    browser = somebody("ada", Role.ADMINISTRATOR).browser
    assert browser.post("/data/exports/add", typed()).status_code == 303
    return browser


def system() -> tuple[bool, object]:
    row = SystemSchedule.objects.get()
    return row.on, row.schedule


def test_it_is_off_until_an_administrator_switches_it_on(ada: Client) -> None:
    """CI-S1."""
    assert "Off: nothing runs automatically." in words(ada, "/admin/system/schedule")
    assert ada.post("/admin/system/schedule/save", WEEKLY).status_code == 303
    expected = {
        "repeat": "weekly", "days": ["mon", "fri"], "times": ["06:00", "18:30"], "time_zone": "Europe/Kyiv",
    }  # fmt: skip
    assert system() == (True, expected)
    page = words(ada, "/admin/system/schedule?saved")
    assert "Saved." in page
    assert page.count("06:00") + page.count("18:30") >= 10
    assert "2 exports follow this schedule." in page, "nothing breaks silently (CI-S11)"
    charlie = somebody("charlie", Role.VIEWER).browser
    assert "Only an administrator can change it." in words(charlie, "/admin/system/schedule")
    assert charlie.post("/admin/system/schedule/save", WEEKLY).status_code == 403


@pytest.mark.short(every=3)
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"days": []}, "A weekly schedule needs a day."),
        ({"time-r1": "", "time-r3": ""}, "A schedule needs a time."),
        ({"time-r3": "06:00"}, "appears twice"),
        ({"time-r3": "06:03"}, "at least 5 minutes"),
        ({"time_zone": "Europe/Kiyv"}, "Europe/Kyiv"),
        ({"repeat": "hourly"}, "repeats"),
        ({f"time-r{n}": f"1{n}:00" for n in range(1, 6)}, "At most 4"),
        ({"from": "2027-02-01", "until": "2027-01-01"}, "is before the first"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(ada: Client, changes: dict[str, Any], said: str) -> None:
    reply = ada.post("/admin/system/schedule/save", {**WEEKLY, **changes})
    page = reply.content.decode()
    assert reply.status_code == 422
    assert said in page
    assert "invalid-feedback" in page
    assert "alert-danger" not in page
    assert not SystemSchedule.objects.exists()


def test_somebody_who_was_slower_overwrites_nothing(ada: Client) -> None:
    ada.post("/admin/system/schedule/save", WEEKLY)
    reply = ada.post("/admin/system/schedule/save", {**WEEKLY, "time-r1": "07:00"})
    assert reply.status_code == 409
    assert b"STALE" in reply.content
    assert "06:00" in str(system())


def test_the_next_runs_follow_what_is_typed(ada: Client) -> None:
    page = ada.post("/admin/system/schedule/preview", WEEKLY, headers=HTMX).content.decode()
    assert page.count("06:00") == page.count("18:30") == 5
    page = ada.post("/admin/system/schedule/preview", {**WEEKLY, "days": []}, headers=HTMX).content.decode()
    assert "A weekly schedule needs a day." in page
    page = ada.post(
        "/admin/system/schedule/preview", {**WEEKLY, "time-r1": "03:30"}, headers=HTMX
    ).content.decode()
    assert page.count("03:30") == 5
    assert not SystemSchedule.objects.exists()


def test_a_change_of_the_clocks_is_told_in_words() -> None:
    gap = ClockChange(
        datetime(2027, 3, 28, tzinfo=UTC).date(), datetime(2027, 1, 1, 3, 30, tzinfo=UTC).time(), "gap",
        datetime(2027, 3, 28, 4, 0, tzinfo=UTC),
    )  # fmt: skip
    assert change_in_words(gap).endswith("go forward and skip 03:30: it runs at 04:00.")
    with translation.override("uk"):
        assert "28 березня 2027" in change_in_words(gap)
        assert "03:30" in change_in_words(gap)


def test_every_decision_says_why() -> None:
    due_at = datetime(2026, 11, 25, 8, tzinfo=UTC)
    still = DecisionView(due_at, "skipped-overlap", "still-running", "run 7 had not ended: Processing", None)
    missed = DecisionView(due_at, "skipped-missed", "newer-due", "", None)
    broken = DecisionView(due_at, "failed-to-start", "There is no such zone.", "", None)
    assert decision_in_words(still) == "run 7 had not ended: Processing"
    assert "was not running; a later run" in decision_in_words(missed)
    assert decision_in_words(broken) == "There is no such zone."
    with translation.override("uk"):
        assert "Обробка" in decision_in_words(still)


def test_what_was_decided_stands_beside_the_schedule(ada: Client) -> None:
    export = Export.objects.get(name="News")
    now = datetime(2026, 11, 25, 8, tzinfo=UTC)
    for subject, row in (("system", None), (f"export:{export.pk}", export)):
        DueDecision.objects.create(
            subject=subject,
            export=row,
            due_at=now,
            outcome="skipped-missed",
            reason="newer-due",
            decided_at=now,
        )
    for path in ("/admin/system/schedule", f"/data/exports/{export.pk}"):
        assert "Missed: Leleka was not running;" in words(ada, path)


def chosen(ada: Client, **changes: Any) -> Any:
    exports = list(Export.objects.order_by("pk").values_list("pk", flat=True))
    return ada.post("/data/exports/schedule", {"chosen": exports, **changes})


def test_an_export_gets_a_schedule_of_its_own_and_the_list_says_so(ada: Client) -> None:
    """CI-S3."""
    number = Export.objects.get(name="News").pk
    assert "Schedule run" in words(ada, f"/data/exports/schedule?chosen={number}")
    form = {"chosen": number, "on": "yes", "recurrence": "weekly", "days": ["mon", "wed"], "time-r1": "08:00",
            "time_zone": "Europe/Kyiv"}  # fmt: skip
    assert ada.post("/data/exports/schedule", form).status_code == 303
    assert Export.objects.get(name="News").schedule == {"policy": "own", "schedule": OWN}
    page = words(ada, "/data/exports")
    assert "Mon, Wed 08:00 Europe/Kyiv" in page
    assert "System refresh" in page
    assert ", 08:00 (Europe/Kyiv)" in words(ada, f"/data/exports/{number}"), "in the zone it is written in"
    reply = ada.post("/data/exports/schedule", {**form, "time-r1": "25:00"}, headers=HTMX)
    assert reply.status_code == 422
    assert b"invalid-feedback" in reply.content
    assert "08:00" in words(ada, f"/data/exports/schedule?chosen={number}")


def test_several_keep_their_own_schedules_or_get_a_new_one_with_a_warning(ada: Client) -> None:
    """CI-S4; complaint 7: what somebody did not see is overridden only if they asked for it."""
    own = Export.objects.get(name="News")
    schedule_commands.set_exports(somebody("x", Role.ADMINISTRATOR).actor, [own.pk], OWN, SystemClock())
    numbers = "&".join(f"chosen={pk}" for pk in Export.objects.values_list("pk", flat=True))
    pane = words(ada, f"/data/exports/schedule?{numbers}")
    for said in (
        "Keep individual schedules",
        "Define new schedule for all selected exports",
        "are overridden",
    ):
        assert said in pane
    chosen(ada, mode="keep")
    assert list(Export.objects.order_by("name").values_list("schedule__policy", flat=True)) == ["off", "off"]
    chosen(ada, mode="keep", on="yes")
    assert list(Export.objects.order_by("name").values_list("schedule__policy", flat=True)) == [
        "own",
        "system",
    ]
    daily = {"recurrence": "daily", "time-r1": "05:00", "time_zone": "UTC"}
    chosen(ada, mode="define", on="yes", **daily)
    times = {str(one.schedule["schedule"]["times"]) for one in Export.objects.all()}
    assert times == {"['05:00']"}


def test_a_change_of_the_system_schedule_leaves_own_schedules_alone(ada: Client) -> None:
    """Complaint 7, CI-S11."""
    own = Export.objects.get(name="News")
    schedule_commands.set_exports(somebody("x", Role.ADMINISTRATOR).actor, [own.pk], OWN, SystemClock())
    before = Export.objects.get(pk=own.pk).next_due_at
    ada.post("/admin/system/schedule/save", {**WEEKLY, "days": ["sun"]})
    assert Export.objects.get(pk=own.pk).next_due_at == before
    page = words(ada, "/admin/system/schedule")
    assert "1 export follows this schedule." in page
    assert "1 has its own schedule: changes here do not affect it." in page


def test_save_and_run_saves_and_runs(ada: Client) -> None:
    """Complaint 10, CI-E10."""
    reply = ada.post("/data/exports/add", typed(name="Third", action="run"))
    run = Run.objects.get()
    assert (run.export.name, reply["Location"]) == ("Third", f"/data/runs/{run.pk}")
    changed = typed(name="Renamed", action="run", version=str(run.export.version))
    reply = ada.post(f"/data/exports/{run.export.pk}/edit", changed)
    assert reply["Location"] == f"/data/exports/{run.export.pk}?saved", (
        "it runs already: it is saved all the same"
    )
    assert Export.objects.get(pk=run.export.pk).name == "Renamed"


def test_who_may_not_edit_an_export_does_not_schedule_it(ada: Client) -> None:  # noqa: ARG001
    """CI-R12."""
    export = Export.objects.get(name="News")
    export.connection.__class__.objects.update(audience="administrators")  # type: ignore[union-attr]
    bob = somebody("bob", Role.CONTRIBUTOR).browser
    assert "you can only view this export" in words(bob, f"/data/exports/schedule?chosen={export.pk}")
    assert bob.post("/data/exports/schedule", {"chosen": export.pk}).status_code == 403
    assert Export.objects.get(pk=export.pk).schedule == {"policy": "system"}


def test_a_schedule_that_somebody_else_saved_meanwhile_is_not_overwritten(ada: Client) -> None:
    """As an export's other settings; the API is tested in test_api_system.py."""
    export = Export.objects.get(name="News")
    pane = ada.get(f"/data/exports/schedule?chosen={export.pk}").content.decode()
    assert f'name="version-{export.pk}" value="{export.version}"' in pane
    seen = {"chosen": str(export.pk), f"version-{export.pk}": str(export.version), "on": "yes"}
    schedule_commands.set_exports(somebody("x", Role.ADMINISTRATOR).actor, [export.pk], OWN, SystemClock())
    saved = Export.objects.get(pk=export.pk).schedule
    reply = ada.post("/data/exports/schedule", {**seen, "recurrence": "system"})
    assert (reply.status_code, "STALE" in reply.content.decode()) == (409, True)
    again = ada.post("/data/exports/schedule", {**seen, "recurrence": "system"})
    assert again.status_code == 409
    assert Export.objects.get(pk=export.pk).schedule == saved
