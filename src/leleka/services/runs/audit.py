from collections.abc import Mapping
from typing import Final

from leleka.services.access.actor import Actor
from leleka.services.audit.log import record, record_each
from leleka.state.models import Export, Run

_AT_ONCE: Final = 500


def record_ended(run: Run) -> None:
    """Call it in the transaction that ends the run."""
    status = Run.objects.values_list("status", flat=True).get(pk=run.pk)
    record_run(run, "run ended", {"status": status})


def record_run(run: Run, action: str, details: Mapping[str, object]) -> None:
    who = Actor.worker(run.acts_as or run.asked_by)
    record(who, action, run.export.name, {"run": run.pk, "asked_by": run.asked_by, **details})


def record_removed(actor: Actor, export: Export) -> None:
    """Write down what is known of an export's runs before they go with it: who ran what when, and what came of it."""
    runs = Run.objects.filter(export=export).select_related("account").order_by("pk")
    told = [
        {
            "run": run.pk,
            "asked_by": run.asked_by,
            "acts_as": run.acts_as,
            "confirmed_by": run.confirmed_by,
            "trigger": run.trigger,
            "status": run.status,
            "account": run.account.name,
            "list": run.config.get("target", export.target),
            "created_at": run.created_at.isoformat(),
            "finished_at": run.finished_at.isoformat() if run.finished_at else "",
            "requests": run.requests,
            "counts": run.counts,
        }
        for run in runs.iterator(_AT_ONCE)
    ]
    record_each(actor, "run removed", export.name, told)
