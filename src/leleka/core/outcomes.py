"""What a destination can answer. Three outcomes of a send, never two: *unknown* is a value, not an exception."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from leleka.errors import Problem


class Cause(StrEnum):
    """Why a request was refused; in every case the destination has certainly not queued it."""

    NOT_SENT = "not_sent"  # no connection, or the deadline passed before the first byte left
    THROTTLED = "throttled"  # a rate limit: the account is to pause
    INVALID = "invalid"  # the content was judged and refused; rows may be named
    FORBIDDEN = "forbidden"  # 401 or 403: the key, a right, or a blip
    NOT_FOUND = "not_found"  # no such account or endpoint at this host


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row the destination named. ``position`` as it said it: whether it counts from 0 or 1 is unknown."""

    position: int
    reason: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """Queued at the destination, which is not delivered. ``batch_id`` is what to poll."""

    batch_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly not queued. ``reason`` is a sentence for people; ``retry_after`` in seconds when stated."""

    cause: Cause
    reason: str
    rows: tuple[RefusedRow, ...] = ()
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not be queued. ``throttled`` asks the account to pause before it is sent again."""

    reason: str
    throttled: bool = False
    retry_after: float | None = None


Outcome = Accepted | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Pending:
    """Not finished, as far as can be seen. ``status`` is the destination's word, or why it could not be asked.

    ``known`` is False where the destination does not (yet, or any more) know the batch.
    """

    status: str
    known: bool = True
    throttled: bool = False
    retry_after: float | None = None


class Ending(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Settled:
    """A batch came to its end. ``failures`` are the addresses it names as not imported, lower case."""

    ending: Ending
    failures: tuple[str, ...] = ()


class Reject(Exception):
    """Raised by ``render`` for a row that cannot be sent as it is: a key of the catalogue and its parameters."""

    def __init__(self, key: str, /, **params: Any) -> None:
        self.problem = Problem(key, params=params)
        super().__init__(str(self.problem))
