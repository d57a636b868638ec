"""What the runs of an export were like before: the guards compare the next one with it."""

from collections.abc import Mapping

from django.db.models import Q

from leleka.state.models import Export, Run, RunStatus

_DONE = (RunStatus.SUCCESSFUL, RunStatus.WITH_WARNINGS)


def audience_before(export: Export) -> int | None:
    """Return how many the last run selected that sent something or had nothing to send; None where there is none.

    One that was canceled while it waited, or failed before it sent, does not count: else that would disarm the guard.
    """
    done = Q(status__in=_DONE) | Q(requests__gt=0)
    last = Run.objects.filter(done, export=export, finished_at__isnull=False).order_by("-pk").first()
    return int(last.counts.get("selected", 0)) if last else None


def emptied(export: Export, sizes: Mapping[str, int]) -> tuple[str, ...]:
    """Return the segments that had members in the last run and have none now; ``sizes`` are those of now.

    A run that was canceled or failed says nothing: else canceling what needs confirmation would disarm the guard.
    """
    last = Run.objects.filter(export=export, status__in=_DONE).order_by("-pk").first()
    before = {one.name: one.size for one in last.configuration.segments} if last else {}
    return tuple(name for name, size in sizes.items() if not size and before.get(name))
