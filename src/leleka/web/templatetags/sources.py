"""Template tags of data sources: files, classes, shares, forms of dates."""

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Final

from django import template
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from leleka.core.column_classes import ColumnClass
from leleka.core.schedules import whole_readings
from leleka.services.sources.contracts import SourceView

register = template.Library()
_DATE_WORDS: Final = {
    "%d": _("dd"),
    "%m": _("mm"),
    "%Y": _("yyyy"),
    "%y": _("yy"),
    "%H": _("hh"),
    "%M": _("min"),
}
_PLACES: Final[Mapping[str, tuple[str, Promise]]] = {
    "upload": ("upload", _("Uploaded file")),
    "folder": ("folder", _("Folder of the server")),
    "bucket": ("external-link", _("Bucket or server")),
    "database": ("database", _("Database")),
}
_URL: Final = re.compile("[a-z0-9]+://")
_PLACE: Final = re.compile("%[a-zA-Z]")
_CLASSES: Final = {
    ColumnClass.IDENTIFIER: _("Identifies a person"),
    ColumnClass.CONTACT: _("Contact details"),
    ColumnClass.TEXT: _("Free text"),
    ColumnClass.HARMLESS: _("Harmless"),
}
_ONE_OF: Final = {  # by the hours of the unit
    0: _("everything in every reading"),
    1: _("everything once an hour"),
    24: _("everything once a day"),
}
_WHOLE: Final = 100
_TENTH: Final = 0.1


@register.filter
def filename(path: str) -> str:
    """Return the name of a file or pattern without its folders."""
    return PurePath(path).name or path


@register.filter
def place_icon(source: SourceView) -> str:
    """Return the picture of where a source comes from."""
    return _PLACES[_kind_of_place(source)][0]


@register.filter
def place_word(source: SourceView) -> Promise:
    """Return where a source comes from, in words."""
    return _PLACES[_kind_of_place(source)][1]


@register.filter
def place_name(source: SourceView) -> str:
    """Return the files, the table, or the connection that a source comes from."""
    if source.upload:
        return source.file
    names = ", ".join(filename(file) for file in source.files[:2]) or source.table or str(_("a query"))
    return f"{source.connection}: {names}" if source.connection else names


def _kind_of_place(source: SourceView) -> str:
    if source.upload:
        return "upload"
    if not source.files:
        return "database"
    return "bucket" if source.connection or _URL.match(source.files[0]) else "folder"


@register.filter
def signed(change: int) -> str:
    """Return by how much a number changed, with its sign."""
    return f"{'+' if change > 0 else '−'}{number_format(abs(change), 0, force_grouping=True)}"


@register.filter
def class_word(klass: ColumnClass) -> Promise:
    return _CLASSES[klass]


@register.filter
def percent(share: float) -> str:
    """Return a share as a percentage: never a whole hundred, nor nothing, that is none."""
    told = round(min(share * _WHOLE, 99.9), 1) if share < 1 else 100
    if share and not told:
        return f"< {number_format(_TENTH, 1)} %"
    return f"{number_format(told, 1 if told % 1 else 0)} %"


@register.filter
def share_empty(filled: int, rows: int) -> str:
    """Return which share of the rows has no value."""
    return percent((rows - filled) / rows) if rows else "–"


@register.filter
def date_form(pattern: str) -> str:
    """Return the form of dates as people write it, dd.mm.yyyy, or a number with its decimals."""
    if pattern.startswith("decimal "):
        return f"1{pattern.removeprefix('decimal ')}5"
    return _PLACE.sub(lambda found: str(_DATE_WORDS.get(found[0], found[0])), pattern)


@register.filter
def size(count: int) -> str:
    """Return a number of bytes as people say it, in the units of the operator's settings."""
    for unit, word in ((10**9, _("GB")), (10**6, _("MB")), (10**3, _("kB"))):
        if count >= unit:
            told = count / unit
            return f"{number_format(told, 1 if told % 1 >= _TENTH else 0)} {word}"
    return ngettext("%(n)d byte", "%(n)d bytes", count) % {"n": count}


@register.filter
def whole_words(written: int | str) -> str:
    """Return how often a source that is read by what changed is read whole."""
    every = whole_readings.parse(written) or whole_readings.WholeEvery(whole_readings.DEFAULT)
    if every.number == 1:
        often = str(_ONE_OF[every.hours])
    else:
        n = every.number
        often = {
            0: ngettext("everything once in %(n)s reading", "everything once in %(n)s readings", n),
            1: ngettext("everything once in %(n)s hour", "everything once in %(n)s hours", n),
        }.get(every.hours) or ngettext("everything once in %(n)s day", "everything once in %(n)s days", n)
    return str(_("%(often)s; deleted rows stay until then")) % {
        "often": often % {"n": number_format(every.number)}
    }
