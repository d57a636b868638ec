"""Checking definitions against the columns, the hosts and each other, before anything is changed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from leleka.core.columns import Catalogue
from leleka.core.configuration import Network
from leleka.core.measures.model import Measure, type_of
from leleka.core.rules.stored import names_in
from leleka.core.schedules.model import ExportSchedule
from leleka.core.schedules.parser import parse_schedule
from leleka.destinations.registry import spec_of, specs
from leleka.errors import InvalidInput
from leleka.services.connections.named_keys import is_reference
from leleka.services.connections.settings import CheckedSettings, check_plain, check_secret, identify
from leleka.services.definition_schema.connections import settings_given
from leleka.services.definition_schema.problem_collector import Gathering, Location
from leleka.services.definition_schema.schema import ConnectionDefinition, Consent, MeasureDefinition
from leleka.services.definitions.expectations import check_expectations
from leleka.services.definitions.kept import kept_connection, with_secrets
from leleka.services.definitions.searched import check_searched
from leleka.services.definitions.segments import CheckedSegment, check_segment
from leleka.services.definitions.yaml_file import DefinitionsFile
from leleka.services.exports.validation import CheckedExport, ExportChecks, Staying
from leleka.services.measures.validation import check_measure
from leleka.services.segments.usage import references, refuse_cycles
from leleka.services.sources.catalogue import with_measures, with_sets
from leleka.services.sources.column_classes import Classes

_KINDS: Final = ("sources", "relationships", "measures", "lists", "segments", "connections", "exports")
T = TypeVar("T")
_LIKELY: Final = 8  # characters: something shorter stands in names by chance


@dataclass(frozen=True, slots=True)
class CheckedConnection:
    name: str
    type: str
    settings: CheckedSettings
    audience: str
    share: float
    consent_by: str
    consent_version: str
    consent_language: str
    foreign: bool = False  # written by another installation: what it feeds starts inactive


@dataclass(frozen=True, slots=True)
class Checked:
    """A file in which everything is right."""

    expectations: Mapping[str, Sequence[dict[str, Any]]]  # of each source
    measures: Mapping[str, Measure]
    segments: Mapping[str, CheckedSegment]
    connections: Sequence[CheckedConnection]
    exports: Sequence[CheckedExport]
    system_schedule: ExportSchedule | None  # None where the file is silent of it


@dataclass(frozen=True, slots=True)
class Beside:
    """What a file's measures are checked with: the classes of columns, and the measures that stay, by their types."""

    classes: Classes
    measures: Mapping[str, str]


def _types(staying: Mapping[str, str], found: Mapping[str, Measure]) -> Mapping[str, str]:
    return {**staying, **{name: type_of(measure).value for name, measure in found.items()}}


class _Checks:
    """Checks everything but the exports."""

    def __init__(self, found: Gathering, network: Network) -> None:
        self._found = found
        self._network = network

    def names(self) -> None:
        parts = self._found.file.definitions
        for kind in _KINDS:
            seen: set[str] = set()
            for number, part in enumerate(getattr(parts, kind)):
                if part.name in seen:
                    self._found.add((kind, number, "name"), "NAME_TWICE", kind=kind, name=part.name)
                seen.add(part.name)

    def keys_in_names(self) -> None:
        """Names are shown to everyone: none may hold a key that stands in the same file, or look like one."""
        parts = self._found.file.definitions
        secrets = [
            given
            for part in parts.connections
            for name, given in settings_given(part, spec_of(part.type)).items()
            if name in spec_of(part.type).secrets
        ]
        keys = [key for key in secrets if not is_reference(key) and len(key) >= _LIKELY]
        for kind in _KINDS:
            for number, part in enumerate(getattr(parts, kind)):
                here: Location = (kind, number, "name")
                if any(key in part.name for key in keys):
                    self._found.add(here, "LOOKS_LIKE_SECRET.file")
                    continue
                for spec in specs():
                    self._found.attempt(here, lambda: spec.check_name(part.name))  # noqa: B023 - called at once
        if any(problem.code == "LOOKS_LIKE_SECRET" for problem in self._found.problems):
            raise InvalidInput.of(self._found.problems)

    def system_schedule(self, told: object) -> ExportSchedule | None:
        """Read ``off`` or a schedule; an export alone can follow the system."""
        here: Location = ("system_schedule",)
        if told is None:
            return None
        if told == "off" or told is False:
            return ExportSchedule("off")
        read = self._found.attempt(here, lambda: parse_schedule(told, self._found.file.where(here)))
        return ExportSchedule("own", read)

    def profiles(self) -> None:
        table = self._found.known.profile_table
        if not table.primary_key:
            number = next(
                (n for n, s in enumerate(self._found.file.definitions.sources) if s.name == table.name), None
            )
            self._found.add(
                ("sources",) if number is None else ("sources", number),
                "PROFILE_KEY_UNSET",
                source=table.name,
            )

    def classes(self) -> None:
        """A class that is declared for a column that is not there would protect nothing."""
        for number, part in enumerate(self._found.file.definitions.sources):
            for column in part.classes:
                location = ("sources", number, "classes", column)
                table = self._found.known.tables[part.name]
                self._found.column(table, column, location, "SOURCE_UNKNOWN_COLUMN.of_source")

    def relationships(self) -> None:
        for number, part in enumerate(self._found.file.definitions.relationships):
            relation = part.record()
            ends = ((relation.table, relation.column, "from"), (relation.to_table, relation.to_column, "to"))
            for source, column, end in ends:
                location = ("relationships", number, end)
                table = self._found.known.tables.get(source)
                if table is None:
                    close = self._found.near(source, self._found.known.tables)
                    self._found.add(location, "SOURCE_UNKNOWN.named", name=source, near=close)
                elif table.column(column) is None:
                    self._found.column(table, column, location, "SOURCE_UNKNOWN_COLUMN.of_source")

    def measures(self, classes: Classes, staying: Collection[str]) -> Mapping[str, Measure]:
        """Check the measures, and know them as columns of the profiles from here on."""
        parts = self._found.file.definitions.measures
        names, found = {*staying, *(part.name for part in parts)}, dict[str, Measure]()
        for number, part in enumerate(parts):
            here: Location = ("measures", number)
            measure = self._found.attempt(here, lambda: self._measure(here, part, classes, names))  # noqa: B023 - called at once
            if measure is not None:
                found[part.name] = measure
        return found

    def _measure(self, here: Location, part: MeasureDefinition, classes: Classes, names: set[str]) -> Measure:
        where = self._found.file.where(here)
        return check_measure(part.definition, part.name, self._found.known, classes, (where, names))

    def segments(self) -> Mapping[str, CheckedSegment]:
        parts = self._found.file.definitions.segments
        checked = {part.name: check_segment(self._found, number, part) for number, part in enumerate(parts)}
        self._cycles(checked)
        return {name: one for name, one in checked.items() if one is not None}

    def _cycles(self, segments: Mapping[str, CheckedSegment | None]) -> None:
        """Refuse segments that are made of themselves, through others of the file or those that are there."""
        named = {name: frozenset(names_in(one and one.rules, "segment")) for name, one in segments.items()}
        everything = {**references(), **named}
        for number, part in enumerate(self._found.file.definitions.segments):
            here: Location = ("segments", number, "rules")
            where = self._found.file.where(here)
            self._found.attempt(here, lambda: refuse_cycles(everything, part.name, where))  # noqa: B023 - called at once

    def connection(self, number: int, part: ConnectionDefinition) -> CheckedConnection | None:
        row = kept_connection(part)
        settings = self._settings(("connections", number), part)
        agreed = part.consent
        if agreed is None and row is not None:
            language: Any = row.consent_language or "en"
            agreed = Consent.model_construct(
                agreed_by=row.consent_by, version=row.consent_version, language=language
            )
        if agreed is None:  # of a kept one somebody was asked before
            self._found.add(("connections", number, "consent"), "DEFINITION_INVALID.missing")
        if settings is None or agreed is None:
            return None
        return CheckedConnection(
            name=part.name,
            type=part.type,
            settings=settings,
            audience=part.shared_with,
            share=part.share_of_limits,
            consent_by=agreed.agreed_by,
            consent_version=agreed.version,
            consent_language=agreed.language,
            foreign=bool(part.kept) and row is None,
        )

    def _settings(self, here: Location, part: ConnectionDefinition) -> CheckedSettings | None:
        spec = spec_of(part.type)
        before = len(self._found.problems)
        given = with_secrets(part, self._network)

        def tried(where: str, act: Callable[[], T]) -> T | None:
            return self._found.attempt((*here, where), act)

        address = given[spec.address.name]
        identity = tried(spec.address.name, lambda: identify(spec, address, self._network))
        plain = check_plain(spec, given, {}, tried)
        secrets = {
            one.name: tried(one.name, lambda: check_secret(one, given[one.name]))  # noqa: B023 - called at once
            for one in spec.fields
            if one.is_secret
        }
        if identity is None or len(self._found.problems) > before:
            return None
        return CheckedSettings(
            type=spec.kind,
            identity=identity,
            plain=plain,
            secrets={name: secret for name, secret in secrets.items() if secret is not None},
            references={name: given[name] for name, secret in secrets.items() if secret is None},
        )


def check_definitions(
    file: DefinitionsFile, known: Catalogue, network: Network, staying: Staying, beside: Beside
) -> Checked:
    """Raises ``InvalidInput`` with everything that is wrong in the file."""
    found = Gathering(file, known)
    checks, of_exports = _Checks(found, network), ExportChecks(found, staying)
    checks.keys_in_names()
    checks.names()
    checks.profiles()
    checks.classes()
    check_searched(found)
    checks.relationships()
    expectations = check_expectations(found)
    measures = checks.measures(beside.classes, beside.measures)
    found.known = with_measures(known, _types(beside.measures, measures))
    parts = file.definitions
    sets = with_sets(found.known)
    found.known = replace(
        sets,
        segments=staying.segments | {part.name for part in parts.segments},
        lists=sets.lists | {part.name for part in parts.lists},
    )
    segments = checks.segments()
    connections = [checks.connection(number, part) for number, part in enumerate(parts.connections)]
    exports = [of_exports.export(number, part) for number, part in enumerate(parts.exports)]
    accounts = {one.name: one.settings.identity.account for one in connections if one is not None}
    of_exports.shared_fields(accounts, exports)
    system = checks.system_schedule(parts.system_schedule)
    if found.problems:
        raise InvalidInput.of(found.problems)
    return Checked(
        expectations,
        measures,
        segments,
        [connection for connection in connections if connection is not None],
        exports,
        system,
    )
