"""What customers are found by: the columns that people chose, and indexes beside the snapshots of sources."""

from django.db import models

from leleka.state.models.sources import Source


class CustomerSearch(models.Model):
    """The one row of what is chosen for the search of customers.

    ``salt`` makes the references by which customers are called where their keys must not be told.
    """

    columns = models.JSONField(
        null=True
    )  # names of columns of the profiles; None: what looks like a person's
    salt = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)


class TableIndex(models.Model):
    """The pointer to an index of a source's rows. ``of`` is the snapshot it was made of and numbers the rows of."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="indexes")
    what = models.CharField(max_length=300)  # services.customers.indexing says which there are
    basis = models.CharField(max_length=128)  # digest of everything that it depends on
    of = models.CharField(max_length=300)
    columns = models.JSONField(default=list)
    snapshot = models.CharField(max_length=300)
    made_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "what"), name="one_index_of_each_kind"),)
