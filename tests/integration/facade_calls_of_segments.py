"""How the functions that tell more of segments than their size are called in a test of permissions."""

from collections.abc import Mapping
from typing import Final

from leleka.core.clock import SystemClock
from leleka.core.statuses import TaskStatus
from leleka.services.builder import commands as builder_commands
from leleka.services.builder import effects
from leleka.services.builder import queries as builder_queries
from leleka.services.builder.contracts import Draft
from leleka.services.customers import queries as customer_queries
from leleka.services.lists import commands as list_commands
from leleka.services.lists import picking
from leleka.services.lists import queries as list_queries
from leleka.services.paging import ListQuery
from leleka.services.segments import bulk, figures, states, tags, warnings
from leleka.services.segments import queries as segment_queries
from leleka.services.segments.contracts import SegmentSettings
from leleka.services.tasks.commands import TaskView
from tests.integration.facade_places import UNKNOWN, Call, Function, given

SEEING_SEGMENTS: Final[Mapping[Function, Call]] = {
    figures.breakdown: given(UNKNOWN, "id"),
    figures.columns: given(),
    figures.evaluations: given(UNKNOWN),
    figures.movement: given(UNKNOWN),
    figures.overlap: given([UNKNOWN, UNKNOWN + 1]),
    customer_queries.listed_in: given(UNKNOWN),
    customer_queries.members_of: given(UNKNOWN),
    effects.ask_next_exports: given(UNKNOWN),
    effects.effects_of: given(TaskView(UNKNOWN, "count", "", TaskStatus.QUEUED, "", {}, {}, [])),
    effects.next_exports: given(UNKNOWN),
    list_queries.address_columns: given(),
    list_queries.find_lists: given(ListQuery()),
    list_queries.list_lists: given(),
    list_queries.lists_after: given(0, 10),
    list_queries.named: given("Nobody"),
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
    effects.ask_effects: given(UNKNOWN, {}),
    effects.effects: given(UNKNOWN, {}),
    list_commands.add: given(UNKNOWN, [], 1),
    list_commands.create: given("", []),
    list_commands.take_out: given(UNKNOWN, [], 1),
    picking.pick: given([], ""),
    picking.pick_into: given([], UNKNOWN),
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
    list_queries.contents: given(UNKNOWN),
    figures.download_periods: given(UNKNOWN),
}
