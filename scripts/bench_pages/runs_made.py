"""Runs as a year of use leaves them: figures, problems, batches, and for some the rows themselves."""

from dataclasses import replace
from datetime import timedelta
from random import Random  # noqa: TID251 - the class, for seeded generators
from typing import Any, Final

from django.utils import timezone
from scripts.bench_pages import tables
from scripts.bench_pages.terms import Terms

from leleka.core.columns import Column, ColumnType, Table
from leleka.core.run_configuration import Frozen
from leleka.services.runs import commands as run_commands
from leleka.state.models import AttemptRow, BatchRow, Export, Run, RunStatus

_AT_ONCE: Final = 2_000
_BATCHES: Final = 4
_WITH_ROWS: Final = 50  # one run in so many has its rows
_ROWS: Final = 20_000
_PROBLEM: Final = {
    "code": "ACCOUNT_PAUSED", "message": "ActiveCampaign asked to wait.", "where": "", "remedy": "Run it again later.",
}  # fmt: skip


def make_runs(random: Random, terms: Terms) -> None:
    """Make runs of every export that has a connection; the newest has as many rows as there are profiles."""
    rows = list(Export.objects.filter(connection__isnull=False).select_related("connection").order_by("pk"))
    frozen = {row.pk: replace(run_commands.outline(row), frozen=_FROZEN).to_data() for row in rows}
    small, large = tables.outcomes_of(min(_ROWS, terms.profiles)), tables.outcomes_of(terms.profiles)
    made = []
    for place in range(terms.runs):
        row = rows[place % len(rows)]
        kept = small if place % _WITH_ROWS == 0 else ""
        run = _run(random, row, frozen[row.pk], place, terms.runs)
        run.outcomes = large if place == terms.runs - 1 else kept
        made.append(run)
    live = _live(made, terms)
    made = Run.objects.bulk_create(made, batch_size=_AT_ONCE)
    _batches(made)
    Run.objects.filter(pk__in=[run.pk for run in live]).update(requests=0)


_FROZEN: Final = Frozen(
    table=Table("customers", tuple(Column(f"column_{place}", ColumnType.TEXT) for place in range(12)), "id"),
    profiles="sources/customers/0",
    addresses="addresses/customers/0",
)


def _run(random: Random, export: Export, config: dict[str, Any], place: int, last: int) -> Run:
    began = timezone.now() - timedelta(minutes=(last - place) * 50)
    selected = random.randrange(500, 50_000)
    rejected, excluded = selected // 50, selected // 40
    failed = place % 23 == 0
    if export.connection is None:
        raise LookupError("a run has a connection")
    return Run(
        export=export,
        account_id=export.connection.account_id,
        config=config,
        asked_by="Alice <alice@example.com>",
        status=RunStatus.FAILED if failed else (RunStatus.SUCCESSFUL, RunStatus.WITH_WARNINGS)[place % 2],
        created_at=began,
        started_at=began,
        finished_at=began + timedelta(seconds=selected / 300),
        requests=_BATCHES,
        problems=[_PROBLEM] if failed else [],
        counts={
            "selected": selected, "added": selected // 2, "changed": 40, "unchanged": selected // 3,
            "delivered": selected - rejected - excluded, "unconfirmed": 0,
            "excluded": {"EMAIL_INVALID": excluded - 3, "UNSUBSCRIBED": 3},
            "rejected": {"REFUSED_BY_ACTIVECAMPAIGN": rejected}, "not_attempted": {}, "left": {"kept": 12},
            "warnings": {"PHONE_INVALID": 31},
        },
    )  # fmt: skip


def _live(made: list[Run], terms: Terms) -> list[Run]:
    """Make the second newest runs live, one per export, as many as there are connections."""
    found: dict[int, Run] = {}
    for run in reversed(made[:-1]):
        if (
            len(found) < min(terms.connections, len(made) // 20)
            and run.export_id not in found
            and not run.outcomes
        ):
            found[run.export_id] = run
    for run in found.values():
        run.status, run.finished_at, run.problems = RunStatus.PROCESSING, None, []
        run.stage = "Sending"
        run.progress = {
            "began": timezone.now().timestamp() - 60,
            "total": 40_000,
            "accepted": 9_000,
            "confirmed": 8_000,
        }
    return list(found.values())


def _batches(made: list[Run]) -> None:
    rows = BatchRow.objects.bulk_create(
        (
            BatchRow(
                run=run, number=number, spans=[[number * 250, number * 250 + 249]], status="done", tries=1
            )
            for run in made
            for number in range(_BATCHES)
        ),
        batch_size=_AT_ONCE,
    )
    AttemptRow.objects.bulk_create(
        (
            AttemptRow(batch=row, number=1, fence=1, sha256="0" * 64, written_at=0.0, outcome="accepted")
            for row in rows
        ),
        batch_size=_AT_ONCE,
    )
