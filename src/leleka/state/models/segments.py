"""Segments and their size over time."""

from django.db import models


def follows_the_system() -> dict[str, str]:
    """Return the schedule that a segment begins with."""
    return {"policy": "system"}


class SegmentTag(models.Model):
    """A word by which segments are found; there is one as long as a segment has it."""

    name = models.CharField(max_length=200, unique=True)


class Segment(models.Model):
    """A rule tree over profiles, and the pointer to its members as last evaluated."""

    name = models.CharField(max_length=200, unique=True)
    rules = models.JSONField()  # the canonical long form
    snapshot = models.CharField(max_length=300, blank=True)
    basis = models.CharField(max_length=128, blank=True)  # digest of everything that the members depend on
    size = models.BigIntegerField(null=True)
    evaluated_at = models.DateTimeField(null=True)
    memberships = models.CharField(max_length=300, blank=True)  # the pointer to who came and left
    followed_since = models.DateTimeField(null=True)  # from when on that is known
    managed_by_file = models.CharField(max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=1)
    active = models.BooleanField(default=True)  # one that is not keeps its last members
    state_since = models.DateTimeField(null=True)  # null as long as it is as it was made
    activate_at = models.DateTimeField(null=True)
    deactivate_at = models.DateTimeField(null=True)
    schedule = models.JSONField(default=follows_the_system)  # ``services.segments.timing``
    tags = models.ManyToManyField(SegmentTag, related_name="segments")


class SegmentSize(models.Model):
    """How many members a segment had at one evaluation."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="sizes")
    size = models.BigIntegerField()
    came = models.BigIntegerField(null=True)  # since the evaluation before; null where that was not compared
    left = models.BigIntegerField(null=True)
    evaluated_at = models.DateTimeField()
