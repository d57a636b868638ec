"""Measures: derived columns of the profiles, each with the pointer to its values."""

from django.db import models


class Measure(models.Model):
    """A measure: its definition, and the pointer to what was calculated last.

    Values stay where a later calculation fails: ``problems`` say why, and until there are none nobody uses them.
    """

    name = models.CharField(max_length=200, unique=True)
    definition = models.JSONField()  # the canonical form of core.measures
    type = models.CharField(max_length=20)  # of the values (core.columns)
    snapshot = models.CharField(max_length=300, blank=True)
    basis = models.CharField(max_length=128, blank=True)  # digest of everything that the values depend on
    filled = models.BigIntegerField(null=True)  # profiles that have a value
    shape = models.JSONField(default=dict)  # how the values are spread (warehouse.measures)
    problems = models.JSONField(default=list)
    calculated_at = models.DateTimeField(null=True)
    managed_by_file = models.CharField(max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=1)
