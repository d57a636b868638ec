"""Removing snapshots that nothing points to any more, and what the dead left behind."""

import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from django.db.models import Q

from leleka.core.ports.clock import Clock
from leleka.services.home import charts
from leleka.services.installation import configuration as installation_configuration
from leleka.services.installation import lake_sessions
from leleka.services.runs.retention import kept_since
from leleka.services.system.snapshot_references import LONGEST, needed
from leleka.services.uploads import files as upload_files
from leleka.state.models import AttemptRow, BatchRow, Run, SuppressedReading

_YOUNG: Final = 24 * 3600.0  # seconds: whoever reads or writes a snapshot has come to its end by then


def prune(clock: Clock) -> int:
    """Remove what no pointer, no live run and no open batch needs, and is older than a day; return how many.

    Of a run that ended before what LELEKA_KEEP_RUN_DATA keeps, that is its plan and its outcomes.

    The staging files of processes that were killed go the same way: they hold personal data.
    """
    # A reading that nobody may use any more: who is suppressed is personal data, too.
    stale = SuppressedReading.objects.filter(run__finished_at__isnull=False)
    stale.filter(began_at__lt=clock.now() - LONGEST).delete()
    charts.prune_sizes()
    _forget_rows(clock)
    kept = needed(clock)
    lake, spill = lake_sessions.lake(), installation_configuration.configuration().spill_dir
    unneeded = [snapshot.path for snapshot in lake.all() if snapshot.reference not in kept]
    unneeded += [*lake.leftovers(), *spill.glob("*"), *upload_files.broken_off()]
    upload_files.forget_unread(datetime.fromtimestamp(clock.now() - _YOUNG, UTC))
    return sum(_remove_old(path, clock.now() - _YOUNG) for path in unneeded)


def _forget_rows(clock: Clock) -> None:
    """Forget which rows of long ended runs were refused and what was said of them; that they were sent stays."""
    ended = Run.objects.filter(finished_at__lt=kept_since(clock)).values("pk")
    told = ~Q(detail="") | ~Q(rejected=[]) | ~Q(dropped=[])
    BatchRow.objects.filter(told, run__in=ended).update(detail="", rejected=[], dropped=[])
    AttemptRow.objects.filter(batch__run__in=ended).exclude(reason="").update(reason="")


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
