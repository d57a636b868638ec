"""Connections to where data comes from, and their secrets."""

from django.db import models

from leleka.core.clock import utc_now


class SourceConnection(models.Model):
    """A way to a database, a bucket or a server that sources are read from.

    ``settings`` are those of its kind by name: text, and of a secret that is named instead of given, where it lies. A
    secret's value is never in it. ``address`` is where it leads, as its kind tells; secrets are bound to it.
    """

    name = models.CharField(max_length=200, unique=True)
    type = models.CharField(max_length=50)
    address = models.CharField(max_length=2000, blank=True)
    settings = models.JSONField(default=dict)
    # What contributors may make sources of: names of tables, or paths; one that ends in * is a beginning.
    shared_with = models.JSONField(default=list)
    last_check = models.JSONField(default=list)
    last_checked_at = models.DateTimeField(null=True)
    managed_by_file = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=utc_now)
    version = models.PositiveIntegerField(default=1)  # grows with every edit, to detect a stale one


class SourceSecret(models.Model):
    """One encrypted value of a source connection, in the envelope that ``state.secrets`` describes."""

    connection = models.ForeignKey(SourceConnection, models.CASCADE, related_name="secrets")
    name = models.CharField(max_length=50)
    version = models.PositiveIntegerField()
    master_key = models.CharField(max_length=64)  # the id of the key that encrypts the data key
    wrapped = models.BinaryField()
    sealed = models.BinaryField()
    hint = models.CharField(max_length=4, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("connection", "name"), name="one_source_secret_per_name"),
        )
