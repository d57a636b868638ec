"""Making, changing and removing relationships; rules go by them."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from pydantic import TypeAdapter, ValidationError

from leleka.core.columns import NUMERIC, ColumnType, Relationship
from leleka.errors import Conflict, InvalidInput, Problem
from leleka.services.access.actor import Actor
from leleka.services.access.edit_guards import refuse_managed, refuse_steering, stale, unique
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.definition_schema.schema import RelationshipDefinition
from leleka.services.definitions.refusals import refusal_of
from leleka.services.relationships.queries import exports_by, find_by_id, segments_by
from leleka.services.tasks import commands as task_commands
from leleka.state.models import RelationshipRow, Source, Task

_RELATIONSHIP: Final = TypeAdapter(RelationshipDefinition)


def create(actor: Actor, data: Mapping[str, Any]) -> int:
    """Raises ``InvalidInput`` with all problems, ``Conflict`` NAME_TAKEN."""
    require(actor, Permission.EDIT_SOURCES)
    wanted = _checked(data)
    with transaction.atomic():
        with unique(_taken(wanted.name)):
            row = RelationshipRow.objects.create(**_values(wanted))
        record(actor, "relationship created", row.name)
    return row.pk


def update(actor: Actor, number: int, data: Mapping[str, Any], version: int) -> None:
    """Raises as ``create``, ``Conflict`` STALE, RELATIONSHIP_IN_USE where rules go by its name or its tables."""
    require(actor, Permission.EDIT_SOURCES)
    wanted = _checked(data)
    with transaction.atomic():
        row = _editable(actor, number)
        values = _values(wanted)
        changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
        if users := segments_by(row.name) if {"name", "table", "to_table"} & set(changed) else ():
            raise Conflict("RELATIONSHIP_IN_USE", name=row.name, users=list(users))
        with unique(_taken(wanted.name)):
            found = RelationshipRow.objects.filter(pk=number, version=version)
            if not found.update(**values, version=F("version") + 1):
                raise stale(row.name)
        record(actor, "relationship changed", wanted.name, {"fields": changed})


def remove(actor: Actor, number: int) -> None:
    """Raises ``Conflict`` RELATIONSHIP_IN_USE with the segments whose rules go by it, MANAGED_BY_FILE."""
    require(actor, Permission.EDIT_SOURCES)
    with transaction.atomic():
        row = _editable(actor, number)
        if users := segments_by(row.name):
            raise Conflict("RELATIONSHIP_IN_USE", name=row.name, users=list(users))
        record(actor, "relationship removed", row.name)
        row.delete()


def ask_suggestions(actor: Actor) -> int:
    """Ask the worker for relationships that there could be; return the number of the task."""
    require(actor, Permission.EDIT_SOURCES)
    return task_commands.ask(actor, Task.Kind.RELATE, "")


def _checked(data: Mapping[str, Any]) -> Relationship:
    try:
        wanted = _RELATIONSHIP.validate_python(dict(data)).record()
    except ValidationError as error:
        raise InvalidInput.of(
            [
                Problem(refusal_of(one).key, ".".join(map(str, one["loc"])), refusal_of(one).params)
                for one in error.errors()
            ]
        ) from None
    ends = {"from": (wanted.table, wanted.column), "to": (wanted.to_table, wanted.to_column)}
    types = {where: _type_of(table, column) for where, (table, column) in ends.items()}
    problems = [
        Problem.of("RELATION_END_UNKNOWN", where, table=table, column=column)
        for where, (table, column) in ends.items()
        if types[where] is None
    ]
    if not problems and _family(types["from"]) != _family(types["to"]):
        told = {where: kind.value for where, kind in types.items() if kind is not None}
        problems.append(Problem.of("RELATION_TYPES", "from", here=told["from"], there=told["to"]))
    if problems:
        raise InvalidInput.of(problems)
    return wanted


def _type_of(table: str, column: str) -> ColumnType | None:
    source = Source.objects.filter(name=table).first()
    kinds = dict(source.columns) if source else {}
    return ColumnType(kinds[column]) if column in kinds else None


def _family(kind: ColumnType | None) -> object:
    return "number" if kind in NUMERIC else kind


def _values(wanted: Relationship) -> dict[str, str]:
    return {
        "name": wanted.name,
        "table": wanted.table,
        "column": wanted.column,
        "to_table": wanted.to_table,
        "to_column": wanted.to_column,
    }


def _taken(name: str) -> Conflict:
    return Conflict("NAME_TAKEN.relationship", where="name", name=name)


def _editable(actor: Actor, number: int) -> RelationshipRow:
    row = find_by_id(number)
    refuse_managed(row)
    refuse_steering(actor, row.name, exports_by(segments_by(row.name)))
    return row
