"""What a destination can reply. A send has three outcomes, never two: *unknown* is a value, not an
exception.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from leleka.errors import Problem


class Cause(StrEnum):
    """Why a request was refused; in every case the destination has certainly not queued it."""

    NOT_SENT = "not_sent"  # no connection, or the deadline passed before the first byte was sent
    THROTTLED = "throttled"  # too many requests of any kind: pause the account
    IMPORT_LIMIT = "import_limit"  # too many imports in a minute: pause the account as well
    INVALID = "invalid"  # the content was examined and refused; rows may be named
    FORBIDDEN = "forbidden"  # 401 or 403: the key, a permission, or a temporary fault
    NOT_FOUND = "not_found"  # no such account or endpoint at this host
    REDIRECTED = "redirected"  # to elsewhere, which is never followed: the host is the wrong one


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that the destination named. ``position`` as it stated it: whether it counts from 0 or 1 is
    unknown.
    """

    position: int
    reason: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """Queued at the destination, which does not mean delivered. ``batch_id`` is what to poll."""

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
    """It may or may not be queued. ``throttled`` asks for a pause of the account before it is sent again;
    ``redirected`` says that the host pointed elsewhere, as a wrong one does.
    """

    reason: str
    throttled: bool = False
    retry_after: float | None = None
    redirected: bool = False


Outcome = Accepted | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Pending:
    """Not finished, as far as is known. ``status`` is the destination's word, or why it could not be asked.

    ``known`` is False where the destination does not know the batch yet, or any more; ``answered`` is False where it
    said nothing of it; ``refused`` says that the question itself was refused, as every other one would be.
    """

    status: str
    known: bool = True
    throttled: bool = False
    retry_after: float | None = None
    answered: bool = True
    refused: Refused | None = None


class Ending(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Settled:
    """A batch has finished. ``failures`` are the addresses that the destination names as not imported, lower
    case. ``created`` is how many contacts it names as new; None from a destination that has nothing to doubt: there,
    whoever is no failure was imported.
    """

    ending: Ending
    failures: tuple[str, ...] = ()
    created: int | None = field(default=None, compare=False)


class Reject(Exception):
    """Raised by ``render`` for a row that cannot be sent as it is: a key of the catalogue and its parameters."""

    def __init__(self, key: str, /, **params: Any) -> None:
        self.problem = Problem(key, params=params)
        super().__init__(str(self.problem))
