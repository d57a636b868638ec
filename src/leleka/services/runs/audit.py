from collections.abc import Mapping

from leleka.services.access.actor import Actor
from leleka.services.audit.log import record
from leleka.state.models import Run


def record_ended(run: Run) -> None:
    """Call it in the transaction that ends the run."""
    status = Run.objects.values_list("status", flat=True).get(pk=run.pk)
    record_run(run, "run ended", {"status": status})


def record_run(run: Run, action: str, details: Mapping[str, object]) -> None:
    who = Actor.worker(run.acts_as or run.asked_by)
    record(who, action, run.export.name, {"run": run.pk, "asked_by": run.asked_by, **details})
