"""How a database error is reported to people (faults 44, 46, 48, 51 to 54)."""

import re
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError
from django.db.utils import ConnectionHandler

from leleka.conf import databases
from leleka.core.messages import Message
from leleka.errors import LelekaError, NeedsAttention, TryLater
from leleka.messages.problems import english
from leleka.messages.progress import in_english
from leleka.services.installation import database_outage, preparation
from leleka.services.installation.database_outage import Patience, told_to_people, trouble
from tests.fakes.clock import VirtualClock

pytestmark = pytest.mark.django_db  # for the connections that are made here
PAGE = Path(__file__).parents[4] / "docs/reference/database.md"


def locked(path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        write(path)
    finally:
        other.close()


def full(path: Path) -> None:
    write(path, "PRAGMA max_page_count = 2", "CREATE TABLE t AS SELECT zeroblob(100000)")


def not_a_database(path: Path) -> None:
    path.write_bytes(b"anything but a database" * 100)
    write(path)


def a_folder(path: Path) -> None:
    path.mkdir()
    write(path)


def wrong_statement(path: Path) -> None:
    write(path, "SELECT * FROM nowhere")


def write(path: Path, *statements: str) -> None:
    """Do so through Django, as the product would."""
    settings = databases.default("", path.parent, 1.0) | {"NAME": path}
    settings["OPTIONS"] = {"timeout": 0}
    connection = ConnectionHandler({"default": settings})["default"]
    try:
        with connection.cursor() as cursor:
            for statement in statements or ("CREATE TABLE t (a)",):
                cursor.execute(statement)
    finally:
        connection.close()


def error_of(break_it: Callable[[Path], None], path: Path) -> DatabaseError:
    with pytest.raises(DatabaseError) as caught:
        break_it(path)
    return caught.value


@pytest.mark.parametrize(
    ("break_it", "code", "kind"),
    [
        (locked, "DATABASE_LOCKED", TryLater),
        (full, "DATABASE_FULL", NeedsAttention),
        (not_a_database, "DATABASE_UNUSABLE", NeedsAttention),
        (a_folder, "DATABASE_UNUSABLE", NeedsAttention),
    ],
)
def test_what_sqlite_says_becomes_an_error_for_people(
    tmp_path: Path, break_it: Callable[[Path], None], code: str, kind: type[LelekaError]
) -> None:
    told = trouble(error_of(break_it, tmp_path / "state.sqlite3"))
    assert type(told) is kind
    (problem,) = told.problems
    assert (problem.code, bool(problem.where), bool(english(problem).remedy)) == (code, True, True)
    assert english(problem).message.endswith(".")


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (psycopg.errors.SerializationFailure("x"), "DATABASE_LOCKED"),
        (psycopg.errors.DeadlockDetected("x"), "DATABASE_LOCKED"),
        (psycopg.errors.DiskFull("x"), "DATABASE_FULL"),
        (psycopg.errors.AdminShutdown("x"), "DATABASE_AWAY"),
        (psycopg.errors.TooManyConnections("x"), "DATABASE_AWAY"),
        (psycopg.OperationalError("server closed the connection"), "DATABASE_AWAY"),
    ],
)
def test_what_postgresql_says_becomes_an_error_for_people(cause: psycopg.Error, code: str) -> None:
    """Faults 51, 53, 54."""
    error = OperationalError("connection refused\nIs the server running?")
    error.__cause__ = cause
    told = trouble(error)
    assert told is not None
    assert told.code == code
    assert "\n" not in str(told)


def test_a_connection_that_is_closed_already_is_a_database_away() -> None:
    told = trouble(InterfaceError("connection already closed"))
    assert told is not None
    assert told.code == "DATABASE_AWAY"


def test_a_bug_of_ours_is_no_trouble_of_the_database(tmp_path: Path) -> None:
    """It is not waited for, and its traceback is not hidden: SQLite calls a missing table
    operational, too.
    """
    bugs = [error_of(wrong_statement, tmp_path / "x"), ProgrammingError("x"), ZeroDivisionError("x")]
    assert [trouble(bug) for bug in bugs] == [None, None, None]
    with pytest.raises(ProgrammingError), told_to_people():
        raise bugs[1]
    with pytest.raises(ProgrammingError):
        Patience(60.0, VirtualClock(), lambda _: None).after(bugs[1])


def wear_out(patience: Patience, error: Exception, times: int) -> None:
    for _ in range(times):
        patience.after(error)


def come_and_go(patience: Patience, steps: Iterable[int]) -> int:
    """Let the database come back once for each step of progress, and go again; return how often that was."""
    for times, step in enumerate(steps, 1):
        patience.answered(step)
        try:
            patience.after(InterfaceError("connection already closed"))
        except TryLater:
            return times
    return 0


def test_patience_is_bounded_and_begins_anew_once_the_database_answered(tmp_path: Path) -> None:
    """Fault 48: so many seconds for each time that it is away."""
    clock, said = VirtualClock(), list[Message]()
    error = error_of(locked, tmp_path / "state.sqlite3")
    patience = Patience(30.0, clock, said.append)
    for _ in range(2):
        began = clock.monotonic()
        with pytest.raises(TryLater) as caught:
            wear_out(patience, error, 1_000)
        assert caught.value.code == "DATABASE_LOCKED"
        assert 30.0 <= clock.monotonic() - began <= 31.0
        patience.answered(f"so far {began}")
    assert [in_english(one).partition(";")[0] for one in said] == [
        "Another process keeps the database locked. Nothing is sent",
        "The database answers again",
    ] * 2


def test_a_database_that_goes_away_at_the_same_point_each_time_is_not_tried_without_end() -> None:
    """I-3: each time may send a batch once more. As long as there is progress, it may be unavailable any
    number of times.
    """
    clock = VirtualClock()
    began = clock.monotonic()
    assert come_and_go(Patience(60.0, clock, lambda _: None), [7] * 100) == 7
    assert 60.0 <= clock.monotonic() - began < 70.0
    assert come_and_go(Patience(30.0, VirtualClock(), lambda _: None), range(100)) == 0


def test_work_of_many_minutes_that_is_interrupted_twice_begins_a_third_time() -> None:
    """Planning is no progress until it is done: the second outage has its own time, however late it comes."""
    clock = VirtualClock()
    patience = Patience(30.0, clock, lambda _: None)
    for _ in range(2):
        patience.answered("nothing yet")
        clock.sleep(600.0)
        patience.after(InterfaceError("connection already closed"))
    patience.answered("nothing yet")
    clock.sleep(600.0)
    with pytest.raises(TryLater):
        patience.after(InterfaceError("connection already closed"))


def test_a_full_disk_is_told_at_once(tmp_path: Path) -> None:
    """Fault 44: waiting does not free space."""
    clock = VirtualClock()
    with pytest.raises(NeedsAttention):
        Patience(30.0, clock, lambda _: None).after(error_of(full, tmp_path / "state.sqlite3"))
    assert clock.monotonic() == VirtualClock().monotonic()


def test_every_code_is_in_the_reference() -> None:
    page = PAGE.read_text(encoding="utf-8")
    rooms = [
        Path(str(room.__file__)).read_text(encoding="utf-8")
        for room in (database_outage, databases, preparation)
    ]
    codes = set(re.findall(r'"(DATA[A-Z]*_[A-Z_]+)"', "".join(rooms)))
    assert {"DATABASE_LOCKED", "DATABASE_AWAY", "DATABASE_UNSAFE", "DATA_DIR_FORBIDDEN"} <= codes
    assert [code for code in sorted(codes) if f"`{code}`" not in page] == []
