"""What people have typed and not saved."""

from django.db import models

from leleka.state.models.people import User
from leleka.state.models.segments import Segment


class SegmentDraft(models.Model):
    """The rules that somebody is editing, of a segment or of one that is to be. Nobody else sees them."""

    user = models.ForeignKey(User, models.CASCADE, related_name="drafts")
    segment = models.ForeignKey(Segment, models.CASCADE, null=True, related_name="drafts")
    name = models.CharField(max_length=200, blank=True)
    rules = models.JSONField(null=True)
    text = models.TextField(blank=True)  # rules as YAML that could not be read
    segment_version = models.PositiveIntegerField(default=0)  # of the segment, when the draft was begun
    saved_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "segment"), name="one_draft_of_a_segment"),
            models.UniqueConstraint(
                fields=("user",), condition=models.Q(segment=None), name="one_draft_of_a_new_segment"
            ),
        )
