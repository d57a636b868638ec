"""Who has access: people, their sessions, their tokens, and failed sign-ins."""

from django.db import models


class User(models.Model):
    """A person. ``email`` is the sign-in name, in lower case; without a password, signing in is
    impossible.
    """

    class Role(models.TextChoices):
        VIEWER = "viewer"
        CONTRIBUTOR = "contributor"
        ADMINISTRATOR = "administrator"

    email = models.CharField(max_length=254, unique=True)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=Role.choices)
    password = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, blank=True)  # "" follows the browser
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    disabled_at = models.DateTimeField(null=True)
    signed_in_at = models.DateTimeField(null=True)
    mailed = models.BooleanField(default=True)  # wants notices by e-mail


class OneTimeLink(models.Model):
    """A link that lets one person choose a password once; without a user it creates the first
    administrator.
    """

    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="links")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()


class WebSession(models.Model):
    """A browser session, stored as the digest of its id: whoever reads the table cannot use it."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    data = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)


class ApiToken(models.Model):
    """An API token, which acts in the name of a person; shown once, stored as a digest."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=4)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "name"), name="one_token_per_name"),)


class SignInFailure(models.Model):
    """A failed sign-in, or one that is being tried: from where, and for whom.

    ``who`` is a digest: people type passwords into that field.
    """

    who = models.CharField(max_length=64)
    source = models.CharField(max_length=64)
    device = models.CharField(max_length=64, blank=True)  # digest of one that has signed in as them before
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = (
            models.Index(fields=("who", "source"), name="sign_in_by_pair"),
            models.Index(fields=("source", "at"), name="sign_in_by_source"),
            models.Index(fields=("device",), name="sign_in_by_device"),
        )
