"""Turns between people: whoever has the fewest tasks under way comes first; an account that does not answer keeps
nobody else waiting.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from leleka.core.ports.clock import Clock
from leleka.services.monitoring import process_identity
from leleka.services.tasks.commands import ENDED
from leleka.state.models import Export, Task
from leleka.worker.runs.fair_queue import AT_THE_ACCOUNT

TASK: Final = "task:"
RECONCILE: Final = "reconcile:"
_AT_ONCE: Final = 2  # of one worker, beside its runs and the previews that only wait
_PREVIEWS_AT_ONCE: Final = 6  # processes, of which those that wait for an account do nothing
_LISTS_AT_ONCE: Final = 2  # beside all these: a list is read for hours where it must be
_QUIET: Final = 10.0  # seconds
_FIELDS: Final = ("pk", "worker", "asked_by", "kind", "subject")


class QuietPreviews:
    """The previews of one worker that do nothing but wait for their accounts, and got no further for ten seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: dict[int, tuple[Mapping[str, Any], float]] = {}

    def among(self, jobs: Iterable[str]) -> frozenset[int]:
        """Return those among the jobs that are under way; what they say is compared with the last look."""
        numbers = [int(job.removeprefix(TASK)) for job in jobs if job.startswith(TASK)]
        before, now = self._since, self._clock.monotonic()
        self._since = {}
        for number, told in _previews(numbers):
            if told.get("code") in AT_THE_ACCOUNT:
                said, since = before.get(number, (told, now))
                self._since[number] = (told, since if said == told else now)
        return frozenset(number for number, (_, since) in self._since.items() if now - since >= _QUIET)


def _previews(numbers: Sequence[int]) -> Iterable[tuple[int, Mapping[str, Any]]]:
    if not numbers:  # a worker that has nothing to do looks twice a second
        return ()
    return Task.objects.filter(pk__in=numbers, kind=Task.Kind.PREVIEW).values_list("pk", "stage_told")


def tasks_in_turn(but: Container[str], quiet: Container[int]) -> Sequence[str]:
    """Return the tasks that may begin: first those of whoever has the fewest under way or before them.

    Previews that are ``quiet`` hold no place, and no other of their account begins.
    """
    before: Counter[str] = Counter()
    taken, waiting = list[Task](), list[Task]()
    turns = list[tuple[int, int, Task]]()
    looks = Task.objects.exclude(status__in=ENDED).exclude(kind=Task.Kind.RECONCILE)
    for row in looks.order_by("pk").only(*_FIELDS):
        if f"{TASK}{row.pk}" in but:
            taken.append(row)
        elif not row.worker or process_identity.is_dead(row.worker):
            waiting.append(row)
            continue
        before[row.asked_by] += 1
    for row in waiting:
        turns.append((before[row.asked_by], row.pk, row))
        before[row.asked_by] += 1
    places = _AT_ONCE - sum(row.pk not in quiet for row in taken)
    may_begin = _that_may_begin([row for _, _, row in sorted(turns)], taken, quiet)
    return [f"{TASK}{row.pk}" for row in islice(may_begin, max(0, places))]


def _that_may_begin(waiting: Iterable[Task], taken: Iterable[Task], quiet: Container[int]) -> Iterator[Task]:
    previews = [row for row in taken if row.kind == Task.Kind.PREVIEW]
    held_up = _exports_beside([row.subject for row in previews if row.pk in quiet])
    left = _PREVIEWS_AT_ONCE - len(previews)
    for row in waiting:
        if row.kind == Task.Kind.PREVIEW:
            if left <= 0 or row.subject in held_up:
                continue
            left -= 1
        yield row


def _exports_beside(names: Sequence[str]) -> Container[str]:
    """Return the exports of the accounts of these ones."""
    if not names:
        return ()
    accounts = Export.objects.filter(name__in=names).values("connection__account")
    return set(Export.objects.filter(connection__account__in=accounts).values_list("name", flat=True))


def lists_in_turn(but: Container[str]) -> Sequence[str]:
    """Return the lists that may be read now, in the order in which that was asked for."""
    taken, busy, waiting = 0, set[int | None](), []
    live = Task.objects.filter(kind=Task.Kind.RECONCILE).exclude(status__in=ENDED).order_by("pk")
    for row in live.select_related("export__connection"):
        connection = row.export.connection if row.export else None
        account = connection.account_id if connection else None
        if f"{RECONCILE}{row.pk}" in but:
            taken += 1
            busy.add(account)
        elif row.worker and not process_identity.is_dead(row.worker):
            busy.add(account)  # another worker's, or somebody's at a terminal
        else:
            waiting.append((account, row.pk))
    turns = []
    for account, number in waiting:
        if account not in busy:
            busy.add(account)
            turns.append(f"{RECONCILE}{number}")
    return turns[: max(0, _LISTS_AT_ONCE - taken)]
