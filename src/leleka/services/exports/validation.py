"""Checking the exports of a file against the columns, and against the other exports to their accounts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leleka.core.columns import ColumnType
from leleka.core.data_matching import LeaverPolicy
from leleka.core.ready_by import ReadyBy, parse_ready_by
from leleka.core.schedules.model import ExportSchedule
from leleka.core.schedules.parser import parse_export_schedule
from leleka.services.connections.field_conflicts import clashes, writer_of
from leleka.services.definition_schema.problem_collector import Gathering, Location
from leleka.services.definition_schema.schema import ExportDefinition, MatchingDefinition
from leleka.services.exports.data_matching import growth_data, leavers_data, matching_data
from leleka.services.installation import configuration as installation_configuration
from leleka.state.models import Export, Measure


@dataclass(frozen=True, slots=True)
class CheckedExport:
    name: str
    connection: str
    target: str
    segments: Sequence[str]
    matching: dict[str, Any]
    leavers: dict[str, Any]
    automations: bool
    subscribe_unconfirmed: bool
    limit: int
    growth: dict[str, Any]
    schedule: ExportSchedule
    ready_by: ReadyBy | None


@dataclass(frozen=True, slots=True)
class Staying:
    """What is in the state and stays there, whatever the file says of it.

    ``accounts`` are those of the connections by name; exports come with the names of their connections.
    """

    accounts: Mapping[str, str]
    segments: frozenset[str]
    exports: Sequence[tuple[Export, str]]
    may_detach: bool = False  # whether an export may be left without a connection


class ExportChecks:
    """Checks exports one by one, then all of them together."""

    def __init__(self, found: Gathering, staying: Staying) -> None:
        self._found = found
        self._staying = staying

    def export(self, number: int, part: ExportDefinition) -> CheckedExport:
        here: Location = ("exports", number)
        connections = {
            c.name for c in self._found.file.definitions.connections
        } | self._staying.accounts.keys()
        detached = self._staying.may_detach and not part.connection
        if not detached and part.connection not in connections:
            close = self._found.near(part.connection, connections)
            self._found.add(
                (*here, "connection"), "CONNECTION_UNKNOWN.named", name=part.connection, near=close
            )
        segments = {s.name for s in self._found.file.definitions.segments} | self._staying.segments
        for place, name in enumerate(part.segments):
            if name not in segments:
                where, close = (*here, "segments", place), self._found.near(name, segments)
                self._found.add(where, "SEGMENT_UNKNOWN.named", name=name, near=close)
        self._matching((*here, "data_matching"), part.data_matching)
        self._leavers(here, part)
        return CheckedExport(
            name=part.name,
            connection=part.connection,
            target=part.list_id,
            segments=tuple(dict.fromkeys(part.segments)),
            matching=matching_data(part.data_matching),
            leavers=leavers_data(part.leavers),
            automations=part.automations,
            subscribe_unconfirmed=part.subscribe_unconfirmed,
            limit=part.limit,
            growth=growth_data(part.growth),
            schedule=self._schedule((*here, "schedule"), part.schedule),
            ready_by=self._ready_by((*here, "ready_by"), part.ready_by),
        )

    def _ready_by(self, here: Location, told: object) -> ReadyBy | None:
        zone = installation_configuration.configuration().time_zone
        where = self._found.file.where(here)
        return self._found.attempt(here, lambda: parse_ready_by(told, where, zone))

    def _schedule(self, here: Location, told: object) -> ExportSchedule:
        read = self._found.attempt(here, lambda: parse_export_schedule(told, self._found.file.where(here)))
        return read or ExportSchedule()

    def _matching(self, here: Location, part: MatchingDefinition) -> None:
        table = self._found.known.profile_table
        if self._found.column(table, part.email, (*here, "email"), "MAP_COLUMN_UNKNOWN"):
            found = table.column(part.email)
            if Measure.objects.filter(name=part.email).exists() or self._is_measure(part.email):
                self._found.add((*here, "email"), "MAP_EMAIL_MEASURE", column=part.email)
            if found is not None and found.type is not ColumnType.TEXT:
                self._found.add((*here, "email"), "MAP_EMAIL_TYPE", column=part.email, type=found.type)
        for name in ("first_name", "last_name", "phone"):
            line = getattr(part, name)
            if line is not None:
                self._found.column(table, line.column, (*here, name), "MAP_COLUMN_UNKNOWN")
        targets: Counter[str] = Counter()
        for number, field in enumerate(part.fields):
            self._found.column(table, field.column, (*here, "fields", number), "MAP_COLUMN_UNKNOWN")
            targets[field.field] += 1
            if targets[field.field] > 1:
                self._found.add((*here, "fields", number), "MAP_TARGET_TWICE.field", field=field.field)
        for number, tag in enumerate(part.tags):
            if not tag.strip() or "," in tag or not tag.isprintable():
                self._found.add((*here, "tags", number), "MAP_TAG_INVALID")

    def _is_measure(self, column: str) -> bool:
        """Return whether the same file makes a measure of this name."""
        return any(one.name == column for one in self._found.file.definitions.measures)

    def _leavers(self, here: Location, part: ExportDefinition) -> None:
        mapped = {field.field for field in part.data_matching.fields}
        if part.leavers.policy is LeaverPolicy.MARK and part.leavers.field in mapped:
            self._found.add((*here, "leavers"), "MAP_TARGET_TWICE.mark", field=part.leavers.field)

    def shared_fields(self, accounts: Mapping[str, str], exports: Sequence[CheckedExport]) -> None:
        """Two exports to one account may not write one field in two ways."""
        accounts = {**self._staying.accounts, **accounts}
        named = {export.name for export in exports}
        stored = self._staying.exports
        others = [
            writer_of(export.name, accounts.get(connection, ""), export.matching, export.leavers)
            for export, connection in stored
            if export.name not in named
        ]
        for number, export in enumerate(exports):
            account = accounts.get(export.connection)
            if account is None:
                continue
            writer = writer_of(export.name, account, export.matching, export.leavers)
            for field, clash in (clash for other in others for clash in clashes(writer, other)):
                self._found.note(self._line_of(number, export, field), clash)
            others.append(writer)

    def _line_of(self, number: int, export: CheckedExport, field: str) -> Location:
        here: Location = ("exports", number)
        if export.leavers["field"] == field:
            return (*here, "leavers")
        if not field.startswith("field:"):
            return (*here, "data_matching", field)
        fields = self._found.file.definitions.exports[number].data_matching.fields
        place = next(n for n, line in enumerate(fields) if f"field:{line.field}" == field)
        return (*here, "data_matching", "fields", place)
