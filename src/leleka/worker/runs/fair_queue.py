"""Turns between accounts: whoever has the least under way comes first, and no account takes every place (I-19)."""

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from datetime import timedelta
from typing import Final

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.messages.progress import in_english
from leleka.messages.stored import said_data
from leleka.services.monitoring import process_identity
from leleka.services.refresh.queue import in_the_way, waits_for
from leleka.state.lease import is_over
from leleka.state.models import Run, RunStatus

AT_ONCE: Final = 2  # runs of one account: one delivers, the next plans meanwhile
_QUIET: Final = timedelta(seconds=5)
AT_THE_ACCOUNT: Final = frozenset({
    "READING_SUPPRESSED", "READING_SUPPRESSED_PART", "READ_SUPPRESSED", "COUNTING_CONTACTS", "WAITING_TO_BEGIN",
    "DELIVERING", "QUEUED_BEHIND", "QUEUED_BEHIND_QUICKER", "READING_BACK", "READING_BACK_PART",
})  # fmt: skip
_LONGEST = Run._meta.get_field("stage").max_length


def runs_in_turn(clock: Clock, but: Container[str]) -> Sequence[int]:
    """Return the numbers of the runs that may be taken up now, in the order of their turns.

    ``but`` names the jobs that are taken care of already, as ``run:7``.
    """
    live = Run.objects.filter(finished_at__isnull=True).exclude(status=RunStatus.NEEDS_CONFIRMATION)
    waiting: dict[int, list[Run]] = {}
    busy: Counter[int] = Counter()
    for run in live.select_related("export").order_by("pk"):
        if f"run:{run.pk}" in but or not _is_free(run, clock):
            busy[run.account_id] += 1
        elif _may_begin(run):
            waiting.setdefault(run.account_id, []).append(run)
    turns = [
        (busy[account] + place, run.pk)
        for account, runs in waiting.items()
        for place, run in enumerate(runs[: max(0, AT_ONCE - busy[account])])
    ]
    return [number for _, number in sorted(turns)]


def waiting_for_accounts(numbers: Iterable[int], clock: Clock) -> int:
    """Return how many of these runs do nothing but wait for their accounts, and got no further for five seconds.

    What an account may keep a run waiting for is minutes, and hours where it asks for a pause: a few accounts that
    do not answer would hold every place, and no run of another would begin.
    """
    quiet = Run.objects.filter(
        pk__in=numbers, finished_at__isnull=True, stepped_at__lte=utc_now(clock) - _QUIET
    )
    return sum(told.get("code") in AT_THE_ACCOUNT for told in quiet.values_list("stage_told", flat=True))


def _is_free(run: Run, clock: Clock) -> bool:
    return is_over(run.lease_until, clock.now()) or not run.worker or process_identity.is_dead(run.worker)


def _may_begin(run: Run) -> bool:
    """Return whether a run need not wait for a refresh: one that has its plan, or was canceled, goes on (CI-S5)."""
    if run.cancel_requested_at is not None or run.is_frozen:
        return True
    names = in_the_way(run.export)
    if names:
        said = waits_for(names)
        stage = {"stage": in_english(said)[:_LONGEST], "stage_told": said_data(said)}
        Run.objects.filter(pk=run.pk, finished_at__isnull=True).exclude(stage=stage["stage"]).update(**stage)
    return not names
