"""What the worker is asked to do besides runs: previews, and whatever else takes longer than a page may."""

from django.db import models

from leleka.core.statuses import TaskStatus
from leleka.state.models.choices import choices_of
from leleka.state.models.exports import Export


class Task(models.Model):
    """One task. ``result`` is what the page shows; it is removed with the task, a day later."""

    class Kind(models.TextChoices):
        PREVIEW = "preview"
        SEGMENT = "segment"
        COUNT = "count"
        MEMBERS = "members"
        RECONCILE = "reconcile"
        EXAMINE = "examine"
        RELATE = "relate"
        MEMBERSHIP = "membership"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    subject = models.CharField(max_length=200)
    export = models.ForeignKey(Export, models.CASCADE, null=True, related_name="+")  # that is reconciled
    # Further parameters: rules that are not saved, the ledgers of a reconciliation.
    payload = models.JSONField(default=dict)
    asked_by = models.CharField(max_length=200)
    status = models.CharField(max_length=20, choices=choices_of(TaskStatus), default=TaskStatus.QUEUED)
    stage = models.CharField(max_length=200, blank=True)
    stage_told = models.JSONField(default=dict)
    worker = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)
    problems = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("export",),
                condition=models.Q(status__in=[TaskStatus.QUEUED, TaskStatus.PROCESSING]),
                name="one_live_task_per_export",
            ),
        )
