"""Template tags of data sources: files, classes, shares, forms of dates."""

import re
from pathlib import PurePath
from typing import Final

from django import template
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from leleka.core.column_classes import ColumnClass

register = template.Library()
_DATE_WORDS: Final = {
    "%d": _("dd"),
    "%m": _("mm"),
    "%Y": _("yyyy"),
    "%y": _("yy"),
    "%H": _("hh"),
    "%M": _("min"),
}
_PLACE: Final = re.compile("%[a-zA-Z]")
_CLASSES: Final = {
    ColumnClass.IDENTIFIER: _("Identifies a person"),
    ColumnClass.CONTACT: _("Contact details"),
    ColumnClass.TEXT: _("Free text"),
    ColumnClass.HARMLESS: _("Harmless"),
}
_WHOLE: Final = 100
_TENTH: Final = 0.1


@register.filter
def filename(path: str) -> str:
    """Return the name of a file or pattern without its folders."""
    return PurePath(path).name or path


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
