"""When a lease is over: one rule for runs, refreshes and the lane of an account."""

from typing import Final

from django.db.models import Q

from leleka.core.ports.outbox import MAX_LEASE_SECONDS

# No lease may be set to more than ``MAX_LEASE_SECONDS``, and clocks differ: one that ends beyond twice as much was
# written when the clock was wrong. Whoever holds it loses it as to anybody whose clock is ahead: the fence has one
# owner (fault 58).
_FURTHEST: Final = 2 * MAX_LEASE_SECONDS


def is_over(until: float, now: float) -> bool:
    return until <= now or until > now + _FURTHEST


def over(now: float) -> Q:
    """Return the condition on ``lease_until`` that says the same in the database."""
    return Q(lease_until__lte=now) | Q(lease_until__gt=now + _FURTHEST)
