"""``python -m scripts.soak.probe``: queries an installation as its pages do, line by line, one JSON each.

A database that is unavailable fails the question, not this process.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

import django

EARLIER: Final = timedelta(hours=30)


def main() -> None:
    """Answer until standard input ends."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leleka.conf.django")
    django.setup()
    asked: Mapping[str, Callable[..., Any]] = {
        "past": _past,
        "refresh": _refresh,
        "run": _run,
        "at_rest": _at_rest,
        "rows": _rows,
    }
    for line in sys.stdin:
        what, *words = json.loads(line)
        print(json.dumps(_answer(asked[what], words), default=str), flush=True)


def _answer(do: Callable[..., Any], words: list[str]) -> dict[str, Any]:
    from leleka.errors import LelekaError  # noqa: PLC0415 - after the set-up, as all of these
    from leleka.services.installation import database_outage  # noqa: PLC0415

    try:
        return {"said": do(*words)}
    except LelekaError as error:
        return {"failed": error.code}
    except database_outage.ERRORS as error:
        database_outage.let_go()
        return {"failed": repr(error)}


def _past() -> int:
    """Make every schedule look older, as if no worker had kept it meanwhile."""
    from django.utils import timezone  # noqa: PLC0415

    from leleka.state.models import Export, SystemSchedule  # noqa: PLC0415

    since = timezone.now() - EARLIER
    SystemSchedule.objects.update(since=since, next_due_at=since)
    own = Export.objects.filter(schedule__policy="own")
    return own.update(schedule_since=since, next_due_at=since)


def _refresh(scope: str, name: str = "") -> int:
    from leleka.services.access.actor import Actor  # noqa: PLC0415
    from leleka.services.refresh import commands as refresh_commands  # noqa: PLC0415
    from leleka.state.models import Export  # noqa: PLC0415

    number = f":{Export.objects.get(name=name).pk}" if name else ""
    return refresh_commands.ask(Actor.operator(), scope + number)


def _run(name: str) -> int:
    from leleka.services.access.actor import Actor  # noqa: PLC0415
    from leleka.services.runs import commands as run_commands  # noqa: PLC0415

    return run_commands.ask_run(Actor.operator(), name)


def _at_rest() -> bool:
    from leleka.state.models import Refresh, Run  # noqa: PLC0415

    return not any(
        model._default_manager.filter(finished_at__isnull=True).exists() for model in (Refresh, Run)
    )


def _rows() -> dict[str, Any]:
    """Return what the account needs of the state; moments in seconds since 1970."""
    from leleka.state.models import (  # noqa: PLC0415
        AttemptRow,
        DueDecision,
        Export,
        Refresh,
        RefreshStep,
        Run,
        SystemSchedule,
    )

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
            Run, "pk", "export__name", "status", "requests", "created_at", "finished_at", "fence", "tries"
        ),
        "doubtful": list(doubtful.values_list("batch__run__account__name", "sha256")),
    }


def _plain(value: Any) -> Any:
    return value.timestamp() if hasattr(value, "timestamp") else value


if __name__ == "__main__":
    main()
