"""The API of schedules, refreshes and status."""

import pytest

from leleka.core.clock import SystemClock
from leleka.services.access.actor import Role
from leleka.state.models import Export, Run
from leleka.worker import jobs
from leleka.worker import schedules as worker_schedules
from tests.integration.api import Program, furnish, program
from tests.integration.office import Office

WEEKLY = {"repeat": "weekly", "days": ["mon", "thu"], "times": ["08:00"], "time_zone": "Europe/Kyiv"}


@pytest.fixture
def alice(office: Office) -> Program:
    furnish(office)
    return program("alice", Role.ADMINISTRATOR)


def test_the_system_schedule_is_set_read_and_refused_when_stale(alice: Program) -> None:
    assert (alice.get("/system/schedule")["on"], alice.get("/system/schedule")["version"]) == (False, 0)
    put = {**WEEKLY, "from": "2027-01-01", "on": True, "version": 0}
    told = alice.told("PUT", "/system/schedule", put)
    assert told["on"] is True
    assert told["schedule"] == {**WEEKLY, "from": "2027-01-01", "until": None}
    assert len(told["next"]) == 10
    assert alice.told("PUT", "/system/schedule", put, 409)["code"] == "STALE"
    wrong = alice.told("PUT", "/system/schedule", {**put, "times": ["8:00"], "time_zone": "Kyiv"}, 422)
    assert [one["where"] for one in wrong["problems"]] == ["times[0]", "time_zone"]
    assert alice.get("/system/schedule/decisions") == []


def test_a_preview_says_when_it_is_due_and_saves_nothing(alice: Program) -> None:
    told = alice.told("POST", "/system/schedule/preview", {**WEEKLY, "days": ["sun"], "times": ["03:30"]})
    assert len(told["next"]) == 10
    assert {one["kind"] for one in told["changes"]} == {"gap", "overlap"}
    assert alice.get("/system/schedule")["version"] == 0


def test_an_export_has_a_schedule_of_its_own_and_its_shape_says_so(alice: Program) -> None:
    path = f"/exports/{Export.objects.get().pk}"
    assert alice.get(path)["line"]["schedule"] == "system"
    told = alice.told("PUT", f"{path}/schedule", {"schedule": WEEKLY})
    assert (told["policy"], told["schedule"]["times"], bool(told["next"])) == ("own", ["08:00"], True)
    assert alice.get("/exports")["items"][0]["schedule"] == WEEKLY
    assert alice.told("PUT", f"{path}/schedule", {"schedule": "off"})["schedule"]["days"] == ["mon", "thu"]
    twice = alice.told("PUT", f"{path}/schedule", {"schedule": {**WEEKLY, "times": ["08:00", "09:00"]}}, 422)
    assert twice["problems"][0]["where"] == "schedule.times"
    assert alice.told("POST", "/exports/run", {}, 202) == [], "Run all leaves out what is off (CI-O1)"


def test_a_refresh_is_asked_for_watched_and_ends(alice: Program) -> None:
    number = alice.told("POST", "/refreshes", {"scope": "everything"}, 202)["refresh"]
    assert {step["status"] for step in alice.get(f"/refreshes/{number}")["steps"]} == {"Queued"}
    assert alice.get("/status")["live"] is True
    while found := jobs.due_jobs(SystemClock(), (), 10):
        for job in found:
            jobs.carry_out(job, SystemClock())
    worker_schedules.close_finished(SystemClock())
    told = alice.get(f"/refreshes/{number}")
    assert (told["status"], told["steps"][-1]["run"]) == ("Successful", Run.objects.latest("pk").pk)
    assert alice.get("/refreshes")["items"][0]["subject"] == "everything"
    groups = {one["kind"]: one for one in alice.get("/status?words=news")["groups"]}
    assert (groups["export"]["lines"][0]["trigger"], groups["segment"]["found"]) == ("on demand", 0)
    run = alice.get(f"/runs/{told['steps'][-1]['run']}")
    assert (run["trigger"], run["tries"], run["retry_at"]) == ("on demand", 1, None)
    assert alice.told("POST", f"/refreshes/{number}/cancel", None, 409)["code"] == "REFRESH_OVER"
    assert alice.told("POST", "/refreshes", {"scope": "nothing"}, 422)["code"] == "SCOPE_UNKNOWN"


def test_an_export_s_schedule_is_not_overwritten_by_who_saw_an_older_one(alice: Program) -> None:
    export = Export.objects.get()
    path = f"/exports/{export.pk}/schedule"
    alice.told("PUT", path, {"schedule": WEEKLY, "version": export.version})
    stale = alice.told("PUT", path, {"schedule": "off", "version": export.version}, 409)
    assert stale["code"] == "STALE"
    assert alice.get(path)["policy"] == "own"
