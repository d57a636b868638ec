"""Who did what."""

from django.db import models


class AuditEntry(models.Model):
    """One action, written in the transaction that carries it out. Secrets never stand in ``details``."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=200)
    action = models.CharField(max_length=100)
    subject = models.CharField(max_length=300)
    details = models.JSONField(default=dict)
