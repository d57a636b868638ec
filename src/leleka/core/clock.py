"""The clock of the machine, and the one place in the product that asks what time it is (decision 0032)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from leleka.core.ports.clock import Clock


class SystemClock:
    """``core.ports.Clock`` of this machine."""

    def now(self) -> float:
        return time.time()  # noqa: TID251 - the one place that may

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)  # noqa: TID251 - the one place that may


_current: ContextVar[Clock] = ContextVar("current_clock", default=SystemClock())  # noqa: B039 - it holds no state


def current_clock() -> Clock:
    """Return the clock of this context: the machine's, unless a test has set another with ``using``."""
    return _current.get()


@contextmanager
def using(clock: Clock) -> Iterator[None]:
    """Make ``clock`` the one that ``current_clock`` and ``utc_now`` return within this context, but not in threads
    started there: those begin with the machine's clock.
    """
    token = _current.set(clock)
    try:
        yield
    finally:
        _current.reset(token)


def utc_now(clock: Clock | None = None) -> datetime:
    """Return the present instant as stored with rows: aware, in UTC. Whoever was handed a clock passes it on; the
    others get the current clock's time.
    """
    return datetime.fromtimestamp((clock or current_clock()).now(), UTC)
