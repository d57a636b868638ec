"""Reading what is stored for a page: so many at once, each for so long, and nobody else waits for them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event

import pytest
import sqlglot
from django.test import Client
from sqlglot import exp

from leleka.errors import Unavailable
from leleka.services.access.actor import Role
from leleka.services.installation import lake_sessions
from leleka.state.models import Run
from tests.integration.api import furnish, program
from tests.integration.office import Office
from tests.integration.people import somebody

# Hours of work, in steps that are each short.
_LONG = sqlglot.parse_one(
    "SELECT count(*) FROM range(1000000) AS a, range(1000000) AS b WHERE (a.range * b.range) % 7 = 3",
    dialect="duckdb",
)
_ONE = exp.select(exp.Literal.number(1))


@pytest.fixture
def ran(office: Office) -> int:
    """Return the number of a run that has ended."""
    furnish(office)
    return Run.objects.get().pk


@contextmanager
def both_places_taken() -> Iterator[None]:
    """Let two threads read something that takes longer than anybody waits."""
    begun, done = Barrier(3), Event()

    def read() -> None:
        with lake_sessions.page_session() as session:
            session.row(_ONE)
            begun.wait()
            done.wait()

    with ThreadPoolExecutor(2) as readers:
        reading = [readers.submit(read) for _ in range(2)]
        begun.wait()
        try:
            yield
        finally:
            done.set()
    for one in reading:
        one.result()


def told(browser: Client, path: str, language: str) -> tuple[int, str, str]:
    headers = {"Accept-Language": language}
    reply = browser.get(path, headers=headers)
    return reply.status_code, reply.get("Retry-After", ""), reply.content.decode()


def test_a_page_and_a_program_are_told_to_come_again(ran: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lake_sessions, "_PATIENCE", 0.05)
    vera = somebody("vera", Role.VIEWER).browser
    path, asked = f"/data/runs/{ran}/rows?ended=delivered", program("wim", Role.VIEWER)
    with both_places_taken():
        english, ukrainian = told(vera, path, "en"), told(vera, path, "uk")
        part = vera.get(f"{path}&page=2", headers={"HX-Request": "true"})
        rows = asked.ask("GET", f"/runs/{ran}/rows?ended=delivered")
        verified = asked.ask("POST", f"/runs/{ran}/verify")
    assert (english[:2], ukrainian[:2]) == ((503, "2"), (503, "2"))
    assert "Others are reading what is stored" in english[2]
    assert "READING_BUSY" in ukrainian[2]
    assert "Інші саме читають збережене" in ukrainian[2]
    in_place = part.content.decode()  # htmx shows no answer that is an error of the server
    assert (part.status_code, "READING_BUSY" in in_place) == (200, True)
    assert f'hx-get="/data/runs/{ran}/rows?ended=delivered&amp;page=2"' in in_place
    for reply in (rows, verified):
        assert (reply.status_code, reply["Retry-After"]) == (503, "2")
        assert reply.json()["code"] == "READING_BUSY"
    assert told(vera, path, "en")[0] == 200
    assert len(asked.get(f"/runs/{ran}/rows?ended=delivered")["items"]) == 3


def test_what_takes_too_long_is_stopped_and_gives_its_place_back(
    ran: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lake_sessions, "_LONGEST", 0.05)

    def read() -> None:
        with pytest.raises(Unavailable, match="READING_SLOW"), lake_sessions.page_session() as session:
            session.row(_LONG)

    with ThreadPoolExecutor(4) as readers:  # two of them wait for the first two
        for one in [readers.submit(read) for _ in range(4)]:
            one.result()
    monkeypatch.undo()
    assert len(program("wim", Role.VIEWER).get(f"/runs/{ran}/rows?ended=delivered")["items"]) == 3
