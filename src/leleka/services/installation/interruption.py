"""Ctrl-C and a service manager's stop wait for the end of a transaction.

A KeyboardInterrupt between BEGIN and the block that would end the transaction leaves it open: its lock keeps every
other writer waiting, and what is written next becomes a part of it and is lost with the process (fault 74).
"""

import signal
from types import FrameType
from typing import Final

from django.db import connection

from leleka.core.clock import current_clock

_SOON: Final = 0.02  # seconds until it is asked again whether the transaction has ended
_PATIENCE: Final = 5.0  # seconds; one that lasts longer is in the middle of its block, which undoes it
_OPEN: Final = ("ACTIVE", "INTRANS", "INERROR")  # as libpq calls them; a connection that broke is "UNKNOWN"


def spare_transactions() -> None:
    """Let SIGTERM, and SIGINT where it is not ignored, raise KeyboardInterrupt in the main thread, as described."""
    interrupt = _Interrupt()
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGALRM, interrupt)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)


class _Interrupt:
    """A handler of signals that looks again, by the alarm, until the transaction has ended."""

    def __init__(self) -> None:
        self._since: float | None = None

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        now = current_clock().monotonic()
        self._since = now if self._since is None else self._since
        if _in_transaction() and now - self._since < _PATIENCE:
            signal.setitimer(signal.ITIMER_REAL, _SOON)
            return
        self._since = None
        signal.setitimer(signal.ITIMER_REAL, 0)
        raise KeyboardInterrupt


def _in_transaction() -> bool:
    """Return whether the main thread is in one, also where Django does not know yet or no longer."""
    raw = connection.connection
    if raw is None:
        return False
    if connection.in_atomic_block or not connection.autocommit:
        return True
    if connection.vendor == "sqlite":
        return bool(raw.in_transaction)
    return not raw.autocommit or raw.info.transaction_status.name in _OPEN
