"""What the worker is asked to do besides runs: previews, and whatever else takes longer than a page may."""

from django.db import models


class Task(models.Model):
    """One task. ``result`` is what the page shows; it is removed with the task, a day later."""

    class Kind(models.TextChoices):
        PREVIEW = "preview"
        SEGMENT = "segment"
        COUNT = "count"
        MEMBERS = "members"

    class Status(models.TextChoices):
        QUEUED = "Queued"
        PROCESSING = "Processing"
        SUCCESSFUL = "Successful"
        FAILED = "Failed"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    subject = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)  # further parameters: rules that are not saved
    asked_by = models.CharField(max_length=200)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.QUEUED)
    stage = models.CharField(max_length=200, blank=True)
    stage_told = models.JSONField(default=dict)
    worker = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
