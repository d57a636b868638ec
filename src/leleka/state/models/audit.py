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
