"""What came in: files that people uploaded, and what each reading of a source changed."""

from django.db import models

from leleka.state.models.sources import Source


class Upload(models.Model):
    """A file that somebody uploaded, in the folder of its number below the data directory. Another file may take its
    place: a source names the number.
    """

    name = models.CharField(max_length=200)  # of the file within its folder, made safe
    size = models.BigIntegerField()
    uploaded_by = models.CharField(max_length=200)
    uploaded_at = models.DateTimeField()


class SourceReading(models.Model):
    """One reading of a source that found something else than the one before.

    ``added``, ``removed`` and ``changed`` count rows by the primary key; None where there is none to tell them by, or
    nothing to compare with.
    """

    source = models.ForeignKey(Source, models.CASCADE, related_name="readings")
    read_at = models.DateTimeField()
    rows = models.BigIntegerField()
    added = models.BigIntegerField(null=True)
    removed = models.BigIntegerField(null=True)
    changed = models.BigIntegerField(null=True)
    columns_added = models.JSONField(default=list)
    columns_removed = models.JSONField(default=list)
    columns_retyped = models.JSONField(default=list)

    class Meta:
        indexes = (models.Index(fields=("source", "-id"), name="readings_of_one_source"),)
