"""Exports and what they are known to have delivered."""

from django.db import models

from leleka.state.models.connections import Account, Connection
from leleka.state.models.people import User
from leleka.state.models.segments import Segment


def follows_the_system() -> dict[str, str]:
    return {"policy": "system"}


class Export(models.Model):
    """Which segments go to which list, and how their profiles become contacts."""

    name = models.CharField(max_length=200, unique=True)
    connection = models.ForeignKey(Connection, models.SET_NULL, null=True, related_name="exports")
    target = models.CharField(max_length=50)  # the list's id
    matching = models.JSONField()
    leavers = models.JSONField()
    automations = models.BooleanField(default=False)
    limit = models.PositiveIntegerField(default=1_000_000)
    schedule = models.JSONField(default=follows_the_system)  # as core.schedules_exports writes it
    schedule_since = models.DateTimeField(null=True)  # its own due instants are after this one
    next_due_at = models.DateTimeField(null=True, db_index=True)  # of its own schedule
    segments = models.ManyToManyField(Segment, through="ExportSegment", related_name="exports")
    managed_by_file = models.CharField(max_length=1000, blank=True)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="exports")  # who created it
    version = models.PositiveIntegerField(default=1)


class ExportSegment(models.Model):
    """A segment in use by an export: it cannot be removed while it is."""

    export = models.ForeignKey(Export, models.CASCADE)
    segment = models.ForeignKey(Segment, models.PROTECT)


class Ledger(models.Model):
    """The pointer to what an account's list is known to hold of an export. Another list has another
    ledger.
    """

    export = models.ForeignKey(Export, models.CASCADE, related_name="ledgers")
    account = models.ForeignKey(Account, models.PROTECT)
    target = models.CharField(max_length=50)
    snapshot = models.CharField(max_length=300)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("export", "account", "target"), name="one_ledger_per_list"),
        )
