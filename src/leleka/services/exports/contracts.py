from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leleka.core.plan import Counts
from leleka.core.statuses import TaskStatus
from leleka.errors import Problem
from leleka.services.contracts import NoteView


@dataclass(frozen=True, slots=True)
class PreviewView:
    """What a run would do now. ``minutes`` is at the connection's share of the limits, for sending alone.

    ``plan_limit`` are the contacts the account pays for, as entered; ``account_contacts`` those it holds, asked where
    there is such a limit.
    """

    export: str
    connection: str
    target: str
    segments: tuple[tuple[str, int], ...]
    counts: Counts
    requests: int
    minutes: float
    confirmation_reason: str
    too_large: bool
    limit: int
    confirmation_told: dict[str, object] = field(default_factory=dict)
    plan_limit: int | None = None
    account_contacts: int | None = None
    notes: tuple[NoteView, ...] = ()

    @property
    def seconds(self) -> float:
        """Return how long sending takes."""
        return self.minutes * 60

    @property
    def left(self) -> int:
        """Return the number of leavers."""
        return sum(self.counts.left.values())

    @property
    def excluded(self) -> int:
        return sum(self.counts.excluded.values())

    @property
    def rejected(self) -> int:
        """Return how many would not be sent because of what was refused, or cannot be sent."""
        return sum(self.counts.rejected.values()) + sum(self.counts.not_attempted.values())

    @property
    def matches(self) -> bool:
        """Return whether the list holds everybody selected, and nobody is left out."""
        return not self.requests and self.counts.unchanged == self.counts.selected

    @property
    def beyond_plan(self) -> bool:
        """Return whether the account could hold more contacts than it pays for afterwards: those it holds and those to
        be added, or where it does not tell, all who are selected.
        """
        if self.plan_limit is None:
            return False
        held = self.account_contacts
        return (self.counts.selected if held is None else held + self.counts.added) > self.plan_limit


@dataclass(frozen=True, slots=True)
class RebuiltLedger:
    """``people`` were found in the outcomes of ``runs`` runs; ``damaged`` are further ones that could not be read."""

    export: str
    target: str
    people: int
    runs: int
    damaged: int


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Figures of one comparison. ``missing`` people were confirmed once and are not active in the list;
    ``foreign`` contacts came from elsewhere. Of ``compared`` people it is known what was sent; ``different`` ones hold
    something else by now, in ``fields``; ``not_compared`` are on the list, and changed here since they were sent.
    ``untold`` are fields of which the destination did not say what anybody holds. ``repaired``: the missing and the
    different ones are due again.
    """

    export: str
    target: str
    held: int
    listed: int
    missing: int
    foreign: int
    missing_sample: tuple[str, ...]
    compared: int
    not_compared: int
    different: int
    fields: Mapping[str, int]
    different_sample: tuple[tuple[str, tuple[str, ...]], ...]
    untold: tuple[str, ...]
    repaired: bool = False

    @property
    def same(self) -> int:
        """Return how many hold what was sent."""
        return self.compared - self.different

    @property
    def doubtful(self) -> bool:
        """Return whether anybody is missing or different."""
        return bool(self.missing or self.different)


@dataclass(frozen=True, slots=True)
class ReconciliationView:
    """The latest reconciliation of an export. ``result`` is there once it was successful; ``repairable`` says that the
    missing and the different ones can be made due again: nothing has changed since what it compared with.

    ``read`` of about ``about`` contacts were read so far, None where that is not known.
    """

    id: int
    status: TaskStatus
    done: bool
    stage: str
    stage_told: Mapping[str, Any]
    read: int | None
    about: int | None
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None
    problems: Sequence[Problem]
    result: Reconciled | None
    repairable: bool
    repaired_by: str
    repaired_at: datetime | None
