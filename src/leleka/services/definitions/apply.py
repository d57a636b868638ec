"""Applying definitions: compare with the state, say what would change, and change it in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F

from leleka.core.clock import utc_now
from leleka.core.columns import Catalogue, Column, ColumnType, Table
from leleka.core.messages import Message
from leleka.core.schedules.model import ExportSchedule
from leleka.errors import InvalidInput, LelekaError
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.connections import keys as connection_keys
from leleka.services.connections.commands import refuse_while_running
from leleka.services.connections.settings import CheckedSettings, differs, kept_columns
from leleka.services.definitions.changes import Applied, Changes
from leleka.services.definitions.exports import apply_exports
from leleka.services.definitions.kept import is_foreign, refuse_missing
from leleka.services.definitions.lists import apply_lists, read_lists
from leleka.services.definitions.measures import apply_measures, beside
from leleka.services.definitions.segments import apply_segments
from leleka.services.definitions.source_connections import (
    apply_source_connection,
    check_source_connections,
    ways,
)
from leleka.services.definitions.sources import apply_sources, judge_loaded, load_sources
from leleka.services.definitions.validation import Checked, CheckedConnection, check_definitions
from leleka.services.definitions.yaml_file import DefinitionsFile
from leleka.services.exports.schedule_setting import forget_time_to_come
from leleka.services.exports.validation import Staying
from leleka.services.installation import configuration as installation_configuration
from leleka.services.installation import lake_sessions
from leleka.services.schedules.system_schedule import values
from leleka.services.sources import catalogue
from leleka.services.sources.loaded import Loaded
from leleka.state.models import (
    Account,
    Connection,
    Export,
    Measure,
    RelationshipRow,
    Segment,
    Source,
    SystemSchedule,
)

Say = Callable[[Message], None]


def apply(
    actor: Actor, path: Path, say: Say, *, plan_only: bool = False, prune: bool = False
) -> Sequence[Applied]:
    """Bring the state to what the file says; with ``plan_only`` only say what would change.

    Sources that are new or changed are read, because rules and mappings are checked against their columns; a
    file that cannot be read changes nothing. Raises ``InvalidInput`` with everything that is wrong, ``Forbidden``.
    """
    require(actor, Permission.SYSTEM)
    file = DefinitionsFile(path, installation_configuration.configuration())
    rows = _Rows(str(path.resolve()) if prune else None)
    network = installation_configuration.configuration().network
    with file.without_keys():
        refuse_missing(file, network)
        connections = check_source_connections(file)
        with lake_sessions.session() as session:
            loaded = load_sources(session, file, say, ways(connections))
            known = _catalogue(file, loaded, rows)
            with_what = beside(file, loaded, rows.of(Source), rows.types())
            checked = check_definitions(file, known, network, rows.staying(), with_what)
            judgments = judge_loaded(session, file, loaded, checked.expectations)
        listed = read_lists(file, known.profile_table.primary_key or "")
    foreign = is_foreign(file)  # before its connections are there
    with transaction.atomic():
        changes = Changes(str(path.resolve()), actor)
        for one in connections:
            apply_source_connection(changes, one, seal=not plan_only)
        apply_sources(changes, file, loaded, (checked.expectations, judgments), say)
        _apply_relationships(changes, file)
        apply_measures(changes, checked.measures)
        apply_lists(changes, actor, file, listed)
        _apply_checked(changes, actor, checked, say, seal=not plan_only)
        if checked.system_schedule is not None:
            apply_system(changes, ExportSchedule("off") if foreign else checked.system_schedule)
        changes.absent(prune=prune)
        if plan_only:
            transaction.set_rollback(True)
    return changes.done


def _apply_checked(changes: Changes, actor: Actor, checked: Checked, say: Say, *, seal: bool) -> None:
    apply_segments(changes, actor, checked.segments)
    for connection in checked.connections:
        _apply_connection(changes, connection, seal=seal)
    apply_exports(changes, checked, say)


class _Rows:
    """The rows of the state that stay where the file is silent: all but those it made, when it is pruned."""

    def __init__(self, pruned: str | None) -> None:
        self._pruned = pruned

    def of(self, model: Any) -> Any:
        rows = model.objects.order_by("name")
        return rows if self._pruned is None else rows.exclude(managed_by_file=self._pruned)

    def types(self) -> dict[str, str]:
        """Return the types of the measures."""
        return dict(self.of(Measure).values_list("name", "type"))

    def staying(self) -> Staying:
        connections = self.of(Connection).select_related("account")
        exports = self.of(Export).filter(connection__isnull=False).select_related("connection")
        return Staying(
            {connection.name: connection.account.name for connection in connections},
            frozenset(self.of(Segment).values_list("name", flat=True)),
            [(export, export.connection.name) for export in exports],
            may_detach=True,
        )


def _catalogue(file: DefinitionsFile, loaded: Mapping[str, Loaded | None], rows: _Rows) -> Catalogue:
    """Build the catalogue as it will be: from the file where it speaks, from the state where it is silent."""
    tables = {source.name: catalogue.table_of(source) for source in rows.of(Source)}
    profiles = {source.name for source in rows.of(Source).filter(is_profiles=True)}
    for definition in file.definitions.sources:
        found = loaded[definition.name]
        columns = found.columns if found else Source.objects.get(name=definition.name).columns
        made = tuple(Column(name, ColumnType(kind)) for name, kind in columns)
        tables[definition.name] = Table(definition.name, made, definition.primary_key)
        (profiles.add if definition.profiles else profiles.discard)(definition.name)
    if len(profiles) > 1:
        raise InvalidInput(
            "PROFILES_TWICE",
            where=file.where(_last_profiles(file)),
            number=len(profiles),
            sources=sorted(profiles),
        )
    relationships = {row.name: catalogue.relationship_of(row) for row in rows.of(RelationshipRow)}
    for relation in file.definitions.relationships:
        relationships[relation.name] = relation.record()
    try:
        return catalogue.build(tables.values(), relationships.values(), next(iter(profiles), None))
    except InvalidInput as error:
        here = file.where(("sources",))
        raise InvalidInput.of([replace(problem, where=here) for problem in error.problems]) from None


def _last_profiles(file: DefinitionsFile) -> tuple[str | int, ...]:
    marked = [number for number, source in enumerate(file.definitions.sources) if source.profiles]
    return ("sources", marked[-1], "profiles") if marked else ("sources",)


def _apply_relationships(changes: Changes, file: DefinitionsFile) -> None:
    for relation in file.definitions.relationships:
        made = relation.record()
        values = {
            "table": made.table,
            "column": made.column,
            "to_table": made.to_table,
            "to_column": made.to_column,
        }
        changes.upsert("relationship", relation.name, values)


def _apply_connection(changes: Changes, wanted: CheckedConnection, *, seal: bool) -> None:
    """``seal`` is False where nothing will be kept: a first master key would be made outside the database."""
    settings = wanted.settings
    account, _ = Account.objects.get_or_create(type=wanted.type, name=settings.identity.account)
    before = Connection.objects.filter(name=wanted.name).first()
    columns = kept_columns(settings, before or Connection(type=wanted.type))
    values = {
        "type": wanted.type,
        "account": account,
        "host": columns["host"],
        "audience": wanted.audience,
        "share": wanted.share,
        "settings": columns["settings"],
        "key_reference": columns["key_reference"],
        "consent_by": wanted.consent_by,
        "consent_version": wanted.consent_version,
        "consent_language": wanted.consent_language,
    }
    agreed_before = (before.consent_by, before.consent_version) if before else None
    if before is not None and (before.type != wanted.type or differs(before, settings.plain)):
        refuse_while_running(before)
    new = {
        name: secret
        for name, secret in settings.secrets.items()
        if secret.reveal() != _kept_secret(before, settings, name)
    }
    row = changes.upsert("connection", wanted.name, values, beside=tuple(new))
    if agreed_before != (wanted.consent_by, wanted.consent_version):
        row.consent_at = utc_now()
        row.save(update_fields=("consent_at",))
    row.secrets.exclude(name__in=settings.secrets).delete()
    if seal:
        connection_keys.keep_secrets(row, new, settings.references)


def _kept_secret(connection: Connection | None, wanted: CheckedSettings, name: str) -> str | None:
    if connection is None or (connection.type, connection.host) != (wanted.type, wanted.host):
        return None
    if connection_keys.reference_of(connection, name):
        return None
    try:
        return connection_keys.key_of(connection, name).reveal()
    except LelekaError:
        return None  # whatever is wrong with the one before, the file brings a new one


def apply_system(changes: Changes, wanted: ExportSchedule) -> None:
    """Bring the row to what a definitions file says; what was due before is not run."""
    before, _ = SystemSchedule.objects.get_or_create(pk=1, defaults={"version": 0})
    now = utc_now()
    new = values(wanted.own, now, on=wanted.own is not None)
    differing: list[str] = [
        key for key in ("on", "schedule") if key in new and getattr(before, key) != new[key]
    ]
    if forget_time_to_come("system", now):
        differing.append("next_due_at")
    managed = {"managed_by_file": changes.path}
    new = new if differing else {}  # what is due stays due
    if before.managed_by_file != changes.path:
        differing.append("managed_by_file")
    if differing:
        SystemSchedule.objects.filter(pk=1).update(version=F("version") + 1, **managed, **new)
    changes.note_schedule(differing)
