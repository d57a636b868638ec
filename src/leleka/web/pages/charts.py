"""The figures of the charts as JSON, in the user's language; visible to everybody who may see the page."""

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leleka.services.home import charts
from leleka.web.request import Request, actor_of

Series = dict[str, Any]
_MINUTE: Final = 60


def export(request: Request, number: int) -> HttpResponse:
    """Return delivered, rejected and excluded of an export's runs."""
    points = charts.runs_of(actor_of(request), number)
    return _chart(
        [point.ended.timestamp() for point in points],
        [
            _series(_("Delivered"), "green", [point.delivered for point in points]),
            _series(_("Rejected"), "red", [point.rejected for point in points]),
            _series(_("Excluded"), "orange", [point.excluded for point in points]),
        ],
    )


def segment(request: Request, number: int) -> HttpResponse:
    """Return a segment's size over time."""
    sizes = charts.sizes_of(actor_of(request), number)
    return _chart(
        [moment.timestamp() for moment, _size in sizes],
        [{**_series(_("Members"), "blue", [size for _moment, size in sizes]), "filled": True}],
    )


def run(request: Request, number: int) -> HttpResponse:
    """Return what a run sent, step by step, and what was allowed."""
    sent = charts.sent_of(actor_of(request), number)
    label, limit = _words(sent.seconds)
    series = [{**_series(label, "blue", [contacts for _at, contacts in sent.points]), "filled": True}]
    if sent.allowed is not None:
        allowed = [round(sent.allowed)] * len(sent.points)
        series.append({**_series(limit, "orange", allowed), "dashed": True})
    return _chart(
        [moment.timestamp() for moment, _sent in sent.points], series, seconds=sent.seconds < _MINUTE
    )


def _words(seconds: int) -> tuple[str, str]:
    """Return what is counted, and its limit, in steps of so many seconds."""
    if seconds == _MINUTE:
        return _("Sent per minute"), _("Allowed per minute")
    if seconds < _MINUTE:
        told = {"seconds": seconds}
        sent = ngettext("Sent in %(seconds)d second", "Sent in %(seconds)d seconds", seconds)
        allowed = ngettext("Allowed in %(seconds)d second", "Allowed in %(seconds)d seconds", seconds)
        return sent % told, allowed % told
    told = {"minutes": seconds // _MINUTE}
    sent = ngettext("Sent in %(minutes)d minute", "Sent in %(minutes)d minutes", told["minutes"])
    allowed = ngettext("Allowed in %(minutes)d minute", "Allowed in %(minutes)d minutes", told["minutes"])
    return sent % told, allowed % told


def _series(label: str, tone: str, values: Sequence[int]) -> Series:
    return {"label": label, "tone": tone, "values": values}


def _chart(moments: Sequence[float], series: Sequence[Series], *, seconds: bool = False) -> HttpResponse:
    return JsonResponse({"when": _("When"), "moments": moments, "series": series, "seconds": seconds})
