"""A short soak: real processes killed and stopped behind a faulty network, and everybody accounted for.

Commands on SQLite and workers on PostgreSQL; ``make proof`` besieges both on both, and for longer.
"""

import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scripts.soak.__main__ import soak
from scripts.soak.accounting import IN_FLIGHT, repeats_of
from scripts.soak.faults import Stage, Tally
from scripts.soak.http_message import Message, read
from scripts.soak.network_faults import CALM, Fate, Journey, Weather
from scripts.soak.proxy import FaultProxy
from scripts.soak.sandbox_accounts import KEY
from scripts.soak.terms import Terms
from scripts.soak.timetable import judged
from scripts.soak.worker_processes import Crewman

from leleka.sandbox.server import Options, running

KILLS = 5  # twenty in ``make proof``
NOTHING: dict[str, Any] = {"lost": 0, "stale": 0, "strangers": 0, "violations": [], "odd": []}
ROWS = b'{"contacts":[{"email":"a@x.test","subscribe":[{"listid":1}]},{"email":"b@x.test"}]}'
IMPORT = b"POST /api/3/import/bulk_import HTTP/1.1\r\nHost: localhost\r\nApi-Token: %b\r\nContent-Length: %d\r\n\r\n"


@pytest.mark.long
def test_nobody_is_lost_whatever_is_killed() -> None:
    """I-1, I-3, I-5, I-9, I-15, I-18; faults 2 to 5, 7, 9 and 11 to 15: two processes, two lists of an account."""
    # More imports are lost than in a long soak test: a few kills must meet every kind of fault.
    weather = Weather(posts=0.3)
    terms = Terms(
        kills=KILLS,
        minutes=5,
        seed=1,
        database="sqlite",
        accounts=2,
        people=3_000,
        speed=60,
        weather=weather,
    )

    told = soak(terms)

    assert {name: told[name] for name in NOTHING} == NOTHING
    assert told["accepted_past_the_proxy"] == 0
    assert told["repeats_unexplained"] == 0
    assert told["repeats"] <= told["repeats_allowed"]
    assert told["most_in_flight_at_a_death"] <= IN_FLIGHT
    assert told["wrong"] == []
    assert told["kills"] >= KILLS
    assert told["killed"].get(Stage.BEFORE, 0) < told["kills"] / 2


@pytest.mark.long
def test_workers_under_siege_lose_nobody_and_decide_each_instant_once() -> None:
    """I-1, I-12, I-15 to I-17; faults 6, 7, 51, 56 and 61: workers and their jobs are killed and stand still, and
    PostgreSQL is pulled down.
    """
    terms = Terms(
        kills=0, minutes=0.6, seed=1, database="postgresql", accounts=2, people=800, speed=60, workers=2
    )

    told = soak(terms)

    assert {name: told[name] for name in NOTHING} == NOTHING
    assert (told["wrongly_decided"], told["overlapping_runs"], told["live"]) == ([], 0, 0)
    assert told["stalled"] == 0
    assert 0 < told["longest_without_a_step"] < 120
    assert told["repeats_unexplained"] == 0
    assert told["wrong"] == []
    assert told["instants"] >= 5
    assert told["kills"] + told["stops"] >= 2
    assert told["done"].get("database_restarts", 0) >= 1


class OneFate(FaultProxy):
    """A proxy in which every exchange has the same fate."""

    fate = Fate.PLAIN

    def _journey(self, line: str) -> Journey:  # noqa: ARG002 - the line is of no interest
        return Journey(self.fate)


@pytest.fixture
def proxy() -> Iterator[OneFate]:
    with running(Options(key=KEY, speed=None)) as server:
        found = OneFate(server.port, CALM, seed=0)
        with found.serving():
            yield found


def asked(proxy: FaultProxy) -> Message | None:
    """Send one import, and return the reply; raises if the connection is reset."""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as connection:
        connection.sendall(IMPORT % (KEY.encode(), len(ROWS)) + ROWS)
        return read(connection)


def test_a_calm_proxy_hands_everything_on(proxy: OneFate) -> None:
    reply = asked(proxy)

    assert reply is not None
    assert (reply.whole, reply.status) == (True, 200)
    assert proxy.journal.accepted().total() == 1
    assert proxy.journal.wait(lambda: proxy.journal.in_flight("1") == 0, 10)
    assert proxy.journal.unanswered() == Counter()


@pytest.mark.parametrize("fate", [Fate.LOST, Fate.CLOSED, Fate.CUT_REPLY, Fate.HALF_CLOSED])
def test_a_lost_answer_leaves_an_accepted_import(proxy: OneFate, fate: Fate) -> None:
    """Faults 11 and 14: the request is processed, and the client cannot know."""
    proxy.fate = fate

    try:
        reply = asked(proxy)
    except ConnectionResetError:
        reply = None

    assert reply is None or not reply.whole
    assert proxy.journal.wait(lambda: proxy.journal.in_flight("1") == 0, 10)
    assert proxy.journal.accepted() == proxy.journal.unanswered()
    assert proxy.journal.accepted().total() == 1


def test_half_a_request_is_no_import(proxy: OneFate) -> None:
    """Fault 13."""
    proxy.fate = Fate.CUT_REQUEST

    with pytest.raises(ConnectionResetError):
        asked(proxy)

    assert proxy.journal.wait(lambda: proxy.journal.in_flight("1") == 0, 10)
    assert proxy.journal.begun("1") == 1
    assert proxy.journal.accepted() == Counter()


def test_a_withheld_answer_never_comes(proxy: OneFate) -> None:
    """Fault 15: only the client's own deadline ends it."""
    proxy.fate = Fate.WITHHELD
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=0.5) as connection:
        connection.sendall(IMPORT % (KEY.encode(), len(ROWS)) + ROWS)
        with pytest.raises(TimeoutError):
            read(connection)
    assert proxy.journal.wait(lambda: proxy.journal.in_flight("1") == 0, 10)
    assert proxy.journal.unanswered().total() == 1


def test_a_proxy_that_is_away_refuses_connections() -> None:
    """Fault 12."""
    always = Weather(posts=0, polls=0, others=0, withheld=0, delayed=0, refusing=1, longest_refusal=30)
    with (
        running(Options(key=KEY, speed=None)) as server,
        FaultProxy(server.port, always, 0).serving() as proxy,
    ):
        assert asked(proxy) is not None
        refused = 0
        for _ in range(1_000):
            try:
                socket.create_connection(("127.0.0.1", proxy.port), timeout=10).close()
            except ConnectionRefusedError:
                refused += 1
                break
            except ConnectionResetError:
                continue  # it hit the very moment in which the listener closed
        assert refused == 1
        assert proxy.journal.troubles["refused_for_a_while"] >= 1


@pytest.mark.parametrize(
    ("lost", "in_doubt", "unexplained"),
    [(0, 0, 2), (1, 0, 1), (1, 1, 0), (0, 2, 0)],
)
def test_a_repeat_needs_a_death_or_a_lost_answer(lost: int, in_doubt: int, unexplained: int) -> None:
    """I-3: in the absence of unknown outcomes each body is sent once."""
    tally = Tally(kills=1, doubtful=Counter({"1/a": in_doubt, "1/b": 5}))
    accepted = Counter({"1/a": 3, "1/b": 1})

    found = repeats_of(accepted, Counter({"1/a": lost}), tally)

    assert (found.repeats, found.unexplained) == (2, unexplained)
    assert found.allowed == IN_FLIGHT + lost


def rows_of(*outcomes: str) -> dict[str, Any]:
    """The state after so many noons, each with this decision; "" was not decided."""
    noon, day = 1_800_014_400.0, 86_400.0  # 2027-01-15T12:00Z
    due = [(noon + number * day, outcome) for number, outcome in enumerate(outcomes)]
    return {
        "system": [{"schedule": {"times": ["12:00"], "time_zone": "UTC"}, "since": noon - 60}],
        "exports": [],
        "decisions": [
            {"subject": "system", "due_at": at, "outcome": outcome, "reason": "why", "decided_at": at + 1}
            for at, outcome in due
            if outcome
        ],
        "refreshes": [
            {"scope": "everything", "due_at": at, "created_at": at + 1, "finished_at": at + 60}
            for at, outcome in due
            if outcome == "started"
        ],
        "runs": [
            {"export__name": "First 1", "created_at": at, "finished_at": ended}
            for at, ended in ((noon, noon + 60), (noon + 59, noon + 60), (noon + 60, None))
        ],
    }


@pytest.mark.parametrize(
    ("outcomes", "wrong"),
    [
        (("started", "started"), []),
        (("started", ""), ["system: 2027-01-16T12:00Z was not decided"]),
        (
            ("started", "skipped-overlap"),
            ["system: 2027-01-16T12:00Z skipped-overlap: skipped, and no run went on"],
        ),
    ],
)
def test_the_account_of_a_siege_says_what_was_wrongly_decided(
    outcomes: tuple[str, ...], wrong: list[str]
) -> None:
    """I-17; and of three runs of one export the second began too early."""
    hand = Crewman("one", Path("none"))
    begin = 1_800_014_300.0

    told = judged(rows_of(*outcomes), [hand], begin, begin + 86_400 + 1_000)

    assert (told["instants"], told["wrongly_decided"], told["overlapping_runs"]) == (2, wrong, 1)


def test_a_worker_that_was_down_need_not_decide_meanwhile() -> None:
    begin = 1_800_014_300.0
    hand = Crewman(
        "one", Path("none"), downs=[(begin + 86_000, begin + 87_400), (begin + 86_100, begin + 86_200)]
    )

    told = judged(rows_of("started", ""), [hand], begin, begin + 86_400 + 1_000)

    assert told["wrongly_decided"] == []
