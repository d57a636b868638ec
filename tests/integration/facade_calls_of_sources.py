"""How the functions of data sources and relationships are called in a test of permissions."""

from collections.abc import Mapping
from typing import Final

from leleka.services.paging import ListQuery
from leleka.services.quality import commands as quality_commands
from leleka.services.quality import queries as quality_queries
from leleka.services.relationships import commands as relationship_commands
from leleka.services.relationships import queries as relationship_queries
from leleka.services.source_connections import commands as source_connection_commands
from leleka.services.source_connections import queries as source_connection_queries
from leleka.services.source_connections.contracts import SourceConnectionForm
from leleka.services.sources import commands as source_commands
from leleka.services.sources import queries as source_queries
from leleka.services.sources.contracts import Choices
from leleka.services.uploads import commands as upload_commands
from leleka.services.uploads.contracts import Reception
from tests.integration.facade_places import UNKNOWN, Call, Function, exactly, given

SEEING_SOURCES: Final[Mapping[Function, Call]] = {
    quality_queries.quality: given(UNKNOWN),
    quality_queries.quality_of: given("nobody"),
    quality_queries.summaries: given(),
    source_queries.curves: given(),
    source_queries.list_sources: given(),
    source_queries.readings: given(UNKNOWN),
    source_queries.source: given(UNKNOWN),
    source_queries.sources_after: given(0, 1),
    source_queries.table: given(UNKNOWN),
    source_queries.values: given(UNKNOWN, "id"),
    source_queries.bars: given(UNKNOWN, "id"),
    relationship_queries.list_relationships: given(),
    relationship_queries.relationship: given(UNKNOWN),
    relationship_queries.relationships_after: given(0, 1),
    relationship_queries.tables: given(),
}
EDITING_SOURCES: Final[Mapping[Function, Call]] = {
    quality_commands.accept: given(UNKNOWN, "x"),
    quality_commands.add: given(UNKNOWN, {}, 1),
    quality_commands.expect: given(UNKNOWN, [], 1),
    quality_commands.remove: given(UNKNOWN, 0, 1),
    quality_queries.columns_for: given(UNKNOWN, "unique"),
    quality_queries.suggested: given(UNKNOWN),
    quality_queries.tried: given(UNKNOWN, []),
    source_queries.places_in: given(),
    source_commands.create: given({"name": "x", "files": ["/nowhere/x.csv"]}),
    source_commands.update: given(UNKNOWN, {"name": "x", "files": ["/nowhere/x.csv"]}, 1),
    source_commands.remove: given(UNKNOWN),
    source_commands.ask_examination: given({"files": ["/nowhere/x.csv"]}),
    source_commands.examine_again: given(UNKNOWN),
    source_commands.read_again: given(UNKNOWN, {}),
    source_commands.save_examined: given(UNKNOWN, Choices("x")),
    relationship_commands.create: given({}),
    relationship_commands.update: given(UNKNOWN, {}, 1),
    relationship_commands.remove: given(UNKNOWN),
    relationship_commands.ask_suggestions: given(),
    upload_commands.receive: given(Reception(1)),
    upload_commands.keep: exactly(lambda at: (at.folder / "empty", "x.csv")),
    upload_commands.replace: exactly(lambda at: (UNKNOWN, at.folder / "empty", "x.csv")),
}
_FORM: Final = SourceConnectionForm("Other", "sqlite", {})
CONNECTING_SOURCES: Final[Mapping[Function, Call]] = {
    source_connection_commands.create: given(_FORM),
    source_connection_commands.probe: given(_FORM),
    source_connection_commands.probe_saved: given(UNKNOWN),
    source_connection_commands.remove: given(UNKNOWN, 1),
    source_connection_commands.update: given(UNKNOWN, 1, _FORM),
    source_connection_queries.find_source_connections: given(ListQuery()),
    source_connection_queries.kind_of: given("sqlite"),
    source_connection_queries.kinds: given(),
    source_connection_queries.source_connection: given(UNKNOWN),
    source_connection_queries.source_connections_after: given(0, 1),
}
