"""What the metrics say, counted from the database at the moment they are asked for: any number of processes tell one
truth. A fixed number of queries, each over few rows or over an index.
"""

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.db import connection
from django.db.models import Count, Max, Min

from leleka.core.ports.clock import Clock
from leleka.core.ports.outbox import BatchStatus
from leleka.services.concerns.contracts import ConcernKind
from leleka.services.concerns.queries import everything
from leleka.services.installation import configuration as installation_configuration
from leleka.services.monitoring import workers as monitoring_workers
from leleka.services.monitoring.log_writer import LINES
from leleka.state import audit_chain, run_counters
from leleka.state.models import Account, AttemptRow, AuditLink, BatchRow, Run, RunStatus, Tally

_IN_FLIGHT: Final = (BatchStatus.SENDING, BatchStatus.UNKNOWN, BatchStatus.ACCEPTED)
_DONE: Final = (RunStatus.SUCCESSFUL, RunStatus.WITH_WARNINGS)
_LAKE_EVERY: Final = 60.0  # seconds: walking the lake costs more than all the queries


@dataclass(frozen=True, slots=True)
class Figures:
    """``runs_ended`` by status and trigger, ``last_success`` (seconds ago) by the export's id, ``concerns`` by kind.
    Sizes are in bytes.
    """

    runs_ended: Mapping[tuple[str, str], int]
    runs_live: Mapping[str, int]
    oldest_queued: float
    contacts: Mapping[str, int]
    attempts_ended: Mapping[str, int]
    attempts_live: Mapping[str, int]
    batches: Mapping[str, int]
    accounts: int
    accounts_paused: int
    last_success: Mapping[int, float]
    workers: int
    database_bytes: int
    lake_bytes: int
    log_lines_dropped: int
    concerns: Mapping[str, int]
    audit_entries: int
    audit_head: str


class Counting:
    """Counts again whenever it is asked; what is on disk, once a minute at most."""

    def __init__(self) -> None:
        self._lake_bytes = 0
        self._lake_next = float("-inf")

    def read(self, clock: Clock) -> Figures:
        now = clock.now()
        run_counters.fold()
        kept = {
            (name, label): value for name, label, value in Tally.objects.values_list("name", "label", "value")
        }
        live = _live()
        head = _audit_head()
        queued = live.get(RunStatus.QUEUED)
        accounts = list(Account.objects.values_list("paused_until", flat=True))
        return Figures(
            runs_ended=_by_status_and_trigger(kept),
            runs_live={status: number for status, (number, _) in live.items()},
            oldest_queued=max(0.0, now - queued[1]) if queued else 0.0,
            contacts={name: kept.get((name, ""), 0) for name in run_counters.CONTACTS},
            attempts_ended={label: n for (name, label), n in kept.items() if name == run_counters.ATTEMPTS},
            attempts_live=_attempts_live(),
            batches=_in_flight(),
            accounts=len(accounts),
            accounts_paused=sum(until > now for until in accounts),
            last_success=_last_success(now),
            workers=monitoring_workers.alive(clock),
            database_bytes=_database_bytes(),
            lake_bytes=self._lake(clock),
            log_lines_dropped=LINES.dropped,
            concerns={kind.value: 0 for kind in ConcernKind}
            | dict(Counter(one.kind.value for one in everything(clock))),
            audit_entries=head.number if head else 0,
            audit_head=head.digest if head else "",
        )

    def _lake(self, clock: Clock) -> int:
        if clock.monotonic() >= self._lake_next:
            self._lake_next = clock.monotonic() + _LAKE_EVERY
            self._lake_bytes = _size_of(installation_configuration.configuration().lake_dir)
        return self._lake_bytes


def _audit_head() -> AuditLink | None:
    audit_chain.link()
    return AuditLink.objects.order_by("-number").first()


def _by_status_and_trigger(kept: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    found = {}
    for (name, label), number in kept.items():
        if name == run_counters.RUNS:
            status, _, trigger = label.partition("/")
            found[status, trigger] = number
    return found


def _live() -> dict[str, tuple[int, float]]:
    """Return the number of live runs by status, and since when the oldest of them is there."""
    rows = Run.objects.filter(finished_at__isnull=True).values_list("status")
    found = rows.annotate(Count("pk"), Min("created_at")).order_by()
    return {status: (number, oldest.timestamp()) for status, number, oldest in found}


def _attempts_live() -> dict[str, int]:
    of_live = AttemptRow.objects.filter(batch__run__finished_at__isnull=True).values_list("outcome")
    return {outcome or "under way": number for outcome, number in of_live.annotate(Count("pk")).order_by()}


def _in_flight() -> dict[str, int]:
    rows = BatchRow.objects.filter(status__in=_IN_FLIGHT).values_list("status")
    return {status.value: 0 for status in _IN_FLIGHT} | dict(rows.annotate(Count("pk")).order_by())


def _last_success(now: float) -> dict[int, float]:
    rows = Run.objects.filter(status__in=_DONE).values_list("export").annotate(Max("finished_at")).order_by()
    return {export: max(0.0, now - moment.timestamp()) for export, moment in rows if moment}


def _database_bytes() -> int:
    if connection.vendor == "sqlite":
        return sum(path.stat().st_size for path in _files(Path(str(connection.settings_dict["NAME"]))))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def _files(database: Path) -> list[Path]:
    return [path for path in (database, database.with_name(f"{database.name}-wal")) if path.is_file()]


def _size_of(folder: Path) -> int:
    total = 0
    for here, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(here) / name).stat().st_size
            except OSError:  # pruned meanwhile
                continue
    return total
