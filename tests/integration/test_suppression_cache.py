"""Whom a list must not send to: read completely, kept page by page, never out of date (decision 0015)."""

import os
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from django.utils import timezone

from leleka.core.clock import SystemClock
from leleka.core.ports.destination import Suppressed
from leleka.engine import suppression_reading as reading
from leleka.sandbox.contacts import Status
from leleka.services.installation import lake_sessions
from leleka.services.runs.contracts import RunView
from leleka.services.runs.queries import show_run
from leleka.state.models import Run, SuppressedReading
from leleka.warehouse.lake_warehouse import LakeWarehouse
from leleka.worker import snapshot_pruning
from leleka.worker.runs import suppression_cache
from tests.integration.office import ALICE, Office
from tests.integration.test_running_waiting import Killed

LIST = "GET /api/{id}/contacts"


@pytest.fixture
def listed(office: Office) -> Office:
    """Three hundred people are in the list; two hundred of them unsubscribed since."""
    office.hire(300)
    office.apply()
    office.run()
    for number in range(1, 201):
        office.ask("unsubscribe", {"email": f"p{number}@x.test", "list": 1})
    return office


def excluded(view: RunView) -> dict[str, int]:
    assert view.counts is not None
    assert view.counts.accounted() == view.counts.selected
    return dict(view.counts.excluded)


def asked(office: Office) -> int:
    answers: dict[str, int] = office.ask("state", method="GET")["requests"]["by_endpoint"].get(LIST, {})
    return sum(answers.values())


def test_the_stage_says_how_far_the_reading_is(listed: Office) -> None:
    """Two pages of people, and an empty one of each of three kinds."""
    assert excluded(listed.run()) == {"UNSUBSCRIBED": 200}
    told = [one for one in listed.watcher.said if one.startswith("Reading who must be left out, ")]
    assert told[-1] == "Reading who must be left out, requests so far: 5"


def test_who_unsubscribed_since_the_last_run_is_excluded_at_once(listed: Office) -> None:
    """However recently the previous run read them: every run has a reading that began after the run was
    requested.
    """
    listed.run()
    listed.ask("unsubscribe", {"email": "p201@x.test", "list": 1})
    listed.ask("bounce", {"email": "p202@x.test", "list": 1})
    assert excluded(listed.run()) == {"UNSUBSCRIBED": 201, "BOUNCED": 1}


def killed_after(office: Office, patch: pytest.MonkeyPatch, *, people: int) -> SuppressedReading:
    """Let a run die while it plans, after it received so many of the suppressed."""

    def dying(*_: object, suppressed: Iterator[Suppressed], **__: object) -> None:
        assert len(list(islice(suppressed, people))) == min(people, 200)
        raise Killed

    with patch.context() as mortal:
        mortal.setattr(LakeWarehouse, "plan", dying)
        with pytest.raises(Killed):
            office.run()
    return SuppressedReading.objects.get(run__finished_at__isnull=True)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where time passes a thousand times faster an hour is short for a test."""
    monkeypatch.setattr(suppression_cache, "LONGEST", 3600.0 * 1000)
    monkeypatch.setattr(reading, "_KEEP_EVERY", 1)
    monkeypatch.setattr(reading, "_TELL_EVERY", 0.0)


@pytest.mark.usefixtures("unhurried")
def test_a_killed_run_goes_on_with_what_it_had_read(listed: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """I-15: the pages that were kept are not requested again."""
    assert killed_after(listed, monkeypatch, people=150).requests == 3
    assert "of about 5 requests" in show_run(ALICE, Run.objects.latest("pk").pk).stage
    before = asked(listed)
    kept = killed_after(listed, monkeypatch, people=300)
    assert (kept.requests, kept.whole, asked(listed) - before) == (5, True, 2)
    assert show_run(ALICE, kept.run_id).stage == "Comparing the segments with what was sent before"
    assert excluded(listed.run()) == {"UNSUBSCRIBED": 200}
    assert asked(listed) - before == 2


@pytest.mark.usefixtures("unhurried")
def test_who_signs_up_after_a_kept_reading_is_not_subscribed(
    listed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I-27: the plan is made just now, but whoever it was made without may have signed up an hour ago."""
    listed.edit(250, 251, first_name="Нове")
    assert killed_after(listed, monkeypatch, people=300).whole
    listed.ask("sign_up", {"email": "p250@x.test", "list": 1})
    assert excluded(listed.run()) == {"UNSUBSCRIBED": 200, "NEVER_CONFIRMED": 1}
    assert listed.listed(status=Status.UNCONFIRMED)["p250@x.test"]["first_name"] != "Нове"
    assert listed.listed()["p251@x.test"]["first_name"] == "Нове"


@pytest.mark.short("-3500.0-200")
@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize(("later", "found"), [(-3601.0, 201), (-3500.0, 200), (60.0, 201)])
def test_what_was_read_too_long_ago_is_read_anew(
    listed: Office, monkeypatch: pytest.MonkeyPatch, later: float, found: int
) -> None:
    """Whoever unsubscribed meanwhile is not missed because of kept pages; nor after a clock was set back."""
    kept = killed_after(listed, monkeypatch, people=300)
    SuppressedReading.objects.update(began_at=kept.began_at + later)
    listed.ask("unsubscribe", {"email": "p250@x.test", "list": 1})
    assert excluded(listed.run()) == {"UNSUBSCRIBED": found}


@pytest.mark.short("True-200")
@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize(("earlier", "found"), [(False, 201), (True, 200)])
def test_a_run_uses_what_another_read_only_if_it_began_after_it_was_asked_for(
    listed: Office, monkeypatch: pytest.MonkeyPatch, *, earlier: bool, found: int
) -> None:
    """Whoever had unsubscribed when the run was requested is excluded from it."""
    asked_for = timezone.now()
    listed.run()
    listed.ask("unsubscribe", {"email": "p250@x.test", "list": 1})
    create = Run.objects.create

    def as_asked(**values: Any) -> Run:
        return create(**{**values, **({"created_at": asked_for} if earlier else {})})

    monkeypatch.setattr(Run.objects, "create", as_asked)
    assert excluded(listed.run()) == {"UNSUBSCRIBED": found}


def test_more_than_the_budget_and_nothing_is_sent(listed: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The people who were not read yet must not be sent to; the run reports it and fails."""
    monkeypatch.setattr(reading, "MOST_REQUESTS", 3)
    listed.edit(1, 250, first_name="Нове")
    before = listed.imports()
    view = listed.run()
    assert (view.status, view.problems[0].code) == ("Failed", "SUPPRESSED_TOO_MANY")
    assert listed.imports() == before


def test_a_reading_nobody_may_use_any_more_is_removed(listed: Office) -> None:
    """Who unsubscribed is personal data, too: it goes with the first cleaning after its hour and a day."""
    listed.run()
    part = lake_sessions.lake().open(SuppressedReading.objects.latest("pk").parts[0]).path
    long_ago = SystemClock().now() - 25 * 3600
    os.utime(part, (long_ago, long_ago))
    snapshot_pruning.prune(SystemClock())
    assert part.exists()
    SuppressedReading.objects.update(began_at=long_ago)
    snapshot_pruning.prune(SystemClock())
    assert (part.exists(), SuppressedReading.objects.exists()) == (False, False)
