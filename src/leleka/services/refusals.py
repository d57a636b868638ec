"""What keeps a run from going on, found before anything of it is sent."""

from typing import Final

from django.db.models import F

from leleka.errors import Conflict, NeedsAttention
from leleka.services import exports
from leleka.state.models import Run

_MOST_DEATHS: Final = 3


def died(number: int) -> None:
    """Count a process that died over a live run; whatever gets the run any further counts from the beginning."""
    Run.objects.filter(pk=number, finished_at__isnull=True).update(deaths=F("deaths") + 1)


def refuse_to_die_again(run: Run) -> None:
    """A run that takes its process with it whenever it is tried would be taken up for ever, and never stall (I-16)."""
    if run.deaths >= _MOST_DEATHS:
        raise NeedsAttention(
            "RUN_DIED",
            f"The process that worked on this run died {run.deaths} times at the same point.",
            where=run.export.name,
            remedy="Look into the log; where memory ran out, give more or lower LELEKA_MEMORY_LIMIT.",
        )


def refuse_if_moved(run: Run) -> None:
    """The outbox, the turns and the lane are those of the account and list for which the run was asked for."""
    export = run.export
    if (exports.connection_of(export).account_id, export.target) != (run.account_id, run.config["target"]):
        raise Conflict(
            "EXPORT_MOVED",
            "The export leads to another list or account than when this run was asked for; nothing was sent.",
            where=export.name,
            remedy="Run the export again: that begins a new run.",
        )
