"""Claiming a refresh and keeping it: the same conditional UPDATEs as for runs (I-12)."""

from django.db.models import F, Q

from leleka.state.lease_rule import over
from leleka.state.models import Refresh


class RefreshLost(Exception):
    """Another worker owns the refresh by now, or it has ended: nothing of it may be written any more."""


def claim(
    refresh: Refresh, *, worker: str, now: float, lease_seconds: float, previous_is_dead: bool
) -> int | None:
    """Make ``worker`` the owner of a refresh that is to be walked; give the new fence, or None."""
    free = Refresh.objects.filter(
        pk=refresh.pk, fence=refresh.fence, walked_at__isnull=True, finished_at__isnull=True
    )
    if not previous_is_dead:
        free = free.filter(over(now) | Q(worker=""))
    changed = free.update(worker=worker, fence=F("fence") + 1, lease_until=now + lease_seconds)
    return refresh.fence + 1 if changed else None


def guard(number: int, fence: int, until: float, **changes: object) -> None:
    """Renew the lease, with ``changes`` of the refresh; raises ``RefreshLost`` where it has another owner."""
    mine = Refresh.objects.filter(pk=number, fence=fence, walked_at__isnull=True, finished_at__isnull=True)
    if not mine.update(lease_until=until, **changes):
        raise RefreshLost


def release(number: int, fence: int) -> None:
    """Return a refresh back before its lease is over, for whoever walks it next."""
    mine = Refresh.objects.filter(pk=number, fence=fence, walked_at__isnull=True, finished_at__isnull=True)
    mine.update(worker="", lease_until=0.0)
