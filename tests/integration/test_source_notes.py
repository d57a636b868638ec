"""What a reader noticed is said in the language of whoever looks, and nothing of a person to a viewer."""

import pytest
from django.test import Client

from leleka.services.access.actor import Actor, Role
from leleka.services.sources import commands as source_commands
from leleka.services.sources import queries as source_queries
from leleka.services.status import queries as status_queries
from leleka.state.models import RefreshStep, Source
from tests.integration.api import program
from tests.integration.expecting import work
from tests.integration.office import ALICE, Office
from tests.integration.people import somebody

ENGLISH = "calls-0501112233.csv: the cells are separated by a semicolon."
UKRAINIAN = "calls-0501112233.csv: клітинки розділяє крапка з комою."
DATES = "calls, column 'born': the dates are read as %d.%m.%Y."
STORED = "old.csv: the cells are separated by a semicolon. /data/in/old.csv"


@pytest.fixture
def number(office: Office) -> int:
    office.hire(1)
    office.apply()
    file = office.configuration.source_dirs[0] / "calls-0501112233.csv"
    file.write_text("id;born\n1;31.12.2026\n2;01.02.2026\n", encoding="utf-8")
    number = source_commands.create(ALICE, {"name": "calls", "files": [str(file)], "primary_key": "id"})
    work()
    return number


def page(browser: Client, number: int, language: str) -> str:
    return (
        browser.get(f"/data/sources/{number}", headers={"accept-language": language})
        .content.decode()
        .replace("&#x27;", "'")
    )


def test_what_was_noticed_is_kept_as_code_and_particulars(number: int) -> None:
    told = {"code": "READ_DELIMITER", "values": {"file": "calls-0501112233.csv", "delimiter": "a semicolon"}}
    assert Source.objects.get(pk=number).notes[0] == told
    assert RefreshStep.objects.get(kind="source", of=number).notes[0] == told


def test_it_is_said_in_the_readers_language(number: int) -> None:
    browser = somebody("ada", Role.ADMINISTRATOR).browser
    english, ukrainian = page(browser, number, "en"), page(browser, number, "uk")
    assert ENGLISH in english
    assert DATES in english
    assert UKRAINIAN in ukrainian
    assert "the cells are separated" not in ukrainian
    listed = browser.get("/data/sources", headers={"accept-language": "uk"}).content.decode()
    assert UKRAINIAN in listed
    told = program("eve", Role.ADMINISTRATOR)
    assert told.get(f"/sources/{number}")["notes"] == [ENGLISH, DATES]
    (line,) = [
        one
        for one in told.get("/status")["groups"][0]["lines"]
        if one["kind"] == "source" and one["of"] == number
    ]
    assert line["notes"] == [ENGLISH, DATES]


def test_a_viewer_sees_no_number_of_a_person(number: int) -> None:
    browser = somebody("vi", Role.VIEWER).browser
    shown = page(browser, number, "en")
    assert DATES in shown
    assert "calls-***.csv: the cells" in shown
    seen = source_queries.source(Actor("vi", Role.VIEWER), number).notes
    assert seen[0].values == {"file": "calls-***.csv", "delimiter": "a semicolon"}


def test_what_an_earlier_version_stored_is_shown_as_it_was_written(number: int) -> None:
    Source.objects.update(notes=[STORED])
    RefreshStep.objects.filter(kind="source").update(notes=[STORED])
    ada, vi = somebody("ada", Role.ADMINISTRATOR).browser, somebody("vi", Role.VIEWER).browser
    assert STORED in page(ada, number, "uk")
    assert "separated by a semicolon. old.csv" in page(vi, number, "uk")
    (line,) = [one for one in status_queries.sources(ALICE) if one.of == number]
    assert [one.values for one in line.notes] == [{"text": STORED}]
