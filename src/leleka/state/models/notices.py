"""Notices: what people are told unasked, how it is delivered, and who saw it."""

from django.db import models

from leleka.state.models.exports import Export
from leleka.state.models.people import User
from leleka.state.models.runs import Run


class Notice(models.Model):
    """One thing to report. ``key`` names the event, so that it is reported once however many workers notice
    it.

    ``subject`` is what it is about: ``export:7``, ``connection:2``, ``source:orders``. ``values`` and
    ``problems`` are data, so that everybody reads them in their own language; neither holds personal data.
    """

    class Kind(models.TextChoices):
        FAILED = "failed"
        NEEDS_CONFIRMATION = "needs confirmation"
        NEEDS_ATTENTION = "needs attention"
        STALLED = "stalled"
        SCHEDULE_MISSED = "schedule missed"
        RECOVERED = "recovered"
        TEST = "test"  # an administrator tests the channels

    key = models.CharField(max_length=300, unique=True)
    kind = models.CharField(max_length=30, choices=Kind.choices)
    subject = models.CharField(max_length=250, db_index=True)
    export = models.ForeignKey(Export, models.SET_NULL, null=True, related_name="notices")
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="notices")
    values = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    made_at = models.DateTimeField(db_index=True)
    answers = models.ForeignKey("self", models.SET_NULL, null=True, related_name="answered_by")


class NoticeDelivery(models.Model):
    """One delivery of a notice. ``public_id`` is the same at every attempt, so that the recipient recognises
    a repetition.

    ``address`` is a person's, or a webhook's name: its URL may hold a secret and stays in the settings.
    """

    class Channel(models.TextChoices):
        EMAIL = "email"
        WEBHOOK = "webhook"

    class Status(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        GIVEN_UP = "given up"

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=20, choices=Channel.choices)
    address = models.CharField(max_length=300)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="notice_deliveries")
    public_id = models.CharField(max_length=64, unique=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.WAITING)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=50, blank=True)  # a code

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("notice", "channel", "address"), name="one_delivery_per_address"),
        )
        indexes = (models.Index(fields=("status", "next_try_at"), name="delivery_due"),)


class NoticeSeen(models.Model):
    """Somebody saw a notice."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notices_seen")
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="seen_by")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "notice"), name="notice_seen_once"),)
