"""Adding, changing and removing data sources; what a definitions file manages is changed there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from pydantic import TypeAdapter, ValidationError

from leleka.connectors.objects.urls import is_url
from leleka.core.statuses import TaskStatus
from leleka.errors import Conflict, InvalidInput, Problem, TryLater
from leleka.services.access.actor import Actor
from leleka.services.access.edit_guards import refuse_managed, refuse_steering, stale, unique
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.definition_schema.sources import SourceDefinition
from leleka.services.definitions.refusals import refusal_of
from leleka.services.installation.configuration import configuration
from leleka.services.refresh import commands as refresh_commands
from leleka.services.source_connections.queries import columns as columns_of
from leleka.services.source_connections.queries import require_read
from leleka.services.sources import connected, drafts, examination, places
from leleka.services.sources.contracts import Choices
from leleka.services.sources.editing import (
    exports_of,
    find_by_id,
    refuse_breaking,
    refuse_second_profiles,
    use_of,
)
from leleka.services.tasks import commands as task_commands
from leleka.services.uploads.files import folder_of, uploads_of
from leleka.state.models import Source, SourceConnection, Task

_SOURCE: Final = TypeAdapter(SourceDefinition)


def create(actor: Actor, data: Mapping[str, Any]) -> int:
    """Add a source and ask for its refresh; return its id. A table or query is asked of its database before.

    Raises ``InvalidInput`` with all problems, ``Conflict``, and what connectors raise.
    """
    require(actor, Permission.EDIT_SOURCES)
    wanted = _checked(data)
    _require_place(actor, wanted.name, wanted.spec())
    _require_columns(actor, wanted)
    return _create(actor, wanted)


def _create(actor: Actor, wanted: SourceDefinition) -> int:
    with transaction.atomic():
        if wanted.profiles:
            refuse_second_profiles(wanted.name)
        with unique(Conflict("NAME_TAKEN.source", where="name", name=wanted.name)):
            row = Source.objects.create(
                name=wanted.name,
                spec=wanted.spec(),
                is_profiles=wanted.profiles,
                chosen_classes=dict(wanted.classes),
            )
        record(actor, "source created", row.name)
        refresh_commands.ask(actor, f"source:{row.pk}")
    return row.pk


def update(
    actor: Actor,
    number: int,
    data: Mapping[str, Any],
    version: int,
    columns: Mapping[str, str] | None = None,
) -> None:
    """Change a source and ask for its refresh; what was read last stays until then.

    ``columns`` are those it will have with their types, where somebody looked; else its database is asked. Raises
    ``Conflict`` STALE, SOURCE_BREAKS, MANAGED_BY_FILE; ``Forbidden`` where exports send it that somebody may only look
    at.
    """
    require(actor, Permission.EDIT_SOURCES)
    wanted = _checked(data)
    _require_place(actor, wanted.name, wanted.spec())
    if columns is None:
        _require_columns(actor, wanted)
    with transaction.atomic():
        row = _editable(actor, number)
        if wanted.name != row.name:
            raise InvalidInput("SOURCE_RENAMED", where="name", name=row.name)
        _refuse_other_profiles(row, wanted)
        if columns is not None:
            refuse_breaking(row, columns, wanted.primary_key)
        values: dict[str, Any] = {"spec": wanted.spec(), "is_profiles": wanted.profiles}
        if wanted.classes:
            values["chosen_classes"] = {**row.chosen_classes, **wanted.classes}
        changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
        if not Source.objects.filter(pk=number, version=version).update(**values, version=F("version") + 1):
            raise stale(row.name)
        record(actor, "source changed", row.name, {"fields": changed})
        refresh_commands.ask(actor, f"source:{number}")


def save_examined(actor: Actor, task: int, chosen: Choices) -> int:
    """Add the source whose files somebody looked into by a task, or change it; return its id.

    Raises as ``create`` and ``update``, and ``InvalidInput`` for what the files themselves say against it.
    """
    require(actor, Permission.EDIT_SOURCES)
    found = examined(actor, task)
    data = drafts.data_of(found, chosen)
    number = int(found["source"])
    if number:
        update(actor, number, data, chosen.version, drafts.columns_of(found, chosen))
        return number
    wanted = _checked(data)
    _require_place(actor, wanted.name, wanted.spec())
    saved = _create(actor, wanted)
    Task.objects.filter(pk=task).update(result={**found, "saved": saved})
    return saved


def read_again(
    actor: Actor, task: int, told: Mapping[str, Any], kept: Mapping[str, Any] | None = None
) -> int:
    """Ask the worker to look into the same files once more, read in another way; return the number of the task.

    ``told`` are settings of a source, such as ``delimiter``; one that is empty is found by the reader. ``kept`` is what
    somebody chose so far, to be found again beside the result.
    """
    require(actor, Permission.EDIT_SOURCES)
    row = task_commands.own(actor, task, Task.Kind.EXAMINE)
    spec = {name: value for name, value in {**row.payload["spec"], **told}.items() if value}
    asked = {**spec, "name": row.payload["name"], "source": row.payload["source"]}
    return ask_examination(actor, asked, kept)


def examined(actor: Actor, task: int) -> Mapping[str, Any]:
    """Return what a task of one's own found in files. Raises ``NotFound``, ``Conflict`` while it goes on."""
    require(actor, Permission.EDIT_SOURCES)
    row = task_commands.own(actor, task, Task.Kind.EXAMINE)
    if row.status != TaskStatus.SUCCESSFUL:
        raise Conflict("TASK_GOES_ON")
    result: Mapping[str, Any] = row.result
    return result


def remove(actor: Actor, number: int) -> None:
    """Raises ``Conflict`` SOURCE_IN_USE with everybody who uses it, MANAGED_BY_FILE."""
    require(actor, Permission.EDIT_SOURCES)
    with transaction.atomic():
        Source.objects.select_for_update().filter(pk=number).first()  # nobody begins to use it meanwhile
        row = _editable(actor, number)
        users = use_of(row).names
        if users:
            raise Conflict("SOURCE_IN_USE", name=row.name, users=list(users))
        record(actor, "source removed", row.name)
        uploads = uploads_of(row.spec)
        row.delete()
    for upload in uploads:
        _forget(upload)


def ask_examination(actor: Actor, data: Mapping[str, Any], kept: Mapping[str, Any] | None = None) -> int:
    """Ask the worker to look into files that may become a source; return the number of the task.

    ``kept`` stands beside what is found. Raises ``InvalidInput`` for a place that may not be read.
    """
    require(actor, Permission.EDIT_SOURCES)
    wanted = _checked({"name": "source", **data})
    spec = wanted.spec()
    _require_place(actor, wanted.name, spec)
    payload = {"name": wanted.name, "spec": spec, "source": data.get("source", 0), "kept": dict(kept or {})}
    return task_commands.ask(actor, Task.Kind.EXAMINE, examination.called(wanted.name, spec), payload)


def examine_again(actor: Actor, number: int) -> int:
    """Ask the worker to look into the files of a source; return the number of the task."""
    require(actor, Permission.EDIT_SOURCES)
    row = find_by_id(number)
    _require_place(actor, row.name, row.spec)
    payload = {"name": row.name, "spec": row.spec, "source": row.pk}
    return task_commands.ask(actor, Task.Kind.EXAMINE, examination.called(row.name, row.spec), payload)


def _checked(data: Mapping[str, Any]) -> SourceDefinition:
    told = {name: value for name, value in data.items() if name != "source"}
    try:
        wanted = _SOURCE.validate_python(told)
    except ValidationError as error:
        raise InvalidInput.of([_problem(one) for one in error.errors()]) from None
    problems = [
        Problem.of("SOURCE_UNKNOWN_COLUMN", f"types.{name}", name=name, near="", known=())
        for name in wanted.types
        if not name.strip()
    ]
    if wanted.profiles and not wanted.primary_key:
        problems.append(Problem.of("PROFILE_KEY_UNSET", "primary_key", source=wanted.name))
    if problems:
        raise InvalidInput.of(problems)
    return wanted.model_copy(update={"files": [_absolute(file) for file in wanted.files]})


def _problem(detail: Any) -> Problem:
    refusal = refusal_of(detail)
    where = ".".join(str(part) for part in detail["loc"] if not str(part).startswith("function-"))
    return Problem(refusal.key, where, refusal.params)


def _absolute(file: str) -> str:
    """Return the path of a file that is named from the first allowed folder, or from the root; a URL as it is."""
    folders = configuration().source_dirs
    return file if is_url(file) or Path(file).is_absolute() or not folders else str(folders[0] / file)


def _require_place(actor: Actor, name: str, spec: Mapping[str, Any]) -> None:
    """See that somebody may read from there: administrators from everywhere, others what connections share with them.

    Raises ``InvalidInput``, ``Forbidden``.
    """
    if "connection" in spec:
        row = SourceConnection.objects.filter(name=spec["connection"]).first()
        if row is None:
            require(actor, Permission.CONNECTIONS)
            raise InvalidInput(
                "SOURCE_CONNECTION_UNKNOWN", where="connection", name=str(spec["connection"]), near=""
            )
        require_read(actor, row, connected.wanted_of(spec))
    elif connected.comes_from_elsewhere(spec):
        require(actor, Permission.CONNECTIONS)
    else:
        places.resolved(name, spec)


def _require_columns(actor: Actor, wanted: SourceDefinition) -> None:
    """Ask the far side to plan a table or query. One that does not answer now is asked by the refresh."""
    if wanted.connection is None or wanted.files:
        return
    try:
        found = columns_of(actor, wanted.connection, connected.wanted_of(wanted.spec()))
    except TryLater:
        return
    names = {one.name for one in found}
    named = {"primary_key": wanted.primary_key, "updated_at": wanted.updated_at, "email": wanted.email}
    named |= {"changed_since": wanted.changed_since.column if wanted.changed_since else None}
    problems = [
        Problem.of("SOURCE_UNKNOWN_COLUMN.alone", where)
        for where, name in named.items()
        if name and name not in names
    ]
    if problems:
        raise InvalidInput.of(problems)


def _editable(actor: Actor, number: int) -> Source:
    row = find_by_id(number)
    refuse_managed(row)
    refuse_steering(actor, row.name, exports_of(use_of(row)))
    return row


def _refuse_other_profiles(row: Source, wanted: SourceDefinition) -> None:
    if wanted.profiles:
        refuse_second_profiles(row.name)
    elif row.is_profiles and (users := use_of(row).names):
        raise Conflict("SOURCE_IN_USE.profiles", users=list(users))


def _forget(upload: int) -> None:
    """Remove a file at once where no other source reads it: it may hold personal data."""
    if not any(upload in uploads_of(spec) for spec in Source.objects.values_list("spec", flat=True)):
        examination.remove_upload(upload, folder_of(upload))
