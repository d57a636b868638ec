"""The whole of a definitions file."""

from pydantic import Field

from leleka.services.definition_schema.schema import (
    ConnectionDefinition,
    ExportDefinition,
    ListDefinition,
    MeasureDefinition,
    Part,
    RelationshipDefinition,
    SegmentDefinition,
    SourceConnectionDefinition,
)
from leleka.services.definition_schema.sources import SourceDefinition


class Definitions(Part):
    source_connections: list[SourceConnectionDefinition] = Field(default_factory=list)
    sources: list[SourceDefinition] = Field(default_factory=list)
    relationships: list[RelationshipDefinition] = Field(default_factory=list)
    measures: list[MeasureDefinition] = Field(default_factory=list)
    lists: list[ListDefinition] = Field(default_factory=list)
    segments: list[SegmentDefinition] = Field(default_factory=list)
    connections: list[ConnectionDefinition] = Field(default_factory=list)
    exports: list[ExportDefinition] = Field(default_factory=list)
    system_schedule: object = None  # off, or a schedule; where the file is silent it stays as it is
