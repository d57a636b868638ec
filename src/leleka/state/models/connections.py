"""Accounts, connections to them, and their secrets."""

import secrets

from django.db import models

from leleka.core.clock import utc_now
from leleka.state.models.people import User


def new_salt() -> str:
    return secrets.token_hex(16)


class Account(models.Model):
    """One account at a destination, identified by its host.

    Rate limits, pauses and the delivery lane belong to it, never to a connection. Times are seconds since
    1970.
    """

    type = models.CharField(max_length=50)
    name = models.CharField(max_length=260)
    next_send_at = models.FloatField(default=0.0)
    paused_until = models.FloatField(default=0.0)
    pause_reason = models.CharField(max_length=500, blank=True)
    salt = models.CharField(max_length=64, default=new_salt)  # salt of the digests in the suppression set
    row_base = models.SmallIntegerField(null=True)
    lane = models.ForeignKey("Run", models.SET_NULL, null=True, related_name="+")
    learned = models.JSONField(default=dict)  # what an examination found: setting -> value
    learned_at = models.JSONField(default=dict)  # and when: setting -> ISO 8601

    class Meta:
        constraints = (models.UniqueConstraint(fields=("type", "name"), name="one_row_per_account"),)


class Examination(models.Model):
    """An examination of an account that is under way, or that died: written before anything of it leaves, and gone when
    all that it made is removed.
    """

    account = models.OneToOneField(Account, models.CASCADE, related_name="examination")
    addresses = models.JSONField(default=list)  # made up; nobody's
    batches = models.JSONField(default=list)
    unanswered = models.IntegerField(default=0)  # imports that left, and nobody knows whether they arrived
    asked_by = models.CharField(max_length=200)
    began_at = models.DateTimeField()
    alive_until = models.FloatField(default=0.0)  # seconds since 1970: its process lives at least until then
    owner = models.CharField(max_length=32, blank=True)  # who works on it: whoever cleans up takes it over


class Connection(models.Model):
    """A way to an account: who may use it, and who agreed that personal data goes there.

    ``host`` is the address of any kind, as it is kept. ``settings`` holds its other settings by name: text, and of a
    secret that is named instead of given, where it lies. A secret's value is never in it.
    """

    class Audience(models.TextChoices):
        ADMINISTRATORS = "administrators"
        CONTRIBUTORS = "administrators and contributors"

    name = models.CharField(max_length=200, unique=True)
    type = models.CharField(max_length=50)
    account = models.ForeignKey(Account, models.PROTECT, related_name="connections")
    host = models.CharField(max_length=260)
    settings = models.JSONField(default=dict)
    key_reference = models.CharField(max_length=1000, blank=True)  # file:… or env:…, else the secret below
    audience = models.CharField(max_length=50, choices=Audience.choices, default=Audience.ADMINISTRATORS)
    share = models.FloatField(default=0.9)
    consent_by = models.CharField(max_length=200, blank=True)
    consent_version = models.CharField(max_length=50, blank=True)
    consent_language = models.CharField(max_length=10, blank=True)
    consent_at = models.DateTimeField(null=True)
    attention = models.CharField(max_length=500, blank=True)  # why it needs attention
    last_check = models.JSONField(default=list)
    last_checked_at = models.DateTimeField(null=True)
    managed_by_file = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(default=utc_now)
    export_user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="connections")
    export_user_lapsed = models.BooleanField(default=False)  # somebody else reset their password since
    plan_limit = models.PositiveIntegerField(null=True)  # contacts the account pays for, as entered
    version = models.PositiveIntegerField(default=1)  # grows with every edit, to detect a stale one


class RequestTraffic(models.Model):
    """The requests of an account that count for its pace: as ``core.ports.request_slots.Traffic`` names them.

    ``version`` grows with every change: of two who saw the same, one writes.
    """

    account = models.OneToOneField(Account, models.CASCADE, related_name="traffic")
    departures = models.JSONField(default=list)
    last = models.PositiveBigIntegerField(default=0)
    refused_at = models.FloatField(default=0.0)
    version = models.PositiveBigIntegerField(default=0)


class SuppressedPerson(models.Model):
    """Somebody to whom nothing may be sent any more, stored only as a digest (``state.suppression``)."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="suppressed")
    digest = models.CharField(max_length=64)
    reason = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "digest"), name="suppressed_once"),)


class StoredSecret(models.Model):
    """One encrypted value of a connection (S-1): the envelope is described in ``state.secrets``."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="secrets")
    name = models.CharField(max_length=50)
    version = models.PositiveIntegerField()
    master_key = models.CharField(max_length=64)  # the id of the key that encrypts the data key
    wrapped = models.BinaryField()
    sealed = models.BinaryField()
    hint = models.CharField(max_length=4, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("connection", "name"), name="one_secret_per_name"),)
