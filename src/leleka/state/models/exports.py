"""Exports and what they are known to have delivered."""

from typing import Any

from django.db import models

from leleka.core.growth import Growth
from leleka.state.models.connections import Account, Connection
from leleka.state.models.people import User
from leleka.state.models.segments import Segment


def follows_the_system() -> dict[str, str]:
    return {"policy": "system"}


def growth_asked_about() -> dict[str, Any]:
    return Growth().to_data()


class Export(models.Model):
    """Which segments go to which list, and how their profiles become contacts."""

    name = models.CharField(max_length=200, unique=True)
    connection = models.ForeignKey(Connection, models.SET_NULL, null=True, related_name="exports")
    target = models.CharField(max_length=50)  # the list's id
    matching = models.JSONField()
    leavers = models.JSONField()
    automations = models.BooleanField(default=False)
    subscribe_unconfirmed = models.BooleanField(default=False)  # those, too, who never confirmed at the list
    limit = models.PositiveIntegerField(default=1_000_000)
    growth = models.JSONField(default=growth_asked_about)  # as core.growth writes it
    schedule = models.JSONField(default=follows_the_system)  # as core.schedules_exports writes it
    schedule_since = models.DateTimeField(null=True)  # its own due instants are after this one
    next_due_at = models.DateTimeField(null=True, db_index=True)  # of its own schedule
    ready_by = models.JSONField(
        default=dict
    )  # {time, time_zone}: when its people are to be confirmed (core.ready_by)
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
