"""Runs, their batches, and every attempt to send one."""

from django.db import models

from leleka.core.run_configuration import RunConfiguration, is_frozen, read_configuration
from leleka.core.statuses import RunStatus
from leleka.state.models.choices import choices_of
from leleka.state.models.connections import Account
from leleka.state.models.exports import Export
from leleka.state.models.people import User


class Run(models.Model):
    """One execution of one export with a frozen copy of its configuration.

    ``lease_until`` is in seconds since 1970; ``fence`` grows with every claim, and every write of a worker is
    conditional on it.
    """

    export = models.ForeignKey(Export, models.CASCADE, related_name="runs")
    account = models.ForeignKey(Account, models.PROTECT)
    config = models.JSONField()
    asked_by = models.CharField(max_length=200)
    asker = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # None of no person
    acts_as = models.CharField(
        max_length=300, blank=True
    )  # the export user; "" for runs from before export users existed
    trigger = models.CharField(max_length=20, default="on demand")  # refreshing.Trigger
    status = models.CharField(max_length=30, choices=choices_of(RunStatus), default=RunStatus.QUEUED)
    stage = models.CharField(max_length=200, blank=True)
    stage_told = models.JSONField(default=dict)  # its code and values (core.saying)
    progress = models.JSONField(default=dict)  # for the pages: contacts in all, accepted, confirmed
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=200, blank=True)
    lease_until = models.FloatField(default=0.0)
    fence = models.PositiveIntegerField(default=0)
    cancel_requested_at = models.DateTimeField(null=True)
    confirmation_reason = models.CharField(max_length=1000, blank=True)
    confirmation_told = models.JSONField(default=dict)
    confirmed_by = models.CharField(max_length=200, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    plan = models.CharField(max_length=300, blank=True)
    outcomes = models.CharField(max_length=300, blank=True)
    counts = models.JSONField(default=dict)
    requests = models.PositiveIntegerField(default=0)  # attempts, frozen at the end
    problems = models.JSONField(default=list)
    notes = models.JSONField(default=list)  # what else is to be known of it: codes and values of messages
    tallied = models.BooleanField(
        default=False, db_index=True
    )  # whether the tallies include it (``state.run_counters``)
    stepped_at = models.DateTimeField(null=True)  # when progress was last recorded
    stalled_at = models.DateTimeField(null=True)  # when it was found to be stalled (I-16)
    tries = models.PositiveSmallIntegerField(default=1)  # for one due instant, this run included
    retry_at = models.DateTimeField(null=True, db_index=True)  # for a failed run: when it is tried again
    tried_again = models.BooleanField(default=False)  # another run has replaced it
    deaths = models.PositiveSmallIntegerField(default=0)  # process crashes in a row, all of them at ...
    death_point = models.JSONField(default=dict)  # ... this point (services.dying)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("export",),
                condition=models.Q(finished_at__isnull=True),
                name="one_live_run_per_export",
            ),
        )
        # Covers "when did each export last succeed": the rows themselves are large.
        indexes = (models.Index(fields=("export", "status", "finished_at"), name="runs_by_outcome"),)

    @property
    def configuration(self) -> RunConfiguration:
        """What the run keeps to. Raises ``NeedsAttention`` RUN_CONFIGURATION_DAMAGED."""
        return read_configuration(self.config, f"run {self.pk}")

    @property
    def is_frozen(self) -> bool:
        """Whether the run has begun, and keeps to the snapshots that it froze."""
        return is_frozen(self.config)


class SuppressedReading(models.Model):
    """How far a run has read who unsubscribed from its list or bounced. ``after`` is the last id by reason,
    null at its end; ``parts`` are snapshots; ``began_at`` is in seconds since 1970.
    """

    run = models.OneToOneField(Run, models.CASCADE, related_name="reading")
    target = models.CharField(max_length=50)
    began_at = models.FloatField()
    after = models.JSONField()
    requests = models.PositiveIntegerField(default=0)
    parts = models.JSONField(default=list)
    whole = models.BooleanField(default=False)


class BatchRow(models.Model):
    """A batch, as ``core.ports.outbox.Batch`` describes it."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="batches")
    number = models.PositiveIntegerField()
    parent = models.PositiveIntegerField(null=True)
    spans = models.JSONField()
    status = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64, blank=True)
    tries = models.PositiveIntegerField(default=0)
    doubts = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    not_before = models.FloatField(default=0.0)
    remote_id = models.CharField(max_length=200, blank=True)
    accepted_at = models.FloatField(default=0.0)
    polls = models.PositiveIntegerField(default=0)
    rejected = models.JSONField(default=list)
    dropped = models.JSONField(default=list)
    created = models.PositiveIntegerField(null=True)
    code = models.CharField(max_length=50, blank=True)
    detail = models.CharField(max_length=1000, blank=True)

    class Meta:
        db_table = "state_batch"
        indexes = (models.Index(fields=("status",), name="batches_by_status"),)
        constraints = (models.UniqueConstraint(fields=("run", "number"), name="one_batch_per_number"),)


class AttemptRow(models.Model):
    """One POST of a batch, written before it was made. No outcome means that the outcome is unknown."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted"
        REFUSED = "refused"
        UNKNOWN = "unknown"

    batch = models.ForeignKey(BatchRow, models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    fence = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    written_at = models.FloatField()
    lifted_at = models.FloatField(default=0.0)  # when an unknown attempt can no longer take effect
    outcome = models.CharField(max_length=20, blank=True, choices=Outcome.choices)
    reason = models.CharField(max_length=1000, blank=True)
    remote_id = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "state_attempt"
        constraints = (models.UniqueConstraint(fields=("batch", "number"), name="one_attempt_per_number"),)
