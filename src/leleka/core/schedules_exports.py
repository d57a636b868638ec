"""What an export follows: every system refresh, a schedule of its own, or nothing (CI-S2, S3)."""

from collections.abc import Mapping
from typing import Any, Final, get_args

from leleka.core.schedules import ExportSchedule, Policy
from leleka.core.schedules_reading import parse_schedule, to_data
from leleka.errors import InvalidInput

SYSTEM: Final = "system"
OWN: Final = "own"
OFF: Final = "off"
_POLICIES: Final = get_args(Policy)


def parse_export_schedule(data: Mapping[str, Any], where: str) -> ExportSchedule:
    """Read ``{policy: system | own | off, schedule: {…}}``; ``off`` may keep the schedule it had.

    Raises ``InvalidInput`` as ``parse_schedule`` does, at places below ``where``.
    """
    policy, own = data.get("policy"), data.get("schedule")
    if policy not in _POLICIES or data.keys() - {"policy", "schedule"}:
        raise InvalidInput(
            "SCHEDULE_INVALID",
            f"An export's schedule has a policy ({', '.join(_POLICIES)}) and, for its own, a schedule.",
            where=_below(where, "policy"),
        )
    if (policy == OWN and own is None) or (policy == SYSTEM and own is not None):
        raise InvalidInput(
            "SCHEDULE_INVALID",
            "A schedule of its own belongs to the policy own, and only to it.",
            where=_below(where, "schedule"),
        )
    return ExportSchedule(policy, None if own is None else parse_schedule(own, _below(where, "schedule")))


def export_schedule_data(schedule: ExportSchedule) -> dict[str, Any]:
    """Give what ``parse_export_schedule`` reads."""
    own = {} if schedule.own is None else {"schedule": to_data(schedule.own)}
    return {"policy": schedule.policy, **own}


def _below(where: str, part: str) -> str:
    return f"{where}.{part}" if where else part
