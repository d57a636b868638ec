"""Lists of profiles that somebody gave: ids or e-mail addresses."""

from django.db import models


class ProfileList(models.Model):
    """A list, and the pointer to its entries in the lake."""

    name = models.CharField(max_length=200, unique=True)
    # The column of the profiles whose e-mail addresses the entries are; empty where they are the profiles' keys.
    column = models.CharField(max_length=300, blank=True)
    snapshot = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=128, blank=True)  # of the entries as they were given
    size = models.BigIntegerField(default=0)
    unknown = models.BigIntegerField(default=0)  # entries that no profile had when they were given
    unusable = models.BigIntegerField(default=0)  # entries that are no addresses, and are not in it
    given_by = models.CharField(max_length=200, blank=True)
    given_at = models.DateTimeField(null=True)
    managed_by_file = models.CharField(max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=1)
