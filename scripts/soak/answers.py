"""What the probe is asked, by the name of the question. Imported once Django is set up."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from leleka.core.clock import SystemClock, utc_now
from leleka.errors import LelekaError
from leleka.services.access.actor import Actor, Role
from leleka.services.installation import database_outage
from leleka.services.refresh import commands as refresh_commands
from leleka.services.runs import commands as run_commands
from leleka.state.models import (
    AttemptRow,
    Connection,
    DueDecision,
    Export,
    Refresh,
    RefreshStep,
    Run,
    SystemSchedule,
    User,
)
from leleka.worker.runs import stall_detection

_EARLIER: Final = timedelta(hours=30)


def answer(what: str, words: Sequence[str]) -> dict[str, Any]:
    """Return what was said to a question, or how it failed."""
    try:
        return {"said": _ASKED[what](*words)}
    except LelekaError as error:
        return {"failed": error.code}
    except database_outage.ERRORS as error:
        database_outage.let_go()
        return {"failed": repr(error)}


def _past() -> int:
    """Make every schedule look older, as if no worker had kept it meanwhile."""
    since = timezone.now() - _EARLIER
    SystemSchedule.objects.update(since=since, next_due_at=since)
    own = Export.objects.filter(schedule__policy="own")
    return own.update(schedule_since=since, next_due_at=since)


def _lend() -> int:
    """Let what is scheduled send in the name of an administrator; return for how many connections."""
    lender = User.objects.create(
        email="lender@example.com",
        name="Lender",
        role=Role.ADMINISTRATOR,
        created_at=timezone.now(),
        created_by="soak",
    )
    return Connection.objects.update(export_user=lender)


def _refresh(scope: str, name: str = "") -> int:
    number = f":{Export.objects.get(name=name).pk}" if name else ""
    return refresh_commands.ask(Actor.operator(), scope + number)


def _run(name: str) -> int:
    return run_commands.ask_run(Actor.operator(), name)


def _at_rest() -> bool:
    return not any(
        model._default_manager.filter(finished_at__isnull=True).exists() for model in (Refresh, Run)
    )


def _standing() -> float:
    """Return for how many seconds a live run has recorded no step, the longest of those that name nothing they wait
    for (I-16).
    """
    clock = SystemClock()
    live = Run.objects.filter(
        status__in=("Processing", "Canceling"), finished_at=None, stepped_at__isnull=False
    )
    still = [run.stepped_at for run in live if not stall_detection.waits(run, clock.now())]
    return max(((utc_now(clock) - one).total_seconds() for one in still if one), default=0.0)


def _rows() -> dict[str, Any]:
    """Return what the account needs of the state; moments in seconds since 1970."""

    def of(model: Any, *names: str) -> list[dict[str, Any]]:
        rows = model._default_manager.order_by("pk").values(*names)
        return [{name: _plain(value) for name, value in row.items()} for row in rows]

    doubtful = AttemptRow.objects.filter(outcome__in=("", AttemptRow.Outcome.UNKNOWN))
    return {
        "system": of(SystemSchedule, "schedule", "since"),
        "exports": of(Export, "pk", "name", "schedule", "schedule_since"),
        "decisions": of(DueDecision, "subject", "due_at", "outcome", "reason", "decided_at"),
        "refreshes": of(
            Refresh, "pk", "scope", "trigger", "status", "due_at", "created_at", "finished_at", "fence"
        ),
        "steps": of(RefreshStep, "status", "problems", "tries"),
        "runs": of(
            Run,
            *("pk", "export__name", "status", "requests", "created_at", "finished_at", "fence", "tries"),
            "stalled_at",
        ),
        "doubtful": list(doubtful.values_list("batch__run__account__name", "sha256")),
    }


def _plain(value: Any) -> Any:
    return value.timestamp() if hasattr(value, "timestamp") else value


_ASKED: Final[Mapping[str, Callable[..., Any]]] = {
    "past": _past,
    "lend": _lend,
    "refresh": _refresh,
    "run": _run,
    "at_rest": _at_rest,
    "standing": _standing,
    "rows": _rows,
}
