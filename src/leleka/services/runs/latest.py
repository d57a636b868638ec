"""Which run tells how an export stands: of each the newest that ended and says something."""

from typing import Final

from django.db.models import OuterRef, QuerySet, Subquery

from leleka.state.models import Export, Run, RunStatus

_SAYS_SOMETHING: Final = (RunStatus.SUCCESSFUL, RunStatus.WITH_WARNINGS, RunStatus.FAILED)


def newest_ended(exports: QuerySet[Export]) -> QuerySet[Run]:
    """Return of each of these exports the newest run that ended and says something: a canceled one does not.

    What it costs follows the number of exports, not that of all runs there ever were.
    """
    ended = Run.objects.filter(
        export=OuterRef("pk"), status__in=_SAYS_SOMETHING, finished_at__isnull=False
    ).order_by("-pk")
    newest = exports.order_by().annotate(newest=Subquery(ended.values("pk")[:1])).values("newest")
    return Run.objects.filter(pk__in=newest).select_related("export").order_by("pk")
