"""What the worker is asked to do besides runs: previews, and whatever else takes longer than a page may."""

from django.db import models

from leleka.core.statuses import TaskStatus
from leleka.state.models.choices import choices_of


class Task(models.Model):
    """One task. ``result`` is what the page shows; it is removed with the task, a day later."""

    class Kind(models.TextChoices):
        PREVIEW = "preview"
        SEGMENT = "segment"
        COUNT = "count"
        MEMBERS = "members"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    subject = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)  # further parameters: rules that are not saved
    asked_by = models.CharField(max_length=200)
    status = models.CharField(max_length=20, choices=choices_of(TaskStatus), default=TaskStatus.QUEUED)
    stage = models.CharField(max_length=200, blank=True)
    stage_told = models.JSONField(default=dict)
    worker = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
