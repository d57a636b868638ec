"""What buckets and web servers have in common: something with a name and perhaps a size and a tag is found and read."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, Protocol, TypeVar

T = TypeVar("T")
Tick = Callable[[], None]
_LOOK_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True)
class Found:
    """An object. ``tag`` changes certainly whenever the contents do; "" where no such thing is known.

    ``seen`` is what else was said of it, to notice what changed meanwhile; ``size`` and ``modified``, when it was last
    written, are None where nobody says it.
    """

    key: str
    shown: str  # its URL, without anything secret
    size: int | None
    tag: str = ""
    seen: str = ""
    modified: datetime | None = None

    @property
    def name(self) -> str:
        return self.key.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Body:
    """The contents of an object. ``coding`` is what they were packed with on the way, "" for nothing."""

    chunks: Iterator[bytes]
    size: int | None
    coding: str = ""
    tag: str = ""
    seen: str = ""
    modified: datetime | None = None


class Place(Protocol):
    """A bucket, or a web server. What is wrong there is raised in words of ours."""

    def find(self, pattern: str, tick: Tick, most: int) -> list[Found]:
        """Return the objects of a pattern in the order of their names, at least one; ``most`` at most, or raise.
        ``tick`` is called while waiting, and raises to end it.
        """
        ...

    def read(self, found: Found, tick: Tick) -> AbstractContextManager[Body]:
        """Return the contents of what was found, and nothing newer."""
        ...


def newest(times: Iterable[datetime | None]) -> datetime | None:
    """Return the newest of the times that are known."""
    return max((one for one in times if one is not None), default=None)


def awaited(call: Callable[[], T], tick: Tick) -> T:
    """Return what a call returns that may wait for the network; meanwhile ``tick`` is called now and then.

    Where ``tick`` raises the call is left behind: whoever closes its connection ends it.
    """
    answers: SimpleQueue[tuple[list[T], BaseException | None]] = SimpleQueue()

    def run() -> None:
        try:
            answers.put(([call()], None))
        except BaseException as error:  # noqa: BLE001 - it is raised again by whoever waits
            answers.put(([], error))

    Thread(target=run, name="object-storage", daemon=True).start()
    while True:
        try:
            values, error = answers.get(timeout=_LOOK_SECONDS)
        except Empty:
            tick()
            continue
        if error is not None:
            raise error
        return values[0]
