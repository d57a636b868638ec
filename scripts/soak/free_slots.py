from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Thread

from scripts.soak.faults import Tally
from scripts.soak.outbox import Database
from scripts.soak.sandbox_accounts import FarSide

_DEAD_FOR = 2.0  # seconds after which a place that was not given back belongs to a dead process


_LOOK = 0.25


@contextmanager
def places_come_free(far: Sequence[FarSide], database: Database, tally: Tally) -> Iterator[None]:
    """Do not wait for the places of the dead to come free by themselves, a minute after they were taken.

    Four deaths a minute would bring an account to a stand, and most kills would meet a process that waits. A request
    here is over within the third of a lease; a place held longer is a dead process's, unless one stands still.
    """
    over = Event()

    def look() -> None:
        while not over.wait(_LOOK):
            for account in far:
                if not tally.standing_still[account.number]:
                    database.free_places(account.host, datetime.now(UTC).timestamp(), _DEAD_FOR)

    thread = Thread(target=look, name="places", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
