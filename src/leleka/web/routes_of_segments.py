"""The further pages of segments: a part of the table in ``web.routes``."""

from typing import Final

from leleka.services.access.permissions import Permission
from leleka.web.pages.members import figures
from leleka.web.route import Route

SEGMENTS: Final[tuple[Route, ...]] = (
    Route("segments/<int:number>/over-time", figures.over_time, "segment_over_time", Permission.SEE),
    Route("segments/<int:number>/overlap", figures.overlap, "segment_overlap", Permission.SEE),
    Route("segments/<int:number>/breakdown", figures.breakdown, "segment_breakdown", Permission.SEE),
    Route(
        "segments/<int:number>/download", figures.download, "segment_download", Permission.DOWNLOAD_PERSONAL
    ),
)
