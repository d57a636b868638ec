from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Thread

from scripts.soak.faults import Tally
from scripts.soak.outbox import Database
from scripts.soak.sandbox_accounts import FarSide

_DEAD_FOR = 2.0  # seconds after which a slot that was not returned belongs to a dead process


_LOOK = 0.25


@contextmanager
def places_come_free(far: Sequence[FarSide], database: Database, tally: Tally) -> Iterator[None]:
    """Do not wait until the slots of dead processes become free by themselves, a minute after they were
    taken.

    With four deaths a minute an account would come to a stop, and most kills would hit a process that waits.
    A request here is over within a third of the lease; a slot held longer belongs to a dead process, unless
    one is stopped.
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
