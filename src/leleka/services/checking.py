"""Checking definitions against the columns, the hosts and each other, before anything is changed."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

from leleka.core.columns import Catalogue, ColumnType, Table
from leleka.core.configuration import Network
from leleka.core.matching import LeaverPolicy
from leleka.core.rules import to_data
from leleka.core.rules_parsing import parse
from leleka.core.secret import Secret
from leleka.destinations.registry import spec_of
from leleka.errors import InvalidInput, Problem
from leleka.services.connecting import is_reference
from leleka.services.definitions import ConnectionDefinition, ExportDefinition, MatchingDefinition
from leleka.services.matching import leavers_data, matching_data
from leleka.services.reading import DefinitionsFile
from leleka.state.models import Connection, Segment

Location = tuple[str | int, ...]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class CheckedConnection:
    name: str
    type: str
    host: str
    account: str
    key: Secret | None
    key_reference: str
    audience: str
    share: float
    consent_by: str
    consent_version: str
    consent_language: str


@dataclass(frozen=True, slots=True)
class CheckedExport:
    name: str
    connection: str
    target: str
    segments: Sequence[str]
    matching: dict[str, Any]
    leavers: dict[str, Any]
    automations: bool
    limit: int


@dataclass(frozen=True, slots=True)
class Checked:
    """A file in which everything is right."""

    segments: Mapping[str, dict[str, object]]
    connections: Sequence[CheckedConnection]
    exports: Sequence[CheckedExport]


class _Checks:
    """Gathers what is wrong, so that all of it is said at once."""

    def __init__(self, file: DefinitionsFile, known: Catalogue, network: Network) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._known = known
        self._network = network

    def attempt(self, location: Location, work: Callable[[], _T]) -> _T | None:
        """Do ``work``; what it raises is noted with its place in the file."""
        try:
            return work()
        except InvalidInput as error:
            for problem in error.problems:
                place = problem.where or self._file.where(location)
                self.problems.append(Problem(problem.code, problem.message, place, problem.remedy))
            return None

    def add(self, location: Location, code: str, message: str, remedy: str = "") -> None:
        self.problems.append(Problem(code, message, self._file.where(location), remedy))

    def names(self) -> None:
        parts = self._file.definitions
        for kind in ("sources", "relationships", "segments", "connections", "exports"):
            counted = Counter(part.name for part in getattr(parts, kind))
            for name, number in counted.items():
                if number > 1:
                    self.add((kind,), "NAME_TWICE", f"{number} {kind} are called {name!r}.")

    def profiles(self) -> None:
        table = self._known.profile_table
        if not table.primary_key:
            self.add(
                ("sources",),
                "PROFILE_KEY_UNSET",
                f"Source {table.name!r} holds the profiles and needs a primary_key.",
            )

    def relationships(self) -> None:
        for number, part in enumerate(self._file.definitions.relationships):
            relation = part.record()
            ends = ((relation.table, relation.column, "from"), (relation.to_table, relation.to_column, "to"))
            for source, column, end in ends:
                location = ("relationships", number, end)
                table = self._known.tables.get(source)
                if table is None:
                    self.add(
                        location,
                        "SOURCE_UNKNOWN",
                        f"There is no source {source!r}.",
                        _near(source, self._known.tables),
                    )
                elif table.column(column) is None:
                    self.column(table, column, location, "SOURCE_UNKNOWN_COLUMN")

    def column(self, table: Table, name: str, location: Location, code: str) -> bool:
        if table.column(name) is not None:
            return True
        remedy = _near(name, [column.name for column in table.columns])
        self.add(location, code, f"Source {table.name!r} has no column {name!r}.", remedy)
        return False

    def segment(self, number: int, rules: object) -> dict[str, object] | None:
        where = self._file.where(("segments", number, "rules"))
        rule = self.attempt(("segments", number, "rules"), lambda: parse(rules, self._known, where))
        return to_data(rule) if rule is not None else None

    def connection(self, number: int, part: ConnectionDefinition) -> CheckedConnection | None:
        spec = spec_of(part.type)
        here: Location = ("connections", number)
        identity = self.attempt((*here, "host"), lambda: spec.identify(part.host, self._network))
        reference = is_reference(part.key)
        key = None if reference else self.attempt((*here, "key"), lambda: spec.check_key(part.key))
        self.attempt((*here, "name"), lambda: spec.check_name(part.name))
        if identity is None or (key is None and not reference):
            return None
        return CheckedConnection(
            name=part.name,
            type=part.type,
            host=str(identity),
            account=identity.account,
            key=key,
            key_reference=part.key if reference else "",
            audience=part.shared_with,
            share=part.share_of_limits,
            consent_by=part.consent.agreed_by,
            consent_version=part.consent.version,
            consent_language=part.consent.language,
        )

    def export(self, number: int, part: ExportDefinition) -> CheckedExport:
        here: Location = ("exports", number)
        connections = {c.name for c in self._file.definitions.connections}
        connections |= set(Connection.objects.values_list("name", flat=True))
        if part.connection not in connections:
            remedy = _near(part.connection, connections)
            self.add(
                (*here, "connection"),
                "CONNECTION_UNKNOWN",
                f"There is no connection {part.connection!r}.",
                remedy,
            )
        segments = {s.name for s in self._file.definitions.segments}
        segments |= set(Segment.objects.values_list("name", flat=True))
        for name in part.segments:
            if name not in segments:
                remedy = _near(name, segments)
                self.add((*here, "segments"), "SEGMENT_UNKNOWN", f"There is no segment {name!r}.", remedy)
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
            limit=part.limit,
        )

    def _matching(self, here: Location, part: MatchingDefinition) -> None:
        table = self._known.profile_table
        if self.column(table, part.email, (*here, "email"), "MAP_COLUMN_UNKNOWN"):
            found = table.column(part.email)
            if found is not None and found.type is not ColumnType.TEXT:
                self.add(
                    (*here, "email"), "MAP_EMAIL_TYPE", f"Column {part.email!r} holds {found.type}, not text."
                )
        for name in ("first_name", "last_name", "phone"):
            line = getattr(part, name)
            if line is not None:
                self.column(table, line.column, (*here, name), "MAP_COLUMN_UNKNOWN")
        targets: Counter[str] = Counter()
        for number, field in enumerate(part.fields):
            self.column(table, field.column, (*here, "fields", number), "MAP_COLUMN_UNKNOWN")
            targets[field.field] += 1
            if targets[field.field] > 1:
                self.add(
                    (*here, "fields", number), "MAP_TARGET_TWICE", f"Field {field.field} has two columns."
                )
        for number, tag in enumerate(part.tags):
            if not tag.strip() or "," in tag:
                self.add((*here, "tags", number), "MAP_TAG_INVALID", "A tag is a name without commas.")

    def _leavers(self, here: Location, part: ExportDefinition) -> None:
        mapped = {field.field for field in part.data_matching.fields}
        if part.leavers.policy is LeaverPolicy.MARK and part.leavers.field in mapped:
            message = f"Field {part.leavers.field} is both mapped and the mark of leavers."
            self.add((*here, "leavers"), "MAP_TARGET_TWICE", message, "Use a field of its own for the mark.")


def check_definitions(file: DefinitionsFile, known: Catalogue, network: Network) -> Checked:
    """Raises ``InvalidInput`` with everything that is wrong in the file."""
    checks = _Checks(file, known, network)
    checks.names()
    checks.profiles()
    checks.relationships()
    parts = file.definitions
    rules = {part.name: checks.segment(number, part.rules) for number, part in enumerate(parts.segments)}
    connections = [checks.connection(number, part) for number, part in enumerate(parts.connections)]
    exports = [checks.export(number, part) for number, part in enumerate(parts.exports)]
    if checks.problems:
        raise InvalidInput.of(checks.problems)
    return Checked(
        {name: rule for name, rule in rules.items() if rule is not None},
        [connection for connection in connections if connection is not None],
        exports,
    )


def _near(name: str, known: Any) -> str:
    close = get_close_matches(name, [str(one) for one in known], n=1)
    return f"Did you mean {close[0]!r}?" if close else ""
