"""Words of what is wrong now: a title by kind, and its icon."""

from collections.abc import Mapping
from typing import Final

from leleka.messages.templates import ENGLISH, Language, fill
from leleka.messages.wording import msg

ICONS: Final[Mapping[str, str]] = {
    "worker": "alert-circle",
    "queue": "hourglass-high",
    "disk": "alert-circle",
    "clock": "alert-circle",
    "schedule": "calendar-time",
    "connection": "plug",
    "stalled": "hourglass-high",
    "failed": "alert-circle",
    "skipped": "alert-circle",
    "confirmation": "hand-stop",
    "source": "alert-circle",
    "profiles": "alert-circle",
    "measure": "alert-circle",
    "segment": "alert-circle",
    "stale": "calendar-time",
    "shrunk": "chart-bar",
    "late": "calendar-time",
    "detached": "unlink",
    "channel": "plug",
    "retrying": "refresh",
}
_TITLES: Final[Mapping[str, str]] = {
    "worker": msg("No worker is running"),
    "queue": msg("Nothing begins"),
    "disk": msg("The data folder needs attention"),
    "clock": msg("The clock needs attention"),
    "schedule": msg("Export “{name}” did not run when it was due"),
    "schedule:system": msg("The scheduled refresh did not run when it was due"),
    "connection": msg("Connection “{name}” needs attention"),
    "stalled": msg("Export “{name}” has stalled"),
    "failed": msg("Export “{name}” failed"),
    "skipped": msg("Export “{name}” did not run"),
    "confirmation": msg("Export “{name}” needs confirmation"),
    "source": msg("Source “{name}” could not be read"),
    "profiles": msg("Customer profiles could not be prepared"),
    "measure": msg("Measure “{name}” could not be calculated"),
    "segment": msg("Segment “{name}” could not be evaluated"),
    "stale": msg("The data of source “{name}” is out of date"),
    "shrunk": msg("Source “{name}” has lost many of its rows"),
    "late": msg("Export “{name}” is, or will be, late"),
    "detached": msg("Export “{name}” has no connection"),
    "channel": msg("Notices do not arrive"),
    "retrying": msg("Export “{name}” failed and will be tried again"),
}


def title(kind: str, subject: str, name: str, language: Language = ENGLISH) -> str:
    """Return in a few words what is wrong with what."""
    template = _TITLES.get(subject) or _TITLES[kind]
    return fill(template, {"name": name}, language)
