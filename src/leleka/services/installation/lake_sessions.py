from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final

import structlog

from leleka.core.memory import shortage
from leleka.errors import NeedsAttention, Unavailable
from leleka.services.installation.configuration import configuration
from leleka.warehouse.engines.duckdb import open_session
from leleka.warehouse.engines.port import Engine, OutOfMemory, TooSlow
from leleka.warehouse.lake import Lake

log = structlog.get_logger(__name__)
_SMALL: Final = "32MB"  # a session of a page spills beyond it
_WIDE: Final = "128MB"  # for what does not fit: many columns of 20,480 rows at once, or 32 MB of JSON lines
_PAGES: Final = BoundedSemaphore(2)
# What is counted while somebody types is small, or asked of a sample; with less than the other an exact count of the
# rows of millions would be written out in between.
_COUNTING: Final = {False: "32MB", True: "64MB"}  # by whether it is exact
_QUICK: Final = BoundedSemaphore(1)  # counts that somebody waits for while typing ...
_THOROUGH: Final = BoundedSemaphore(
    1
)  # ... and exact ones, which take longer and must not keep those waiting
_PATIENCE: Final = 1.5  # seconds that a request waits for a place
_LONGEST: Final = 10.0  # seconds that it keeps one
_COME_AGAIN: Final = 2.0  # seconds


def lake() -> Lake:
    return Lake(configuration().lake_dir)


@contextmanager
def session() -> Iterator[Engine]:
    """Open a query session within this installation's limits."""
    config = configuration()
    with (
        _memory_named(),
        open_session(config.spill_dir, memory_limit=config.memory_limit, threads=config.threads) as opened,
    ):
        yield opened


@contextmanager
def small_session() -> Iterator[Engine]:
    """Open a query session that holds little: for reading files in the order in which they are."""
    with (
        _memory_named(),
        open_session(configuration().spill_dir, memory_limit=_SMALL, at_most=_WIDE, threads=1) as opened,
    ):
        yield opened


@contextmanager
def _memory_named() -> Iterator[None]:
    """Name what is missing where a query outgrew its memory, for whoever asked."""
    try:
        yield
    except OutOfMemory as error:
        raise NeedsAttention("MEMORY_LIMIT.query") from error
    except MemoryError as error:
        raise (shortage(error) or error) from error


@contextmanager
def page_session() -> Iterator[Engine]:
    """Open a small session for somebody who waits for a page; in one process so many at once, each for so long.

    Raises ``Unavailable`` where no place becomes free in time, and where the time in it is over: there are few threads
    that answer requests, and whoever asks for something large must not keep them all.
    """
    with (
        _a_place(_PAGES),
        _memory_named(),
        open_session(
            configuration().spill_dir,
            memory_limit=_SMALL,
            at_most=_WIDE,
            threads=1,
            seconds=_LONGEST,
            kept=True,
        ) as opened,
    ):
        yield opened


@contextmanager
def counting_session(*, exact: bool) -> Iterator[Engine]:
    """Open a session in the web process for whoever edits rules; one at once, and one more that counts exactly."""
    config = configuration()
    with (
        _a_place(_THOROUGH if exact else _QUICK),
        _memory_named(),
        open_session(
            config.spill_dir,
            memory_limit=_COUNTING[exact],
            at_most=_WIDE,
            threads=config.threads,
            seconds=_LONGEST,
            kept=True,
        ) as opened,
    ):
        yield opened


@contextmanager
def _a_place(places: BoundedSemaphore) -> Iterator[None]:
    if not places.acquire(timeout=_PATIENCE):
        log.warning("no place to read for a page", code="READING_BUSY")
        raise Unavailable("READING_BUSY", retry_after=_COME_AGAIN)
    try:
        yield
    except TooSlow as error:
        log.warning("reading for a page took too long", code="READING_SLOW")
        raise Unavailable("READING_SLOW", retry_after=_LONGEST, seconds=round(_LONGEST)) from error
    finally:
        places.release()
