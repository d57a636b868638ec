"""The one row of the system's schedule: how it is written by people and by a definitions file."""

from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone

from leleka.core.schedules import ExportSchedule, Schedule
from leleka.core.schedules_reading import to_data
from leleka.services.changes import Changes
from leleka.services.export_schedules import next_due
from leleka.state.models import SystemSchedule


def values(schedule: Schedule | None, now: datetime, *, on: bool) -> dict[str, Any]:
    """Give the columns of a schedule that holds from now on; None keeps the one there is."""
    kept = {} if schedule is None else {"schedule": to_data(schedule)}
    return {**kept, "on": on, "since": now, "next_due_at": next_due(schedule, now) if on else None}


def apply_system(changes: Changes, wanted: ExportSchedule) -> None:
    """Bring the row to what a definitions file says; what was due before is not run."""
    before, _ = SystemSchedule.objects.get_or_create(pk=1, defaults={"version": 0})
    new = values(wanted.own, timezone.now(), on=wanted.own is not None)
    managed = {"managed_by_file": changes.path}
    compared = {key: new[key] for key in ("on", "schedule") if key in new} | managed
    differing = [key for key, value in compared.items() if getattr(before, key) != value]
    if differing:
        SystemSchedule.objects.filter(pk=1).update(version=F("version") + 1, **managed, **new)
    changes.note_schedule(differing)
