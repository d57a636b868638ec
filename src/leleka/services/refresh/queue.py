"""Whose turn it is: one refresh is walked at a time, and exports wait for what they need of it."""

from collections.abc import Sequence
from typing import Final

from django.db.models import QuerySet

from leleka.core.data_matching import LeaverPolicy
from leleka.core.messages import Message
from leleka.core.refresh_graph import ENDED, StepKind
from leleka.state.models import Export, Measure, Refresh, RefreshStep

_NAMED: Final = 3


def to_walk() -> QuerySet[Refresh]:
    """Return the refreshes that still have steps of their own to do, in their turn."""
    return Refresh.objects.filter(finished_at__isnull=True, walked_at__isnull=True).order_by("pk")


def ahead_of(refresh: Refresh) -> int | None:
    """Return the number of the refresh that one which has not begun waits for."""
    if refresh.started_at is not None or refresh.finished_at is not None:
        return None
    return to_walk().filter(pk__lt=refresh.pk).values_list("pk", flat=True).first()


def waits_for(names: Sequence[str]) -> Message:
    """Say what is waited for; of many, the first."""
    return Message("QUEUED_UNTIL_REFRESHED", names=list(names[:_NAMED]))


def _needed(export: Export) -> set[int]:
    """Return the segments of an export; where leavers are told, those of others to the same list as well: who is in
    them has not left it.
    """
    exports = Export.objects.filter(pk=export.pk)
    if export.connection is not None and export.leavers["policy"] != LeaverPolicy.KEEP:
        exports = Export.objects.filter(
            connection__account=export.connection.account_id, target=export.target
        )
    return set(exports.values_list("segments", flat=True))


def _mapped_measures(export: Export) -> set[int]:
    mapped = [line["column"] for line in export.matching.get("lines", ())]
    return set(Measure.objects.filter(name__in=mapped).values_list("pk", flat=True))


def in_the_way(export: Export) -> Sequence[str]:
    """Name what an export needs and a live refresh is yet to bring up to date: it waits for that (CI-S5)."""
    needed = {(StepKind.SEGMENT, of) for of in _needed(export)}
    needed |= {(StepKind.MEASURE, of) for of in _mapped_measures(export)}
    steps = RefreshStep.objects.filter(refresh__in=to_walk().filter(cancel_requested_at__isnull=True))
    found = []
    for kind, of, name in steps.exclude(status__in=ENDED).values_list("kind", "of", "name"):
        if kind in {StepKind.SOURCE, StepKind.PROFILES} or (kind, of) in needed:
            found.append(name or "profiles")
    return sorted(set(found))
