"""The figures of the charts as JSON, in the user's language; visible to everybody who may see the page."""

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

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
    """Return a run's rate and the allowed one."""
    rate = charts.rate_of(actor_of(request), number)
    series = [
        {**_series(_("Sent per minute"), "blue", [round(sent) for _at, sent in rate.points]), "filled": True}
    ]
    if rate.allowed is not None:
        allowed = [round(rate.allowed)] * len(rate.points)
        series.append({**_series(_("Allowed per minute"), "orange", allowed), "dashed": True})
    return _chart(
        [moment.timestamp() for moment, _sent in rate.points], series, seconds=rate.seconds < _MINUTE
    )


def _series(label: str, tone: str, values: Sequence[int]) -> Series:
    return {"label": label, "tone": tone, "values": values}


def _chart(moments: Sequence[float], series: Sequence[Series], *, seconds: bool = False) -> HttpResponse:
    return JsonResponse({"when": _("When"), "moments": moments, "series": series, "seconds": seconds})
