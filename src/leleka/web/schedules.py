"""Schedules, decisions and triggers in the reader's words; and what a form of a schedule says."""

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
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from leleka.core import schedules as core
from leleka.core.schedules import ClockChange, Schedule
from leleka.core.schedules_reading import DAYS, to_data, zone_names
from leleka.errors import Problem
from leleka.services.schedules import DecisionView, ExportScheduleView
from leleka.services.sentences import in_this_language
from leleka.web.numbers import whole_number
from leleka.web.words import status_word

TRIGGERS: Final[Mapping[str, Promise]] = {
    "system refresh": gettext_lazy("System refresh"),
    "own schedule": gettext_lazy("Own schedule"),
    "on demand": gettext_lazy("On demand"),
}
OUTCOMES: Final[Mapping[str, Promise]] = {
    "started": gettext_lazy("Started"),
    "skipped-overlap": gettext_lazy("Not started"),
    "skipped-missed": gettext_lazy("Missed"),
    "failed-to-start": gettext_lazy("Could not start"),
}
_REASONS: Final[Mapping[str, Promise]] = {
    core.ON_TIME: gettext_lazy("on time"),
    core.CATCH_UP: gettext_lazy("late: a missed run was made up for"),
    core.NEWER_DUE: gettext_lazy("Leleka was not running; a later run covered this one"),
    core.STILL_RUNNING: gettext_lazy("the previous one had not ended"),
}
_FIELDS: Final[
    Mapping[str, Promise]
] = {  # what a field of the form must be, where the error is not in English
    "repeat": gettext_lazy("Choose daily or weekly."),
    "days": gettext_lazy("Choose at least one day of the week, of those between the first and the last day."),
    "times": gettext_lazy("Enter one to four different times, at least five minutes apart."),
    "from": gettext_lazy("Enter a day, or nothing."),
    "until": gettext_lazy("Enter a day that is not before the first, or nothing."),
}
_STILL: Final = re.compile(r"(refresh|run) (\d+) had not ended: (.+)")


def in_words(schedule: Schedule) -> str:
    """Give "Mon, Wed 08:00 Europe/Kyiv"."""
    times = ", ".join(one.strftime("%H:%M") for one in schedule.times)
    days = _("Daily") if schedule.kind == "daily" else ", ".join(_short(day) for day in sorted(schedule.days))
    told = f"{days} {times} {schedule.zone}"
    if schedule.first_day:
        told += " " + _("from %(day)s") % {"day": date_format(schedule.first_day, "SHORT_DATE_FORMAT")}
    if schedule.last_day:
        told += " " + _("until %(day)s") % {"day": date_format(schedule.last_day, "SHORT_DATE_FORMAT")}
    return told


def of_export(view: ExportScheduleView) -> str:
    """Give what an export follows."""
    if view.policy == "off":
        return _("Off")
    if view.policy == "system":
        return _("System refresh")
    return in_words(view.schedule) if view.schedule else _("Invalid: its time zone no longer exists")


def zone_of(view: ExportScheduleView, home: str) -> str:
    """Give the zone in which the next run is told: of its own schedule, else the installation's."""
    return view.schedule.zone if view.policy == "own" and view.schedule else home


def change_in_words(change: ClockChange) -> str:
    """Say what a change of the clocks does to one time."""
    day, runs_at = date_format(change.day, "DATE_FORMAT"), change.runs_at.strftime("%H:%M")
    wanted = change.wanted.strftime("%H:%M")
    if change.kind == "gap":
        told = _("On %(day)s the clocks go forward and skip %(time)s: it runs at %(at)s.")
        return told % {"day": day, "time": wanted, "at": runs_at}
    told = _("On %(day)s the clocks go back and %(time)s occurs twice: it runs the first time.")
    return told % {"day": day, "time": wanted}


def decision_in_words(decision: DecisionView) -> str:
    """Say why it was decided so; an error's sentence is as it was written down."""
    still = _STILL.fullmatch(decision.detail)
    if decision.reason == core.STILL_RUNNING and still:
        kind, number, status = still.groups()
        told = _("refresh %(n)s had not ended: %(status)s")
        if kind == "run":
            told = _("run %(n)s had not ended: %(status)s")
        return told % {"n": number, "status": status_word(status)}
    return str(_REASONS.get(decision.reason, decision.reason))


def local(moment: datetime, zone: str) -> str:
    """Give a moment as the clocks of a zone show it, with the day of the week."""
    there = moment.astimezone(ZoneInfo(zone))
    day, date = WEEKDAYS_ABBR[there.weekday()], date_format(there.date(), "DATE_FORMAT")
    return f"{day}, {date}, {there:%H:%M}"


def soon(moment: datetime, zone: str) -> str:
    """Give the same in a few letters, for lists."""
    there = moment.astimezone(ZoneInfo(zone))
    return f"{_short(there.weekday())} {there:%d.%m %H:%M}"


def trigger_word(value: str) -> str:
    return str(TRIGGERS.get(value, value))


def posted(post: QueryDict) -> dict[str, Any]:
    """Give a schedule as it was typed, in the shape that ``core.schedules_reading`` reads."""
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
    """Give what the fields of a form show."""
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


def beside_fields(problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    """Sort problems to the fields of a form."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        field = re.split(r"[.\[]", problem.where.removeprefix("schedule."))[0]
        found.setdefault(field if field in {*_FIELDS, "time_zone"} else "", []).append(said(problem, field))
    return found


def said(problem: Problem, field: str = "") -> Problem:
    """Give a problem of a schedule in the reader's language, as particular as its field allows."""
    if problem.code != "SCHEDULE_INVALID" or field not in _FIELDS:
        return in_this_language(problem)
    if (get_language() or "en").startswith("en"):
        return replace(problem, remedy="")  # it says how to write it in a file
    return Problem(problem.code, str(_FIELDS[field]), problem.where)


def _short(day: int) -> str:
    return str(WEEKDAYS_ABBR[day])
