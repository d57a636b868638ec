"""Schedules, the decisions on their due instants, and refreshes with their steps."""

from django.db import models

from leleka.core.statuses import DueOutcome, RunStatus, StepStatus
from leleka.state.models.choices import choices_of
from leleka.state.models.exports import Export
from leleka.state.models.people import User
from leleka.state.models.runs import Run


class Trigger(models.TextChoices):
    """Why something runs. A run keeps it for ever: one by its own schedule is shown as what it was (CI-T9)."""

    SYSTEM = "system refresh"
    OWN = "own schedule"
    ON_DEMAND = "on demand"


class SystemSchedule(models.Model):
    """The system schedule: a single row, number 1. ``schedule`` has the shape of ``core.schedules.model.to_data``.

    Instants are due after ``since``, when it was last switched on or changed; ``next_due_at`` is the next of
    them.
    """

    name = "the system's schedule"  # the name under which a file may manage it
    on = models.BooleanField(default=False)
    schedule = models.JSONField(default=dict)
    since = models.DateTimeField(null=True)
    next_due_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    managed_by_file = models.CharField(max_length=1000, blank=True)


class Refresh(models.Model):
    """One execution of sources -> profiles -> segments -> exports. ``scope`` is ``everything``, ``data``,
    ``sources``, ``segments`` or a key such as ``source:3``, ``segment:4``, ``export:7``.

    A worker executes it under a lease, as it does a run; ``walked_at`` is when everything but the runs of its
    exports was done.
    """

    trigger = models.CharField(max_length=20, choices=Trigger.choices)
    scope = models.CharField(max_length=50)
    asked_by = models.CharField(max_length=200)
    asker = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # None of no person
    status = models.CharField(max_length=30, default=RunStatus.QUEUED)
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    walked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True, db_index=True)
    cancel_requested_at = models.DateTimeField(null=True)
    canceled_by = models.CharField(max_length=200, blank=True)
    worker = models.CharField(max_length=200, blank=True)
    lease_until = models.FloatField(default=0.0)
    fence = models.PositiveIntegerField(default=0)


class RefreshStep(models.Model):
    """One step of a refresh. ``of`` is the id of the source, segment or export, 0 for the profiles; ``needs``
    are the numbers of the steps before it.

    ``changed`` is False if there was nothing to do: it was up to date already.
    """

    refresh = models.ForeignKey(Refresh, models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    of = models.BigIntegerField()
    name = models.CharField(max_length=200)
    needs = models.JSONField(default=list)
    status = models.CharField(max_length=30, default=StepStatus.NOT_STARTED)
    stage = models.CharField(max_length=200, blank=True)
    stage_told = models.JSONField(default=dict)  # its code and values (core.saying)
    changed = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)
    rows = models.BigIntegerField(null=True)
    notes = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="steps")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("refresh", "number"), name="one_step_per_number"),)
        indexes = (models.Index(fields=("kind", "of", "-id"), name="steps_of_one_thing"),)


class DueDecision(models.Model):
    """The decision on one due instant: exactly one row each, whoever decides (I-17). ``subject`` is
    ``system`` or ``export:7``.
    """

    subject = models.CharField(max_length=50)
    export = models.ForeignKey(Export, models.CASCADE, null=True, related_name="decisions")
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=20, choices=choices_of(DueOutcome))
    reason = models.CharField(
        max_length=500, blank=True
    )  # a code of core.schedules, or what kept it from starting
    detail = models.CharField(max_length=200, blank=True)  # what was still running
    decided_at = models.DateTimeField()
    refresh = models.ForeignKey(Refresh, models.SET_NULL, null=True, related_name="decisions")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("subject", "due_at"), name="one_decision_per_due_instant"),
        )
