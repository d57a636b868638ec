"""Schedules, decisions and triggers in the user's language; and the contents of a schedule's form."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leleka.core.schedules import model as core
from leleka.core.schedules.model import ClockChange, Schedule
from leleka.core.schedules.parser import DAYS, to_data, zone_names
from leleka.core.statuses import DueOutcome
from leleka.errors import Problem
from leleka.messages.problems import ProblemText
from leleka.services.schedules.queries import DecisionView, ExportScheduleView
from leleka.services.translation import in_this_language, term
from leleka.web.integers import whole_number

TRIGGERS: Final[Mapping[str, Promise]] = {
    "system refresh": gettext_lazy("System refresh"),
    "own schedule": gettext_lazy("Own schedule"),
    "on demand": gettext_lazy("On demand"),
}
OUTCOMES: Final[Mapping[str, Promise]] = {
    DueOutcome.STARTED: gettext_lazy("Started"),
    DueOutcome.OVERLAP: gettext_lazy("Not started"),
    DueOutcome.MISSED: gettext_lazy("Missed"),
    DueOutcome.FAILED: gettext_lazy("Could not start"),
}
_REASONS: Final[Mapping[str, Promise]] = {
    core.ON_TIME: gettext_lazy("on time"),
    core.CATCH_UP: gettext_lazy("late: a missed run was made up for"),
    core.NEWER_DUE: gettext_lazy("Leleka was not running; a later run covered this one"),
    core.STILL_RUNNING: gettext_lazy("the previous one had not ended"),
}
_FIELDS: Final = frozenset({"repeat", "days", "times", "from", "until"})
_STILL: Final = re.compile(r"(refresh|run) (\d+) had not ended: (.+)")


def in_words(schedule: Schedule) -> str:
    """Return "Mon, Wed 08:00 Europe/Kyiv"."""
    times = ", ".join(one.strftime("%H:%M") for one in schedule.times)
    days = _("Daily") if schedule.kind == "daily" else ", ".join(_short(day) for day in sorted(schedule.days))
    told = f"{days} {times} {schedule.zone}"
    if schedule.first_day:
        told += " " + _("from %(day)s") % {"day": date_format(schedule.first_day, "SHORT_DATE_FORMAT")}
    if schedule.last_day:
        told += " " + _("until %(day)s") % {"day": date_format(schedule.last_day, "SHORT_DATE_FORMAT")}
    return told


def of_export(view: ExportScheduleView) -> str:
    """Return what an export follows."""
    if view.policy == "off":
        return _("Off")
    if view.policy == "system":
        return _("System refresh")
    return in_words(view.schedule) if view.schedule else _("Invalid: its time zone no longer exists")


def zone_of(view: ExportScheduleView, home: str) -> str:
    """Return the zone in which the next run is shown: of its own schedule, otherwise the installation's."""
    return view.schedule.zone if view.policy == "own" and view.schedule else home


def change_in_words(change: ClockChange) -> str:
    """Describe what a clock change does to one time."""
    day, runs_at = date_format(change.day, "DATE_FORMAT"), change.runs_at.strftime("%H:%M")
    wanted = change.wanted.strftime("%H:%M")
    if change.kind == "gap":
        told = _("On %(day)s the clocks go forward and skip %(time)s: it runs at %(at)s.")
        return told % {"day": day, "time": wanted, "at": runs_at}
    told = _("On %(day)s the clocks go back and %(time)s occurs twice: it runs the first time.")
    return told % {"day": day, "time": wanted}


def decision_in_words(decision: DecisionView) -> str:
    """Explain the decision; an error's sentence is shown as it was stored."""
    still = _STILL.fullmatch(decision.detail)
    if decision.reason == core.STILL_RUNNING and still:
        kind, number, status = still.groups()
        told = _("refresh %(n)s had not ended: %(status)s")
        if kind == "run":
            told = _("run %(n)s had not ended: %(status)s")
        return told % {"n": number, "status": term(status)}
    return str(_REASONS.get(decision.reason, decision.reason))


def local(moment: datetime, zone: str) -> str:
    """Return a moment in a zone's local time, with the day of the week."""
    there = moment.astimezone(ZoneInfo(zone))
    day, date = WEEKDAYS_ABBR[there.weekday()], date_format(there.date(), "DATE_FORMAT")
    return f"{day}, {date}, {there:%H:%M}"


def soon(moment: datetime, zone: str) -> str:
    """Return the same in short form, for lists."""
    there = moment.astimezone(ZoneInfo(zone))
    return f"{_short(there.weekday())} {there:%d.%m %H:%M}"


def trigger_word(value: str) -> str:
    return str(TRIGGERS.get(value, value))


def posted(post: QueryDict) -> dict[str, Any]:
    """Return a schedule as it was typed, in the shape that ``core.schedules.parser`` reads."""
    repeat = post.get("repeat", "")
    rows = sorted((whole_number(key[6:]), key) for key in post if key.startswith("time-r"))
    data: dict[str, Any] = {
        "repeat": repeat,
        "times": [time for _number, key in rows if (time := post.get(key, "").strip())],
        "time_zone": post.get("time_zone", "").strip(),
    }
    if repeat == "weekly":
        data["days"] = post.getlist("days")
    return data | {name: value for name in ("from", "until") if (value := post.get(name, "").strip())}


def form_of(data: Schedule | Mapping[str, Any]) -> dict[str, Any]:
    """Return what the fields of a form show."""
    told: Mapping[str, Any] = to_data(data) if isinstance(data, Schedule) else data
    times = list(told.get("times") or [""])
    return {
        "repeat": told.get("repeat", "daily"),
        "days": told.get("days", []),
        "times": list(enumerate(times, 1)),
        "next_time": len(times),
        "time_zone": told.get("time_zone", ""),
        "first": told.get("from", ""),
        "last": told.get("until", ""),
        "weekdays": [(name, WEEKDAYS[day]) for day, name in enumerate(DAYS)],
        "zones": sorted(zone_names()),
    }


def beside_fields(problems: Sequence[Problem]) -> dict[str, list[ProblemText]]:
    """Sort problems to the fields of a form."""
    found: dict[str, list[ProblemText]] = {}
    for problem in problems:
        field = re.split(r"[.\[]", problem.where.removeprefix("schedule."))[0]
        found.setdefault(field if field in {*_FIELDS, "time_zone"} else "", []).append(said(problem, field))
    return found


def said(problem: Problem, field: str = "") -> ProblemText:
    """Return a problem of a schedule in the reader's language; of a field without how to write it in a file."""
    text = in_this_language(problem)
    return replace(text, remedy="") if problem.code == "SCHEDULE_INVALID" and field in _FIELDS else text


def _short(day: int) -> str:
    return str(WEEKDAYS_ABBR[day])
