"""Checking definitions against the columns, the hosts and each other, before anything is changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from leleka.core.columns import Catalogue
from leleka.core.configuration import Network
from leleka.core.rules import to_data
from leleka.core.rules_parsing import parse
from leleka.core.schedules import ExportSchedule
from leleka.core.schedules_reading import parse_schedule
from leleka.core.secret import Secret
from leleka.destinations.registry import SPECS, spec_of
from leleka.errors import InvalidInput
from leleka.services.checking_exports import CheckedExport, ExportChecks, Staying
from leleka.services.connecting import check_reference, is_reference
from leleka.services.definitions import ConnectionDefinition
from leleka.services.gathering import Gathering, Location, near
from leleka.services.reading import DefinitionsFile

_KINDS: Final = ("sources", "relationships", "segments", "connections", "exports")
_LIKELY: Final = 8  # characters: something shorter stands in names by chance


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
class Checked:
    """A file in which everything is right."""

    segments: Mapping[str, dict[str, object]]
    connections: Sequence[CheckedConnection]
    exports: Sequence[CheckedExport]
    system_schedule: ExportSchedule | None  # None where the file is silent of it


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
        keys = [
            part.key for part in parts.connections if not is_reference(part.key) and len(part.key) >= _LIKELY
        ]
        for kind in _KINDS:
            for number, part in enumerate(getattr(parts, kind)):
                here: Location = (kind, number, "name")
                if any(key in part.name for key in keys):
                    self._found.add(here, "LOOKS_LIKE_SECRET.file")
                    continue
                for spec in SPECS.values():
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

    def relationships(self) -> None:
        for number, part in enumerate(self._found.file.definitions.relationships):
            relation = part.record()
            ends = ((relation.table, relation.column, "from"), (relation.to_table, relation.to_column, "to"))
            for source, column, end in ends:
                location = ("relationships", number, end)
                table = self._found.known.tables.get(source)
                if table is None:
                    close = near(source, self._found.known.tables)
                    self._found.add(location, "SOURCE_UNKNOWN.named", name=source, near=close)
                elif table.column(column) is None:
                    self._found.column(table, column, location, "SOURCE_UNKNOWN_COLUMN.relationship")

    def segment(self, number: int, rules: object) -> dict[str, object] | None:
        where = self._found.file.where(("segments", number, "rules"))
        rule = self._found.attempt(
            ("segments", number, "rules"), lambda: parse(rules, self._found.known, where)
        )
        return to_data(rule) if rule is not None else None

    def connection(self, number: int, part: ConnectionDefinition) -> CheckedConnection | None:
        spec = spec_of(part.type)
        here: Location = ("connections", number)
        identity = self._found.attempt((*here, "host"), lambda: spec.identify(part.host, self._network))
        reference = is_reference(part.key)
        judge = check_reference if reference else spec.check_key
        key = self._found.attempt((*here, "key"), lambda: judge(part.key))
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


def check_definitions(file: DefinitionsFile, known: Catalogue, network: Network, staying: Staying) -> Checked:
    """Raises ``InvalidInput`` with everything that is wrong in the file."""
    found = Gathering(file, known)
    checks, of_exports = _Checks(found, network), ExportChecks(found, staying)
    checks.keys_in_names()
    checks.names()
    checks.profiles()
    checks.relationships()
    parts = file.definitions
    rules = {part.name: checks.segment(number, part.rules) for number, part in enumerate(parts.segments)}
    connections = [checks.connection(number, part) for number, part in enumerate(parts.connections)]
    exports = [of_exports.export(number, part) for number, part in enumerate(parts.exports)]
    accounts = {connection.name: connection.account for connection in connections if connection is not None}
    of_exports.shared_fields(accounts, exports)
    system = checks.system_schedule(parts.system_schedule)
    if found.problems:
        raise InvalidInput.of(found.problems)
    return Checked(
        {name: rule for name, rule in rules.items() if rule is not None},
        [connection for connection in connections if connection is not None],
        exports,
        system,
    )
