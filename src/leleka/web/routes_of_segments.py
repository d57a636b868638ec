"""The pages of segments: a part of the table in ``web.routes``."""

from typing import Final

from leleka.services.access.permissions import Permission
from leleka.web.pages import charts, segments, system
from leleka.web.pages.builder import form, live
from leleka.web.pages.members import figures, lists, search
from leleka.web.pages.states import settings, several
from leleka.web.route import BOTH, POST, Route

EDIT: Final = Permission.EDIT_SEGMENTS

SEGMENT_ROUTES: Final[tuple[Route, ...]] = (
    Route("segments", segments.index, "segments", Permission.SEE),
    Route("segments/change", several.change, "segments_change", EDIT, BOTH),
    Route("segments/tags", several.all_tags, "segment_tags", EDIT, BOTH),
    Route("segments/add", form.add, "segment_add", EDIT, BOTH),
    Route("segments/builder/counts", live.counts, "builder_counts", EDIT, POST),
    Route("segments/builder/effects", live.effects_on_exports, "builder_effects", EDIT, POST),
    Route("segments/builder/text", live.text, "builder_text", EDIT, POST),
    Route("segments/builder/draft", live.draft, "builder_draft", EDIT, POST),
    Route("segments/builder/values", live.values, "builder_values", EDIT),
    Route("segments/lists", lists.index, "lists", Permission.SEE),
    Route("segments/lists/add", lists.add, "list_add", EDIT, BOTH),
    Route("segments/lists/<int:number>", lists.show, "list", Permission.SEE),
    Route("segments/lists/<int:number>/change", lists.change, "list_change", EDIT, BOTH),
    Route("segments/lists/<int:number>/remove", lists.remove, "list_remove", EDIT, BOTH),
    Route("segments/<int:number>", segments.show, "segment", Permission.SEE),
    Route("segments/<int:number>/chart", charts.segment, "segment_chart", Permission.SEE),
    Route("segments/<int:number>/edit", form.edit, "segment_edit", EDIT, BOTH),
    Route("segments/<int:number>/settings", settings.edit, "segment_settings", EDIT, BOTH),
    Route("segments/<int:number>/remove", segments.remove, "segment_remove", EDIT, BOTH),
    Route(
        "segments/<int:number>/refresh",
        system.refresh_segment,
        "segment_refresh",
        EDIT,
        POST,
    ),
    Route("segments/<int:number>/find", search.members, "segment_find", Permission.SEE),
    Route("segments/<int:number>/members", segments.members, "segment_members", Permission.SEE, POST),
    Route("segments/refresh", system.refresh_segments, "segments_refresh", EDIT, POST),
    Route(
        "segments/<int:number>/exports",
        segments.exports,
        "segment_exports",
        Permission.EDIT_SHARED_EXPORTS,
        BOTH,
    ),
    Route("segments/<int:number>/over-time", figures.over_time, "segment_over_time", Permission.SEE),
    Route("segments/<int:number>/next-exports", figures.next_exports, "segment_next_exports", Permission.SEE),
    Route("segments/<int:number>/overlap", figures.overlap, "segment_overlap", Permission.SEE),
    Route("segments/<int:number>/breakdown", figures.breakdown, "segment_breakdown", Permission.SEE),
    Route(
        "segments/<int:number>/download", figures.download, "segment_download", Permission.DOWNLOAD_PERSONAL
    ),
)
