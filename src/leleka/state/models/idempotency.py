"""Requests that were sent with an idempotency key, so that repeating them does nothing twice."""

from django.db import models

from leleka.state.models.people import User
from leleka.state.models.runs import Run


class IdempotencyKey(models.Model):
    """A key that one person chose, the request they sent with it (a digest), and the resulting run."""

    user = models.ForeignKey(User, models.CASCADE, related_name="idempotency_keys")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    run = models.ForeignKey(Run, models.CASCADE, related_name="idempotency_keys")
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "key"), name="one_use_of_a_key"),)
