"""What pages and the API ask accounts: asked in threads of their own, awaited for a moment, kept for a while.

No thread of the web waits for another company's server longer than a moment, and never more than two at once: the
others stay free for signing in, for pages and for probes. An answer that comes later is there for whoever asks
again. An account that fails several times in a row is left alone for a while; then one question tries it again.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Condition, Lock, Thread
from typing import Any, Final, Generic, TypeVar

import structlog
from django.db import connections

from leleka.core.clock import SystemClock
from leleka.core.ports.clock import Clock, OutOfPatience
from leleka.errors import LelekaError, NeedsAttention, TryLater, Unavailable
from leleka.services.connections.impatient_clock import ImpatientClock

log = structlog.get_logger(__name__)
T = TypeVar("T")
_PATIENCE: Final = 1.0  # seconds that a request waits
_LONGEST: Final = 10.0  # seconds for a question as a whole; the last of its requests may take longer
_WAITING: Final = 2  # requests that wait at the same time
_AT_ONCE: Final = 8  # questions under way
_OF_ONE_ACCOUNT: Final = 2
FRESH: Final = 30.0  # seconds that an answer is told again
_FAILED_FOR: Final = 5.0  # seconds that a failure is
_FAILURES: Final = 3  # in a row, until an account is left alone
_RESTS: Final = 30.0  # seconds
_COME_AGAIN: Final = 2.0  # seconds
SLOW: Final = "ACCOUNT_SLOW"
_Key = tuple[str, Hashable]


@dataclass(eq=False)
class _Question(Generic[T]):
    """A question, and what came of it so far. ``kept_until`` counts from its end; ``fresh`` are the seconds that an
    answer is kept.
    """

    fresh: float = FRESH
    pieces: list[T] = field(default_factory=list)
    ended: bool = False
    error: LelekaError | None = None
    kept_until: float = 0.0
    changed: Condition = field(default_factory=Condition)

    def add(self, piece: T) -> None:
        with self.changed:
            self.pieces.append(piece)
            self.changed.notify_all()

    def end(self, error: LelekaError | None, kept_until: float) -> None:
        with self.changed:
            self.error, self.kept_until, self.ended = error, kept_until, True
            self.changed.notify_all()

    def told(self, patience: float) -> Iterator[T]:
        """Yield what is there and what comes in time. Raises its error, or ``Unavailable`` where it goes on."""
        told, until = 0, _monotonic() + patience
        while not (self.ended and told == len(self.pieces)):
            fresh = self._after(told, until)
            yield from fresh
            told += len(fresh)
        if self.error is not None:
            raise self.error

    def _after(self, told: int, until: float) -> list[T]:
        with self.changed:
            came = self.changed.wait_for(
                lambda: self.ended or len(self.pieces) > told, max(0.0, until - _monotonic())
            )
            if not came:
                raise Unavailable(SLOW, retry_after=_COME_AGAIN)
            return self.pieces[told:]


@dataclass
class _Trouble:
    """An account that failed so often in a row, the last time until it may be asked again."""

    failures: int = 0
    rests_until: float = 0.0


@contextmanager
def noted(connection: int | None) -> Iterator[None]:
    """Log an account that does not answer, or not now, with the id of its connection; None of one that is not saved."""
    try:
        yield
    except TryLater as error:
        log.warning("an account did not answer", connection=connection, code=error.code)
        raise


class FarSide:
    """The questions of one process, by account. ``clock`` tells how long something is kept."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._waiting = BoundedSemaphore(_WAITING)
        self._questions: dict[_Key, _Question[Any]] = {}
        self._troubles: dict[str, _Trouble] = {}

    def is_asked(self, account: str, about: Hashable) -> bool:
        """Return whether that question is under way, or has an answer that was not fetched yet."""
        with self._lock:
            return (account, about) in self._kept()

    def once(
        self, account: str, about: Hashable, clock: Clock, begin: Callable[[ImpatientClock], Iterator[T]]
    ) -> Iterator[T]:
        """Ask, or go on with a question that is under way; whoever hears the end of it asks anew the next time.

        ``begin`` is called in this thread, and its result read in another. Raises ``Unavailable``.
        """
        key = (account, about)
        question = self._joined(key, clock, begin, counts=False)
        try:
            yield from self._told(question)
        finally:
            if question.ended:
                self._drop(key, question)

    def asked(
        self,
        account: str,
        about: Hashable,
        clock: Clock,
        begin: Callable[[ImpatientClock], Iterator[T]],
        *,
        fresh: float = FRESH,
    ) -> list[T]:
        """Ask, unless it was answered within ``fresh`` seconds. Raises ``Unavailable``, and what came of it."""
        question = self._joined((account, about), clock, begin, counts=True)
        question.fresh = fresh
        return list(self._told(question))

    def forget(self) -> None:
        """Know nothing of any account any more."""
        with self._lock:
            self._questions.clear()
            self._troubles.clear()

    def _told(self, question: _Question[T]) -> Iterator[T]:
        if question.ended:
            yield from question.told(0.0)
            return
        if not self._waiting.acquire(blocking=False):
            raise Unavailable("ACCOUNT_BUSY", retry_after=_COME_AGAIN)
        try:
            yield from question.told(_PATIENCE)
        finally:
            self._waiting.release()

    def _joined(
        self, key: _Key, clock: Clock, begin: Callable[[ImpatientClock], Iterator[T]], *, counts: bool
    ) -> _Question[T]:
        with self._lock:
            found = self._kept().get(key)
            if found is not None:
                return found
            self._refuse_too_many(key[0])
            if counts:
                self._refuse_silent(key[0])
            question = self._questions[key] = _Question[T]()
        try:
            pieces = begin(ImpatientClock(clock, _LONGEST))
        except BaseException:
            self._drop(key, question)
            raise
        Thread(
            target=self._ask, args=(key[0], question, pieces, counts), name="far side", daemon=True
        ).start()
        return question

    def _ask(self, account: str, question: _Question[T], pieces: Iterator[T], counts: bool) -> None:
        error: LelekaError | None = None
        try:
            for piece in pieces:
                question.add(piece)
        except OutOfPatience:
            error = TryLater("ACCOUNT_SLOW.ended", retry_after=_FAILED_FOR)
        except LelekaError as raised:
            error = raised
        except Exception:
            log.exception("an account could not be asked", account=account)
            error = NeedsAttention("INTERNAL_ERROR.brief")
        finally:
            connections.close_all()  # of this thread
            if counts:
                self._count(account, failed=isinstance(error, TryLater))
            kept = question.fresh if error is None else _FAILED_FOR
            question.end(error, self._clock.monotonic() + kept)

    def _count(self, account: str, *, failed: bool) -> None:
        with self._lock:
            if not failed:
                self._troubles.pop(account, None)
                return
            trouble = self._troubles.setdefault(account, _Trouble())
            trouble.failures += 1
            trouble.rests_until = self._clock.monotonic() + _RESTS

    def _refuse_silent(self, account: str) -> None:
        trouble, now = self._troubles.get(account), self._clock.monotonic()
        if trouble is None or trouble.failures < _FAILURES:
            return
        left = trouble.rests_until - now
        if left > 0:
            raise Unavailable("ACCOUNT_SILENT", retry_after=left, seconds=max(1, round(left)))
        trouble.rests_until = now + _RESTS  # this one tries it; the others wait for what comes of it

    def _refuse_too_many(self, account: str) -> None:
        live = [key for key, question in self._questions.items() if not question.ended]
        if len(live) >= _AT_ONCE or sum(key[0] == account for key in live) >= _OF_ONE_ACCOUNT:
            raise Unavailable("ACCOUNT_BUSY", retry_after=_COME_AGAIN)

    def _kept(self) -> dict[_Key, _Question[Any]]:
        now = self._clock.monotonic()
        for key, question in list(self._questions.items()):
            if question.ended and question.kept_until <= now:
                del self._questions[key]
        return self._questions

    def _drop(self, key: _Key, question: _Question[Any]) -> None:
        with self._lock:
            if self._questions.get(key) is question:
                del self._questions[key]


def _monotonic() -> float:
    """Return the machine's own time, by which threads wait."""
    return SystemClock().monotonic()


FAR_SIDE: Final = FarSide(SystemClock())
