"""Counting runs for good: each is added to the tallies once, after it ended or before it is removed.

The tallies outlive what they count, so a counter in the metrics never falls. Nobody who ends a run needs to think of
them: whoever wants to know folds what is not yet counted, and the removal of an export does so first.
"""

from collections import Counter
from typing import Final

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from leleka.state.models import AttemptRow, Export, Run, Tally

RUNS, ATTEMPTS = "runs", "attempts"
CONTACTS: Final = ("delivered", "rejected", "excluded")
_AT_ONCE: Final = 500
_TERMINAL, _ADDRESS = "operator:", "@"

Added = Counter[tuple[str, str]]


def fold() -> None:
    """Count the ended runs that are not counted yet."""
    ended = Q(tallied=False, finished_at__isnull=False)
    while numbers := list(Run.objects.filter(ended).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]):
        _count(Run.objects.filter(ended, pk__in=numbers))


def fold_export(sender: type[Export], instance: Export, **_: object) -> None:
    """Count what an export did before it is removed with its runs; a receiver of ``pre_delete``."""
    del sender
    _count(Run.objects.filter(export=instance, tallied=False))


def trigger_of(asked_by: str) -> str:
    """Tell what set a run off: somebody at the terminal, a person in the browser or over the API, or a schedule.

    Never who: people are not labels.
    """
    if asked_by.startswith(_TERMINAL):
        return "terminal"
    return "person" if _ADDRESS in asked_by else "schedule"


def _count(runs: QuerySet[Run]) -> None:
    with transaction.atomic():
        # Locked where the database can: whoever comes second finds them counted.
        found = list(runs.select_for_update().only("status", "asked_by", "counts", "finished_at"))
        added: Added = Counter()
        for run in found:
            _add_run(added, run)
        numbers = [run.pk for run in found]
        attempts = AttemptRow.objects.filter(batch__run__in=numbers).values_list("outcome")
        for outcome, number in attempts.annotate(Count("pk")).order_by():
            added[ATTEMPTS, outcome or AttemptRow.Outcome.UNKNOWN] += number
        for (name, label), number in sorted(
            added.items()
        ):  # in one order, or two of us would wait for each other
            Tally.objects.get_or_create(name=name, label=label)
            Tally.objects.filter(name=name, label=label).update(value=F("value") + number)
        Run.objects.filter(pk__in=numbers).update(tallied=True)


def _add_run(added: Added, run: Run) -> None:
    if run.finished_at is None:
        return
    added[RUNS, f"{run.status}/{trigger_of(run.asked_by)}"] += 1
    for name in CONTACTS:
        number = run.counts.get(name, 0)
        added[name, ""] += number if isinstance(number, int) else sum(number.values())
