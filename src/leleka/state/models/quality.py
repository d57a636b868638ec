"""What is expected of a source's rows, and what its newest reading was found to be."""

from django.db import models

from leleka.state.models.sources import Source


class SourceQuality(models.Model):
    """The expectations of a source, the judgment of its newest reading, and a reading that was kept from being used.

    ``held`` is that reading as the source would point to it (services.quality.held), {} where there is none; the source
    goes on pointing to the last good one.
    """

    source = models.OneToOneField(Source, models.CASCADE, primary_key=True, related_name="quality")
    expectations = models.JSONField(default=list)  # as core.quality.parser reads them
    judged_at = models.DateTimeField(null=True)
    judged = models.CharField(max_length=300, blank=True)  # the snapshot that was judged
    judged_rows = models.BigIntegerField(null=True)
    results = models.JSONField(default=list)  # of each expectation (services.quality.contracts)
    held = models.JSONField(default=dict)
    accepted = models.CharField(max_length=300, blank=True)  # the snapshot that somebody accepted as it is
    accepted_by = models.CharField(max_length=200, blank=True)
    accepted_at = models.DateTimeField(null=True)
