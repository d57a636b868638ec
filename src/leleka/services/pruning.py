"""Removing snapshots that nothing points to any more, and what the dead left behind."""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from leleka.core.outbox import FINAL
from leleka.core.ports import Clock
from leleka.services import charts, store
from leleka.services.readings import LONGEST
from leleka.services.waiting import LONGEST as QUARANTINE
from leleka.services.waiting import open_batches
from leleka.state.models import AddressBook, BatchRow, Ledger, Run, Segment, Source, SuppressedReading

_YOUNG: Final = 24 * 3600.0  # seconds: whoever reads or writes a snapshot has come to its end by then


def prune(clock: Clock) -> int:
    """Remove what no pointer, no live run and no open batch needs, and is older than a day; give how many.

    The staging files of processes that were killed go the same way: they hold personal data.
    """
    # A reading that nobody may use any more: who is suppressed is personal data, too.
    stale = SuppressedReading.objects.filter(run__finished_at__isnull=False)
    stale.filter(began_at__lt=clock.now() - LONGEST).delete()
    charts.prune_sizes()
    kept = needed(clock)
    lake, spill = store.lake(), store.configuration().spill_dir
    unneeded = [snapshot.path for snapshot in lake.all() if snapshot.reference not in kept]
    unneeded += [*lake.leftovers(), *spill.glob("*")]
    return sum(_remove_old(path, clock.now() - _YOUNG) for path in unneeded)


def _remove_old(path: Path, before: float) -> bool:
    with suppress(FileNotFoundError):  # another process prunes, too
        if path.stat().st_mtime >= before:
            return False
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
        return True
    return False


def needed(clock: Clock) -> set[str]:
    """Name every snapshot that something points to or may still need."""
    sources = set(Source.objects.values_list("snapshot", flat=True))
    AddressBook.objects.exclude(profiles__in=sources).delete()
    kept = sources | set(Segment.objects.values_list("snapshot", flat=True))
    kept |= set(AddressBook.objects.values_list("snapshot", flat=True))
    kept |= set(Ledger.objects.values_list("snapshot", flat=True))
    kept |= set(Run.objects.values_list("outcomes", flat=True))
    kept |= {part for parts in SuppressedReading.objects.values_list("parts", flat=True) for part in parts}
    for run in Run.objects.filter(finished_at__isnull=True):
        configuration = run.configuration
        if frozen := configuration.frozen:
            kept |= {run.plan, frozen.profiles, frozen.addresses}
            kept |= {one.snapshot for one in configuration.segments}
            kept |= {snapshot for pair in frozen.elsewhere for snapshot in pair}
    # The plans of batches that are still open, and of those a day ago: their addresses may have to wait.
    recent = Run.objects.order_by("-pk").values_list("plan", flat=True)[:200]
    unsettled = BatchRow.objects.exclude(status__in=FINAL).values_list("run__plan", flat=True)
    waiting = open_batches(clock.now() - QUARANTINE).values_list("run__plan", flat=True)
    return kept | set(recent) | set(unsettled) | set(waiting)
