"""Who did what."""

from typing import Any, NoReturn

from django.db import models


class AuditEntry(models.Model):
    """One action, written in the transaction that carries it out. ``details`` never contains secrets.

    Entries are added and never changed: the database refuses it, too (triggers of migration 0005).
    """

    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=300)
    action = models.CharField(max_length=100)
    subject = models.CharField(max_length=300)
    details = models.JSONField(default=dict)
    address = models.CharField(max_length=64, blank=True)
    request = models.CharField(max_length=64, blank=True)
    result = models.CharField(max_length=50, default="done")

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("entries of the audit are not removed")


class AuditLink(models.Model):
    """One link of the chain over the audit: its digest covers its entry and the link before.

    Added and never changed, as entries are (triggers of migration 0020). ``entry`` is no foreign key: a link stays
    where its entry is gone.
    """

    number = models.BigIntegerField(primary_key=True)
    entry = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=64)


class RefusalCount(models.Model):
    """How often something was refused to somebody within an hour: the first time is an entry, others are counted."""

    hour = models.DateTimeField(db_index=True)
    digest = models.CharField(max_length=64)
    actor = models.CharField(max_length=300)
    action = models.CharField(max_length=100)
    subject = models.CharField(max_length=300)
    address = models.CharField(max_length=64, blank=True)
    times = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("hour", "digest"), name="one_refusal_count"),)
