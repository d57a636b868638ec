"""Leases, as the database is asked for them."""

from django.db.models import Q

from leleka.core.outbox import FURTHEST


def over(now: float) -> Q:
    """Match rows whose lease has run out, as ``core.outbox.lease_is_over`` tells."""
    return Q(lease_until__lte=now) | Q(lease_until__gt=now + FURTHEST)
