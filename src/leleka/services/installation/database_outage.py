"""The database of the state in trouble: what its errors mean for people, and how long it is waited for."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from leleka.core.messages import Message
from leleka.core.ports.clock import Clock
from leleka.errors import LelekaError, NeedsAttention, TryLater

T = TypeVar("T")
ERRORS: Final = (DatabaseError, InterfaceError)

_PRIMARY: Final = 0xFF  # of SQLite's extended codes
_LOCKED: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_BROKEN: Final = frozenset(
    {
        sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOTADB,
    }
)  # fmt: skip
# Lost to another transaction: serialization, deadlock, a lock that was not to be had.
_LOST: Final = frozenset({"40001", "40P01", "55P03"})
_DISK_FULL: Final = "53100"
_LOOK: Final = 1.0  # seconds between two looks whether the database answers again
_MOST_IN_VAIN: Final = 1  # times that work may be interrupted where it was before, however long that took


def trouble(error: BaseException) -> LelekaError | None:
    """Return what an error of the database means for people; None where it is a bug of ours."""
    if not isinstance(error, ERRORS):
        return None
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause)
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    state = getattr(cause, "sqlstate", None)
    if state in _LOST:
        return _locked()
    return _full() if state == _DISK_FULL else _away(str(error))


def _of_sqlite(error: sqlite3.Error) -> LelekaError | None:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY
    if code in _LOCKED:
        return _locked()
    if code == sqlite3.SQLITE_FULL:
        return _full()
    return unusable(error) if code in _BROKEN else None


def _locked() -> TryLater:
    return TryLater("DATABASE_LOCKED", where=where())


def _full() -> NeedsAttention:
    return NeedsAttention("DATABASE_FULL", where=where())


def _away(told: str) -> TryLater:
    reason = (told.strip().splitlines() or ["no reason given"])[0].rstrip(".")
    return TryLater("DATABASE_AWAY", where=where(), reason=reason)


def unusable(error: BaseException) -> NeedsAttention:
    """Return the error for a database that waiting does not mend."""
    return NeedsAttention("DATABASE_UNUSABLE", where=where(), error=error)


def where() -> str:
    """Name the database without its password."""
    return str(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else "LELEKA_DATABASE_URL"


@contextmanager
def told_to_people() -> Iterator[None]:
    """Raise an error of the tree in the place of one of the database."""
    try:
        yield
    except ERRORS as error:
        told = trouble(error)
        if told is None:
            raise
        raise told from error


def let_go() -> None:
    """Let go of a connection that broke: the next query opens another."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


class Patience:
    """How long one command waits for a database that is locked, or away, and how often it begins again.

    One that is restarted several times within these seconds is waited for, too. As each time may send a batch once
    more, the pauses become longer: there is room for few.
    """

    def __init__(self, seconds: float, clock: Clock, say: Callable[[Message], None]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._say = say
        self._until: float | None = None
        self._progress: object = None
        self._in_vain = 0
        self._in_vain_until: float | None = None

    def answered(self, progress: object) -> None:
        """Take note that the database works, and how far the work is by now."""
        if self._until is not None:
            self._say(Message("STORE_ANSWERS"))
        self._until = None
        if progress == self._progress:
            self._in_vain += 1
        else:
            self._in_vain, self._in_vain_until = 0, None
        self._progress = progress

    def after(self, error: BaseException) -> None:
        """Wait a moment after an error; raises what it means for people where waiting is of no use any more."""
        told = trouble(error)
        if not isinstance(told, TryLater):
            raise told or error
        now = self._clock.monotonic()
        if self._until is None:
            self._until = now + self._seconds
            self._say(Message("STORE_WAITED_FOR", problem=told.problems[0], seconds=self._seconds))
        if self._in_vain_until is None:
            self._in_vain_until = now + self._seconds
        if now >= self._until or (self._in_vain > _MOST_IN_VAIN and now >= self._in_vain_until):
            raise told
        let_go()  # one that broke would stay broken
        self._clock.sleep(max(_LOOK, min(_LOOK * 2**self._in_vain, self._until - now)))


def outlast(patience: Patience, work: Callable[[], T]) -> T:
    """Do something small that may be done twice; while the database is away, again and again."""
    while True:
        try:
            return work()
        except ERRORS as error:
            patience.after(error)
