"""How the functions that tell more of segments than their size are called in a test of permissions."""

from collections.abc import Mapping
from typing import Final

from leleka.core.clock import SystemClock
from leleka.services.builder import commands as builder_commands
from leleka.services.builder import queries as builder_queries
from leleka.services.builder.contracts import Draft
from leleka.services.lists import commands as list_commands
from leleka.services.lists import queries as list_queries
from leleka.services.segments import bulk, figures, states, tags, warnings
from leleka.services.segments import queries as segment_queries
from leleka.services.segments.contracts import SegmentSettings
from tests.integration.facade_places import UNKNOWN, Call, Function, given

SEEING_SEGMENTS: Final[Mapping[Function, Call]] = {
    figures.breakdown: given(UNKNOWN, "id"),
    figures.columns: given(),
    figures.evaluations: given(UNKNOWN),
    figures.movement: given(UNKNOWN),
    figures.overlap: given([UNKNOWN, UNKNOWN + 1]),
    list_queries.lists_after: given(0, 10),
    list_queries.profile_list: given(UNKNOWN),
    segment_queries.chosen_segments: given([UNKNOWN]),
    tags.list_tags: given(),
    warnings.unserved: given(),
}
SEEING_MEMBERS: Final[Mapping[Function, Call]] = {figures.periods: given(UNKNOWN)}
EDITING_RULES: Final[Mapping[Function, Call]] = {
    bulk.act_on: given("activate", [UNKNOWN], SystemClock()),
    states.set_settings: given(UNKNOWN, SegmentSettings(), 1, SystemClock()),
    tags.rename_tag: given(UNKNOWN, "Other"),
    list_commands.create: given("", []),
    list_commands.give: given(UNKNOWN, [], "", 1),
    list_commands.remove: given(UNKNOWN),
    builder_commands.drop_draft: given(None),
    builder_commands.keep_draft: given(None, Draft("x")),
    builder_queries.counts: given({"column": "id"}),
    builder_queries.draft: given(),
    builder_queries.vocabulary: given(),
}
DOWNLOADING_MEMBERS: Final[Mapping[Function, Call]] = {
    figures.download: given(UNKNOWN),
    figures.download_periods: given(UNKNOWN),
}
