"""Schedules of segments in the reader's language, and the contents of the form of a segment's settings."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from leleka.core.schedules.parser import DAYS
from leleka.services.segments.contracts import SegmentSettings, SegmentView

_FIELDS: Final = frozenset({"activate_at", "deactivate_at", "tags"})
_DAYS_OF_MONTH: Final = range(1, 32)


def follows(schedule: str | Mapping[str, Any]) -> str:
    """Return on which days a refresh evaluates a segment: "Mon, Thu", "Monthly: 1, 15"."""
    if isinstance(schedule, str):
        return _("On demand") if schedule == "off" else _("System refresh")
    days: Sequence[Any] = schedule.get("days") or ()
    if schedule["repeat"] == "daily":
        return _("Daily")
    if schedule["repeat"] == "weekly":
        return ", ".join(str(WEEKDAYS_ABBR[DAYS.index(day)]) for day in days)
    return _("Monthly: %(days)s") % {"days": ", ".join(map(str, days))}


def form_of(view: SegmentView, zone: str) -> dict[str, Any]:
    """Return what the form shows of a segment as it is."""
    own = {} if isinstance(view.schedule, str) else view.schedule
    repeat = own.get("repeat", view.schedule)
    return {
        "active": view.active,
        **{name: _local(getattr(view, name), zone) for name in ("activate_at", "deactivate_at")},
        "repeat": repeat,
        "weekdays": own.get("days") if repeat == "weekly" else (),
        "monthdays": own.get("days") if repeat == "monthly" else (),
        "tags": ", ".join(view.tags),
        "version": view.version,
    }


def posted(post: QueryDict) -> dict[str, Any]:
    """Return the same of what was typed."""
    return {
        "active": post.get("active") == "yes",
        "activate_at": post.get("activate_at", "").strip(),
        "deactivate_at": post.get("deactivate_at", "").strip(),
        "repeat": post.get("repeat", ""),
        "weekdays": post.getlist("weekdays"),
        "monthdays": [int(day) for day in post.getlist("monthdays") if day in map(str, _DAYS_OF_MONTH)],
        "tags": post.get("tags", ""),
        "version": post.get("version", ""),
    }


def wanted(given: Mapping[str, Any]) -> SegmentSettings:
    schedule: Any = given["repeat"]
    if schedule not in {"system", "off"}:
        days = {"weekly": given["weekdays"], "monthly": given["monthdays"]}
        schedule = {"repeat": schedule, **({"days": days[schedule]} if schedule in days else {})}
    tags = [tag for one in given["tags"].split(",") if (tag := one.strip())]
    return SegmentSettings(given["active"], given["activate_at"], given["deactivate_at"], schedule, tags)


def choices() -> dict[str, Any]:
    """Return the days that are offered."""
    return {
        "all_weekdays": [(name, WEEKDAYS[day]) for day, name in enumerate(DAYS)],
        "all_monthdays": list(_DAYS_OF_MONTH),
    }


def field_of(where: str) -> str:
    """Return the field of the form that a problem belongs to."""
    if where in _FIELDS:
        return where
    return "days" if where.startswith("schedule.days") else "repeat" if where.startswith("schedule") else ""


def _local(moment: Any, zone: str) -> str:
    """Return a moment as a field for dates and times has it."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" if moment else ""
