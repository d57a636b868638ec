"""Template tags of expectations: each as a sentence."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from django import template
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leleka.core.quality.model import LEAST_LOSS, TODAY, Kind
from leleka.errors import Problem
from leleka.services.quality.contracts import Found
from leleka.services.translation import in_this_language

register = template.Library()
_KINDS: Final[Mapping[Kind, Promise]] = {
    Kind.UNIQUE: gettext_lazy("Unique"),
    Kind.FILLED: gettext_lazy("Filled"),
    Kind.VALUES: gettext_lazy("One of a list"),
    Kind.RANGE: gettext_lazy("In a range"),
    Kind.FRESH: gettext_lazy("Fresh"),
    Kind.ROWS: gettext_lazy("Number of rows"),
}
_FOUND: Final[Mapping[Found, Promise]] = {
    Found.HELD: gettext_lazy("holds"),
    Found.BROKEN: gettext_lazy("is broken"),
    Found.UNKNOWN: gettext_lazy("not judged yet"),
}
_SHOWN: Final = 12  # values of a list


@register.filter
def kind_word(kind: Kind) -> Promise:
    return _KINDS[kind]


@register.filter
def found_word(found: Found) -> Promise:
    return _FOUND[found]


@register.filter
def in_words(problem: Problem) -> str:
    """Return what is wrong, without what to do."""
    return in_this_language(problem).message


@register.filter
def as_json(told: Mapping[str, Any]) -> str:
    return orjson.dumps(told).decode()


@register.filter
def lines(values: Sequence[object] | None) -> str:
    return "\n".join(map(str, values or ()))


@register.simple_tag
def expectation(told: Mapping[str, Any], guard: bool = False) -> str:
    """Return an expectation as a sentence in the reader's language."""
    if guard:
        return _("The table does not come back empty, nor with half of its rows gone (%(rows)s or more)") % {
            "rows": number_format(LEAST_LOSS)
        }
    said = {**told, "column": told.get("column", "")}
    return {
        Kind.UNIQUE: _unique,
        Kind.FILLED: _filled,
        Kind.VALUES: _values,
        Kind.RANGE: _range,
        Kind.FRESH: _fresh,
        Kind.ROWS: _rows,
    }[Kind(told["expect"])](said)


def _unique(told: Mapping[str, Any]) -> str:
    if "columns" in told:
        said = _("No two rows have the same %(columns)s") % {"columns": " + ".join(told["columns"])}
    else:
        said = _("No value of %(column)s repeats") % told
    return _("%(what)s, whatever the case of letters") % {"what": said} if told.get("ignore_case") else said


def _filled(told: Mapping[str, Any]) -> str:
    if "percent" not in told:
        return _("%(column)s is filled in every row") % told
    share = {"column": told["column"], "percent": number_format(told["percent"])}
    return _("%(column)s is filled in at least %(percent)s %% of the rows") % share


def _values(told: Mapping[str, Any]) -> str:
    shown = [str(one) for one in told["values"]]
    more = " …" if len(shown) > _SHOWN else ""
    return _("%(column)s is one of: %(values)s") % {**told, "values": ", ".join(shown[:_SHOWN]) + more}


def _range(told: Mapping[str, Any]) -> str:
    ends = {"column": told["column"], "low": _end(told.get("from")), "high": _end(told.get("to"))}
    if "from" not in told:
        return _("%(column)s is at most %(high)s") % ends
    if "to" not in told:
        return _("%(column)s is at least %(low)s") % ends
    return _("%(column)s is from %(low)s to %(high)s") % ends


def _end(end: object) -> str:
    if end == TODAY:
        return _("today")
    return number_format(end) if isinstance(end, int | float) else str(end)


def _fresh(told: Mapping[str, Any]) -> str:
    hours = told["hours"]
    if not told["column"]:
        return ngettext(
            "The newest file is at most %(hours)s hour old",
            "The newest file is at most %(hours)s hours old",
            hours,
        ) % {"hours": number_format(hours)}
    said = {"column": told["column"], "hours": number_format(hours)}
    return (
        ngettext(
            "The newest value of %(column)s is at most %(hours)s hour old",
            "The newest value of %(column)s is at most %(hours)s hours old",
            hours,
        )
        % said
    )


def _rows(told: Mapping[str, Any]) -> str:
    said = []
    if "at_least" in told:
        said.append(_("at least %(rows)s rows") % {"rows": number_format(told["at_least"])})
    if "lose_percent" in told:
        percent = {"percent": number_format(told["lose_percent"])}
        said.append(_("at most %(percent)s %% fewer rows than before") % percent)
    return _("The table has %(what)s") % {"what": ", ".join(said)}
