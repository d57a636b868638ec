"""Template tags beyond Django's own: icons, statuses, moments, durations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leleka.core.clock import utc_now
from leleka.core.messages import Message
from leleka.core.statuses import RunStatus, StepStatus
from leleka.messages.reasons import in_words as reason_in_words
from leleka.messages.stored import note_of
from leleka.services.translation import READER, said_in_this_language, stored_in_this_language, term

register = template.Library()
_ICONS: Final = Path(__file__).parent.parent / "icons"
_TONES: Final[Mapping[str, tuple[str, str]]] = {
    RunStatus.SUCCESSFUL: ("green", "circle-check"),
    RunStatus.WITH_WARNINGS: ("yellow", "alert-triangle"),
    RunStatus.FAILED: ("red", "alert-circle"),
    RunStatus.NEEDS_CONFIRMATION: ("orange", "hand-stop"),
    RunStatus.PROCESSING: ("blue", "loader-2"),
    RunStatus.QUEUED: ("azure", "hourglass-high"),
    RunStatus.CANCELING: ("yellow", "hourglass-high"),
    RunStatus.CANCELED: ("secondary", "circle-x"),
    StepStatus.SKIPPED: ("secondary", "circle-x"),
    StepStatus.NOT_STARTED: ("secondary", "circle-dashed"),
}
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_MONTH_DAYS: Final = 30
_LEAST_CURVE: Final = 2  # points


@cache
def _svg(name: str) -> str:
    return (_ICONS / f"{name}.svg").read_text(encoding="utf-8")


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon; screen readers ignore it and read the words next to it."""
    drawn = _svg(name).replace("<svg", '<svg class="icon" aria-hidden="true" focusable="false"', 1)
    return mark_safe(drawn)  # noqa: S308 - our own files


@register.simple_tag
def status(value: str) -> SafeString:
    """Draw a status: a colour, an icon and, for everybody, the word."""
    tone, drawn = _TONES.get(value, ("secondary", "circle-dashed"))
    return format_html('<span class="status status-{}">{} {}</span>', tone, icon(drawn), term(value))


@register.simple_tag
def ago(moment: datetime | None, missing: str = "–") -> SafeString | str:
    """Return how long ago something was, with the exact moment as a tooltip."""
    if moment is None:
        return missing
    exact = date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    words = _since(moment, (utc_now() - moment).total_seconds())
    return format_html('<time datetime="{}" title="{} UTC">{}</time>', moment.isoformat(), exact, words)


def _since(moment: datetime, seconds: float) -> str:
    """Whole sentences: in Ukrainian "ago" requires another case than a duration has. After a month it is the
    date.
    """
    if seconds < _MINUTE:
        return _("just now")
    if seconds < _HOUR:
        n = int(seconds // _MINUTE)
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", n) % {"n": n}
    if seconds < _DAY:
        n = int(seconds // _HOUR)
        return ngettext("%(n)d hour ago", "%(n)d hours ago", n) % {"n": n}
    n = int(seconds // _DAY)
    if n > _MONTH_DAYS:
        return date_format(timezone.localtime(moment), "DATE_FORMAT")
    return ngettext("%(n)d day ago", "%(n)d days ago", n) % {"n": n}


@register.filter
def duration(seconds: float) -> str:
    """Return a number of seconds as a readable duration."""
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
    """Group the digits of a number for the user's language; anything else is a dash."""
    return number_format(value, force_grouping=True) if isinstance(value, int) else "–"


@register.filter
def whole(value: float) -> str:
    return number_format(round(value), force_grouping=True)


@register.filter
def person(name: str) -> str:
    """Remove the address from "Ada <ada@example.com>": it takes space on a page, and the title has it."""
    return name.partition(" <")[0] or name


@register.filter
def signed(value: object) -> str:
    """Format a change with its sign; no change is a zero, an unknown one a dash."""
    if not isinstance(value, int):
        return "–"
    return ("+" if value > 0 else "−" if value < 0 else "") + number(abs(value))


@register.simple_tag
def sparkline(values: Sequence[int]) -> SafeString | str:
    """Draw how a number changed, small; the figures beside it state it in words."""
    if len(values) < _LEAST_CURVE:
        return ""
    least, step = min(values), 100 / (len(values) - 1)
    height = max(values) - least or 1
    drawn = " ".join(
        f"{place * step:.1f},{22 - 20 * (value - least) / height:.1f}" for place, value in enumerate(values)
    )
    return format_html(
        '<svg class="sparkline" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">'
        '<polyline points="{}"/></svg>',
        drawn,
    )


@register.filter(name="reason")
def reason_word(code: str) -> str:
    """Tell in words why a row ended as it did, or how."""
    return reason_in_words(code, READER)


@register.filter(name="term")
def term_word(word: str) -> str:
    """Say a word of the catalogue, such as the type of a column."""
    return term(word)


@register.simple_tag
def say(told: Mapping[str, Any] | None, sentence: str) -> str:
    """Say in this language what a run or a task said of itself."""
    return stored_in_this_language(told or {}, sentence)


@register.filter
def noted(note: Message | Mapping[str, Any] | str) -> str:
    """Say in this language what a reader noticed; an older version stored words."""
    return said_in_this_language(note if isinstance(note, Message) else note_of(note))


@register.filter
def at(found: dict[str, object] | None, key: str) -> object:
    """Look up a key whose name is in a variable; a missing key gives nothing."""
    return found.get(key) if found else None
