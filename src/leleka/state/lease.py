"""The lease on a row: who may work on it, until when, and how everybody else is kept from writing.

``fence`` grows with every claim. Each write of an owner is conditional on the fence it was given, so that one who stood
still beyond its lease changes nothing any more. Claiming, renewing and releasing are one conditional UPDATE each, the
same on every database.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Generic, TypeVar

from django.db.models import F, Q

from leleka.core.ports.outbox import MAX_LEASE_SECONDS, LeaseLost
from leleka.core.statuses import RunStatus
from leleka.state.models import Refresh, Run
from leleka.state.prepared_statements import PreparedUpdate

# No lease is longer than ``MAX_LEASE_SECONDS``, and clocks differ: one that ends beyond twice as much was written
# while the clock was wrong. Its holder loses it, as to anybody whose clock is ahead: a fence has one owner (fault 58).
_FURTHEST: Final = 2 * MAX_LEASE_SECONDS

Leased = TypeVar("Leased", Run, Refresh)


class RefreshLost(Exception):
    """Another worker owns the refresh by now, or it has ended: nothing of it may be written any more."""


def is_over(until: float, now: float) -> bool:
    """Return whether a lease that was set until ``until`` is over; both are in seconds since 1970."""
    return until <= now or until > now + _FURTHEST


def over(now: float) -> Q:
    """Return the condition on ``lease_until`` that says the same in the database."""
    return Q(lease_until__lte=now) | Q(lease_until__gt=now + _FURTHEST)


class Lease(Generic[Leased]):
    """The lease on rows of ``model``, which has ``worker``, ``fence`` and ``lease_until``.

    The rows whose fields ``live`` are NULL may be owned; ``claimable`` are those of them that may be claimed;
    ``claimed`` is what else a claim writes. ``lost`` is raised where somebody else owns the row.
    """

    def __init__(
        self,
        model: type[Leased],
        *,
        live: Sequence[str],
        lost: type[Exception],
        claimable: Q | None = None,
        claimed: Mapping[str, Any] | None = None,
    ) -> None:
        self._model: type[Leased] = model
        self._live = Q(**{f"{name}__isnull": True for name in live})
        self._renewal = PreparedUpdate(model, ("lease_until",), ("id", "fence"), nulls=live)
        self._lost = lost
        self._claimable = claimable or Q()
        self._claimed = dict(claimed or {})

    def claim(
        self, row: Leased, *, worker: str, now: float, lease_seconds: float, previous_is_dead: bool
    ) -> int | None:
        """Make ``worker`` the owner of a row; return the new fence, or None where somebody else is.

        A lease that is not over is respected, unless its owner is known to be dead or gave the row back. The fence
        seen with the row is part of the condition: of two claims at once, one changes no row.
        """
        free = self._model._default_manager.filter(self._live, self._claimable, pk=row.pk, fence=row.fence)
        if not previous_is_dead:
            free = free.filter(over(now) | Q(worker=""))
        until = now + lease_seconds
        changed = free.update(worker=worker, fence=F("fence") + 1, lease_until=until, **self._claimed)
        return row.fence + 1 if changed else None

    def renew(self, number: int, fence: int, until: float, **changes: Any) -> None:
        """Set the end of the lease, with ``changes`` of the row. Raises ``lost``."""
        if not changes:
            renewed = self._renewal.row(until, number, fence)
        else:
            mine = self._model._default_manager.filter(self._live, pk=number, fence=fence)
            renewed = bool(mine.update(lease_until=until, **changes))
        if not renewed:
            raise self._lost

    def release(self, number: int, fence: int) -> None:
        """Give a row back before its lease is over, for the next claim; do nothing where it has another owner."""
        self._model._default_manager.filter(self._live, pk=number, fence=fence).update(
            worker="", lease_until=0.0
        )


RUN_LEASE: Final = Lease(
    Run,
    live=("finished_at",),
    claimable=~Q(status=RunStatus.NEEDS_CONFIRMATION),  # such a run is nobody's (I-11)
    claimed={"status": RunStatus.PROCESSING},
    lost=LeaseLost,
)
REFRESH_LEASE: Final = Lease(Refresh, live=("walked_at", "finished_at"), lost=RefreshLost)
