"""The texts of pages, in the user's language: moments, reasons, why a run failed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from leleka.core.clock import using
from leleka.core.messages import Message
from leleka.messages.stored import said_data
from leleka.services.access.actor import Role
from leleka.services.translation import particulars, stored_in_this_language
from leleka.state.models import Export, Run
from leleka.web.templatetags.leleka import ago, person
from tests.fakes.clock import VirtualClock
from tests.integration.office import DEFINITIONS, Office
from tests.integration.people import somebody

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
UKRAINIAN = {"Accept-Language": "uk"}


@pytest.mark.parametrize(
    ("before", "english", "ukrainian"),
    [
        (timedelta(seconds=59), "just now", "щойно"),
        (timedelta(minutes=1), "1 minute ago", "1 хвилину тому"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago", "59 хвилин тому"),
        (timedelta(hours=2), "2 hours ago", "2 години тому"),
        (timedelta(days=21), "21 days ago", "21 день тому"),
        (timedelta(days=31), "Oct. 25, 2026", "25 жовтня 2026"),
        (timedelta(days=49), "Oct. 7, 2026", "7 жовтня 2026"),
    ],
)
def test_how_long_ago_is_told_in_the_right_case_and_old_moments_by_their_date(
    before: timedelta, english: str, ukrainian: str
) -> None:
    with using(VirtualClock(NOW.timestamp())):
        for language, words in (("en", english), ("uk", ukrainian)):
            with translation.override(language):
                assert f">{words}" in ago(NOW - before)


def test_a_person_is_shown_by_name_alone() -> None:
    assert [person(name) for name in ("Ada <ada@example.com>", "operator:root", "<odd>")] == [
        "Ada",
        "operator:root",
        "<odd>",
    ]


@pytest.mark.parametrize(
    ("code", "detail", "english", "ukrainian"),
    [
        ("EMAIL_MISSING", "There is no e-mail address.", "", ""),
        ("EMAIL_INVALID", "It has no @.", "It has no @.", ""),
        ("EMAIL_DUPLICATE", "Profile 7 is sent for this address.", "Profile 7 is sent", "профіль 7"),
        ("REFUSED_BY_ACTIVECAMPAIGN", "bad email", "bad email", "bad email"),
        ("RUN_STOPPED", None, "", ""),
    ],
)
def test_particulars_of_a_row_do_not_mix_languages(
    code: str, detail: str | None, english: str, ukrainian: str
) -> None:
    for language, words in (("en", english), ("uk", ukrainian)):
        with translation.override(language):
            said = particulars(code, detail)
            assert words in said
            assert bool(words) == bool(said)


def test_a_run_that_failed_says_why_in_the_readers_language_and_leads_to_its_export(office: Office) -> None:
    office.hire(1)
    office.apply(DEFINITIONS.replace("list: 1", "list: 99"))
    assert office.run().status == "Failed"
    ada = somebody("ada", Role.ADMINISTRATOR).browser
    path = f"/data/runs/{Run.objects.get().pk}"
    assert "There is no list 99 in this account." in ada.get(path).content.decode()
    page = ada.get(path, headers=UKRAINIAN).content.decode()
    assert "В обліковому записі немає списку 99." in page
    assert "LIST_NOT_FOUND" in page
    assert f'href="/data/exports/{Export.objects.get().pk}"' in page


def test_a_stage_is_told_in_the_readers_language_and_an_unknown_one_as_it_is() -> None:
    said = Message("EVALUATING_SEGMENT", name="Gold")
    with translation.override("en"):
        assert stored_in_this_language(said_data(said), "") == "Evaluating segment Gold"
    with translation.override("uk"):
        assert stored_in_this_language(said_data(said), "") == "Обчислюємо сегмент «Gold»"
        assert stored_in_this_language({}, "Something new") == "Something new"
