"""What templates need beyond Django's own: icons, statuses, moments, numbers of seconds."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leleka.web.reasons import reason
from leleka.web.sayings import in_words
from leleka.web.words import status_word

register = template.Library()
_ICONS: Final = Path(__file__).parent.parent / "icons"
_TONES: Final = {
    "Successful": ("green", "circle-check"),
    "Completed with warnings": ("yellow", "alert-triangle"),
    "Failed": ("red", "alert-circle"),
    "Needs confirmation": ("orange", "hand-stop"),
    "Processing": ("blue", "loader-2"),
    "Queued": ("azure", "hourglass-high"),
    "Canceling": ("yellow", "hourglass-high"),
    "Canceled": ("secondary", "circle-x"),
    "Skipped": ("secondary", "circle-x"),
    "Not started": ("secondary", "circle-dashed"),
}
_MINUTE, _HOUR = 60, 3600


@cache
def _svg(name: str) -> str:
    return (_ICONS / f"{name}.svg").read_text(encoding="utf-8")


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon; it says nothing to a screen reader, the words beside it do."""
    drawn = _svg(name).replace("<svg", '<svg class="icon" aria-hidden="true" focusable="false"', 1)
    return mark_safe(drawn)  # noqa: S308 - our own files


@register.simple_tag
def status(value: str) -> SafeString:
    """Draw a status: a colour, an icon and, for everybody, the word."""
    tone, drawn = _TONES.get(value, ("secondary", "circle-dashed"))
    return format_html('<span class="status status-{}">{} {}</span>', tone, icon(drawn), status_word(value))


@register.simple_tag
def ago(moment: datetime | None, missing: str = "–") -> SafeString | str:
    """Tell how long ago something was, with the exact moment for whoever points at it."""
    if moment is None:
        return missing
    exact = date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    seconds = (timezone.now() - moment).total_seconds()
    words = _("just now") if seconds < _MINUTE else _("%(time)s ago") % {"time": timesince(moment, depth=1)}
    return format_html('<time datetime="{}" title="{} UTC">{}</time>', moment.isoformat(), exact, words)


@register.filter
def duration(seconds: float) -> str:
    """Tell a number of seconds as people do."""
    whole = round(seconds)
    if whole < _MINUTE:
        return ngettext("%(n)d second", "%(n)d seconds", whole) % {"n": whole}
    if whole < _HOUR:
        return ngettext("%(n)d minute", "%(n)d minutes", whole // _MINUTE) % {"n": whole // _MINUTE}
    hours, rest = divmod(whole // _MINUTE, _MINUTE)
    told = ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return f"{told} {rest:02d}" if rest else told


@register.filter
def number(value: object) -> str:
    """Group the digits of a number as the reader's language does; what is no number is a dash."""
    return number_format(value, force_grouping=True) if isinstance(value, int) else "–"


@register.filter
def whole(value: float) -> str:
    return number_format(round(value), force_grouping=True)


@register.filter(name="reason")
def reason_word(code: str) -> str:
    """Tell in words why a row ended as it did, or how."""
    return reason(code)


@register.simple_tag
def say(told: Mapping[str, object] | None, sentence: str) -> str:
    """Say in this language what a run or a task said of itself."""
    return in_words(told or {}, sentence)


@register.filter
def at(found: dict[str, object] | None, key: str) -> object:
    """Look something up by a name that stands in a variable; nothing is found in what is not there."""
    return found.get(key) if found else None
