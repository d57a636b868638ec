from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from leleka.services.installation.configuration import configuration
from leleka.warehouse.engines.duckdb import open_session
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake

_SMALL = "64MB"  # a session of a page spills beyond it


_PAGES = BoundedSemaphore(2)


def lake() -> Lake:
    return Lake(configuration().lake_dir)


@contextmanager
def session() -> Iterator[Engine]:
    """Open a query session within this installation's limits."""
    config = configuration()
    with open_session(config.spill_dir, memory_limit=config.memory_limit, threads=config.threads) as opened:
        yield opened


@contextmanager
def small_session() -> Iterator[Engine]:
    """Open a query session that holds little: for reading files in the order in which they are."""
    with open_session(configuration().spill_dir, memory_limit=_SMALL, threads=1) as opened:
        yield opened


@contextmanager
def page_session() -> Iterator[Engine]:
    """Open a small session for somebody who waits for a page; in one process so many at once, the others wait."""
    with _PAGES, small_session() as opened:
        yield opened
