"""Applying definitions: compare with the state, say what would change, and change it in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from leleka.core.columns import Catalogue, Column, ColumnType, Table
from leleka.errors import InvalidInput, LelekaError, Problem
from leleka.services import catalogue, connecting, refreshing, store
from leleka.services.audit import Actor, record
from leleka.services.checking import Checked, check_definitions
from leleka.services.reading import DefinitionsFile
from leleka.state.models import (
    Account,
    Connection,
    Export,
    ExportSegment,
    RelationshipRow,
    Run,
    Segment,
    Source,
)


class Did(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    ABSENT = "absent"  # in the store, not in the file: removed only with --prune


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one object. ``fields`` names what differs."""

    kind: str
    name: str
    did: Did
    fields: tuple[str, ...] = ()


Say = Callable[[str], None]
_KINDS: tuple[tuple[str, type[models.Model]], ...] = (
    ("source", Source),
    ("relationship", RelationshipRow),
    ("segment", Segment),
    ("connection", Connection),
    ("export", Export),
)


def apply(
    path: Path, actor: Actor, say: Say, *, plan_only: bool = False, prune: bool = False
) -> Sequence[Applied]:
    """Bring the state to what the file says; with ``plan_only`` only say what would change.

    Sources that are new or changed are read, because rules and mappings are checked against their columns; a
    file that cannot be read changes nothing. Raises ``InvalidInput`` with everything that is wrong.
    """
    file = DefinitionsFile(path, store.configuration().environment)
    with store.session() as session:
        loaded = _load_sources(session, file, say)
    known = _catalogue(file, loaded)
    checked = check_definitions(file, known, store.configuration().network)
    with transaction.atomic():
        changes = _Changes(str(path.resolve()), actor)
        _apply_sources(changes, file, loaded)
        _apply_segments(changes, checked)
        _apply_connections(changes, checked)
        _apply_exports(changes, checked)
        changes.absent(prune=prune)
        if plan_only:
            transaction.set_rollback(True)
    return changes.done


def _load_sources(session: Any, file: DefinitionsFile, say: Say) -> Mapping[str, refreshing.Loaded | None]:
    loaded: dict[str, refreshing.Loaded | None] = {}
    problems: list[Problem] = []
    for definition in file.definitions.sources:
        before = Source.objects.filter(name=definition.name).first()
        spec = _source_spec(file.path, definition)
        say(f"Reading source {definition.name}")
        try:
            loaded[definition.name] = refreshing.load_if_stale(
                session, definition.name, spec, before.digest if before else ""
            )
        except InvalidInput as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidInput.of(problems)
    return loaded


def _source_spec(path: Path, definition: Any) -> dict[str, Any]:
    spec: dict[str, Any] = definition.model_dump(mode="json", exclude={"name", "profiles"})
    spec["files"] = [str(path.resolve().parent / file) for file in definition.files]
    return spec


def _catalogue(file: DefinitionsFile, loaded: Mapping[str, refreshing.Loaded | None]) -> Catalogue:
    """Build the catalogue as it will be: from the file where it speaks, from the state where it is silent."""
    tables = {source.name: catalogue.table_of(source) for source in Source.objects.all()}
    profiles = {source.name for source in Source.objects.filter(is_profiles=True)}
    for definition in file.definitions.sources:
        found = loaded[definition.name]
        columns = found.columns if found else [[c.name, c.type] for c in tables[definition.name].columns]
        made = tuple(Column(name, ColumnType(kind)) for name, kind in columns)
        tables[definition.name] = Table(definition.name, made, definition.primary_key)
        (profiles.add if definition.profiles else profiles.discard)(definition.name)
    if len(profiles) > 1:
        raise InvalidInput(
            "PROFILES_TWICE",
            f"Only one source can hold the profiles, not {len(profiles)}: {', '.join(sorted(profiles))}.",
            where=file.path.name,
        )
    relationships = {row.name: catalogue.relationship_of(row) for row in RelationshipRow.objects.all()}
    for relation in file.definitions.relationships:
        relationships[relation.name] = relation.record()
    return catalogue.build(tables.values(), relationships.values(), next(iter(profiles), None))


class _Changes:
    """Compares field by field, saves what differs, remembers what was done."""

    def __init__(self, path: str, actor: Actor) -> None:
        self.done: list[Applied] = []
        self._path = path
        self._actor = actor
        self._seen: dict[str, set[str]] = {kind: set() for kind, _ in _KINDS}

    def upsert(self, kind: str, model: type[Any], name: str, values: Mapping[str, Any]) -> Any:
        row = model.objects.filter(name=name).first()
        wanted = {**values, "managed_by_file": self._path}
        if row is None:
            row = model.objects.create(name=name, **wanted)
            self.note(kind, name, Did.CREATED)
            return row
        differing = tuple(key for key, value in wanted.items() if getattr(row, key) != value)
        for key in differing:
            setattr(row, key, wanted[key])
        if differing:
            row.save()
        self.note(kind, name, Did.CHANGED if differing else Did.UNCHANGED, differing)
        return row

    def note(self, kind: str, name: str, did: Did, fields: Sequence[str] = ()) -> None:
        self._seen[kind].add(name)
        self.done.append(Applied(kind, name, did, tuple(fields)))
        if did is not Did.UNCHANGED:
            record(self._actor, f"{kind} {did}", name, {"fields": list(fields), "file": self._path})

    def also(self, kind: str, name: str, field: str) -> None:
        """Add a field to what was said of an object: something beside its row differed."""
        index = next(i for i, a in enumerate(self.done) if (a.kind, a.name) == (kind, name))
        found = self.done[index]
        if found.did is Did.CREATED:
            return
        self.done[index] = Applied(kind, name, Did.CHANGED, (*found.fields, field))
        record(self._actor, f"{kind} {Did.CHANGED}", name, {"fields": [field], "file": self._path})

    def absent(self, *, prune: bool) -> None:
        """Say what the file no longer names; with ``prune`` remove what this file once made."""
        for kind, model in reversed(_KINDS):
            rows = model._default_manager.exclude(name__in=self._seen[kind]).order_by("name")  # noqa: SLF001
            for row in rows:
                if prune:
                    _remove(kind, row)
                self.note(kind, row.name, Did.REMOVED if prune else Did.ABSENT)  # type: ignore[attr-defined]


def _remove(kind: str, row: models.Model) -> None:
    if isinstance(row, Export) and Run.objects.filter(export=row, finished_at__isnull=True).exists():
        raise InvalidInput(
            "EXPORT_RUNNING", "The export has a live run.", where=row.name, remedy="Cancel the run first."
        )
    try:
        row.delete()
    except models.ProtectedError:
        raise InvalidInput(
            f"{kind.upper()}_IN_USE", f"This {kind} is in use by an export that stays.", where=str(row)
        ) from None


def _apply_sources(
    changes: _Changes, file: DefinitionsFile, loaded: Mapping[str, refreshing.Loaded | None]
) -> None:
    for definition in file.definitions.sources:
        spec = _source_spec(file.path, definition)
        row = changes.upsert(
            "source", Source, definition.name, {"spec": spec, "is_profiles": definition.profiles}
        )
        found = loaded[definition.name]
        if found is not None:
            refreshing.store_loaded(row, found)
    for relation in file.definitions.relationships:
        made = relation.record()
        values = {
            "table": made.table,
            "column": made.column,
            "to_table": made.to_table,
            "to_column": made.to_column,
        }
        changes.upsert("relationship", RelationshipRow, relation.name, values)


def _apply_segments(changes: _Changes, checked: Checked) -> None:
    for name, rules in checked.segments.items():
        changes.upsert("segment", Segment, name, {"rules": rules})


def _apply_connections(changes: _Changes, checked: Checked) -> None:
    for wanted in checked.connections:
        account, _ = Account.objects.get_or_create(type=wanted.type, name=wanted.account)
        before = Connection.objects.filter(name=wanted.name).first()
        values = {
            "type": wanted.type,
            "account": account,
            "host": wanted.host,
            "audience": wanted.audience,
            "share": wanted.share,
            "key_reference": wanted.key_reference,
            "consent_by": wanted.consent_by,
            "consent_version": wanted.consent_version,
            "consent_language": wanted.consent_language,
        }
        kept = _kept_key(before) if before and before.host == wanted.host else None
        agreed_before = (before.consent_by, before.consent_version) if before else None
        row = changes.upsert("connection", Connection, wanted.name, values)
        if agreed_before != (wanted.consent_by, wanted.consent_version):
            row.consent_at = timezone.now()
            row.save(update_fields=("consent_at",))
        if wanted.key is not None and kept != wanted.key.reveal():
            connecting.keep_key(row, wanted.key)
            changes.also("connection", wanted.name, "key")
        if wanted.key is None:
            row.secrets.all().delete()


def _kept_key(connection: Connection) -> str | None:
    try:
        return None if connection.key_reference else connecting.key_of(connection).reveal()
    except LelekaError:
        return None  # whatever is wrong with the one before, the file brings a new one


def _apply_exports(changes: _Changes, checked: Checked) -> None:
    for wanted in checked.exports:
        connection = Connection.objects.filter(name=wanted.connection).first()
        values = {
            "connection": connection,
            "target": wanted.target,
            "matching": wanted.matching,
            "leavers": wanted.leavers,
            "automations": wanted.automations,
            "limit": wanted.limit,
        }
        row = changes.upsert("export", Export, wanted.name, values)
        before = set(row.segments.values_list("name", flat=True))
        if before != set(wanted.segments):
            ExportSegment.objects.filter(export=row).delete()
            for segment in Segment.objects.filter(name__in=wanted.segments):
                ExportSegment.objects.create(export=row, segment=segment)
            if before:
                changes.also("export", wanted.name, "segments")
