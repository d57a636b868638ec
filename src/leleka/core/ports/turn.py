"""A request's turn in the pace of an account."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Underway(Protocol):
    """A request that had its turn."""

    def answered(self) -> None:
        """Tell that a reply came: by how long that takes, one that is late is known."""
        ...

    def refused(self) -> None:
        """Tell that the account refused it for the number of requests."""
        ...


class Turn(Protocol):
    """Entered when it is a request's turn in the account's pace, left when the reply is there."""

    def __call__(self, *, importing: bool = False) -> AbstractContextManager[Underway]:
        """Imports come first, before whatever asks a question."""
        ...


class _Alone:
    def answered(self) -> None:
        """Nobody else waits for the reply."""

    def refused(self) -> None:
        """There is no pace to slow down."""


@contextmanager
def at_once(*, importing: bool = False) -> Iterator[Underway]:  # noqa: ARG001 - as a ``Turn`` is called
    """Give the turn where nobody shares the account."""
    yield _Alone()
