"""Live workers, and the permanent counters."""

from django.db import models


class WorkerBeat(models.Model):
    """A worker's heartbeat. ``name`` is what it claims runs with; times are seconds since 1970."""

    name = models.CharField(max_length=200, unique=True)
    host = models.CharField(max_length=260)
    pid = models.PositiveIntegerField()
    version = models.CharField(max_length=50)
    started_at = models.FloatField()
    seen_at = models.FloatField(db_index=True)


class Tally(models.Model):
    """A number that only grows, whatever is removed: what ended runs add to the metrics
    (``state.run_counters``).
    """

    name = models.CharField(max_length=50)
    label = models.CharField(max_length=100, blank=True)
    value = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("name", "label"), name="one_tally_per_label"),)
