"""How the functions that tell more of segments than their size are called in a test of permissions."""

from collections.abc import Mapping
from typing import Final

from leleka.services.lists import commands as list_commands
from leleka.services.lists import queries as list_queries
from leleka.services.segments import figures
from tests.integration.facade_places import UNKNOWN, Call, Function, given

SEEING_SEGMENTS: Final[Mapping[Function, Call]] = {
    figures.breakdown: given(UNKNOWN, "id"),
    figures.columns: given(),
    figures.evaluations: given(UNKNOWN),
    figures.movement: given(UNKNOWN),
    figures.overlap: given([UNKNOWN, UNKNOWN + 1]),
    list_queries.lists_after: given(0, 10),
    list_queries.profile_list: given(UNKNOWN),
}
SEEING_MEMBERS: Final[Mapping[Function, Call]] = {figures.periods: given(UNKNOWN)}
EDITING_LISTS: Final[Mapping[Function, Call]] = {
    list_commands.create: given("", []),
    list_commands.give: given(UNKNOWN, [], "", 1),
    list_commands.remove: given(UNKNOWN),
}
DOWNLOADING_MEMBERS: Final[Mapping[Function, Call]] = {
    figures.download: given(UNKNOWN),
    figures.download_periods: given(UNKNOWN),
}
