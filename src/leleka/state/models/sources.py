"""Source tables and the relationships between them."""

from django.db import models


class Source(models.Model):
    """A source table: its files and settings, and the pointer to what was last read."""

    name = models.CharField(max_length=200, unique=True)
    spec = models.JSONField()  # as written in the definitions: paths, format, types, keys
    is_profiles = models.BooleanField(default=False)
    columns = models.JSONField(default=list)  # [[name, type], …] of the snapshot
    classes = models.JSONField(default=dict)  # column -> class (core.column_classes), as the file says ...
    chosen_classes = models.JSONField(default=dict)  # ... as people said where the file is silent ...
    guessed_classes = models.JSONField(default=dict)  # ... and as the reader guessed from the contents
    snapshot = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=128, blank=True)  # of the files' contents and the spec
    rows = models.BigIntegerField(default=0)
    rows_before = models.BigIntegerField(null=True)  # of what was read before the last change
    notes = models.JSONField(default=list)
    refreshed_at = models.DateTimeField(null=True)  # when its files were looked at last
    changed_at = models.DateTimeField(null=True)  # when what was read differed from before
    modified_at = models.DateTimeField(null=True)  # when the newest of its files elsewhere was written there
    # Of a source that is read by what changed: up to where, how many times since it was read whole, and when that was.
    mark = models.CharField(max_length=200, blank=True)
    reads_since_whole = models.PositiveIntegerField(default=0)
    whole_at = models.DateTimeField(null=True)
    managed_by_file = models.CharField(max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=1)  # grows with every edit, to detect a stale one


class RelationshipRow(models.Model):
    """Many rows of one table belong to one row of another."""

    name = models.CharField(max_length=200, unique=True)
    table = models.CharField(max_length=200)
    column = models.CharField(max_length=200)
    to_table = models.CharField(max_length=200)
    to_column = models.CharField(max_length=200)
    managed_by_file = models.CharField(max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "state_relationship"


class AddressBook(models.Model):
    """The normalised addresses of one profiles snapshot by one e-mail column, with the winners chosen."""

    profiles = models.CharField(max_length=300)
    email_column = models.CharField(max_length=200)
    snapshot = models.CharField(max_length=300)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("profiles", "email_column"), name="one_book_per_snapshot_and_column"
            ),
        )
