"""Making, changing and removing measures."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from leleka.core.columns import ColumnType
from leleka.core.measures.model import to_data, type_of
from leleka.errors import Conflict, InvalidInput, Problem
from leleka.services.access.actor import Actor
from leleka.services.access.edit_guards import refuse_managed, refuse_steering, stale, unique
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.definitions.refusals import checked_name
from leleka.services.measures.queries import find_by_id
from leleka.services.measures.usage import exports_fed, users_of
from leleka.services.measures.validation import check_measure
from leleka.services.sources import catalogue, column_classes
from leleka.state.models import Measure

_WHERE: Final = "rules"


def create(actor: Actor, name: str, rules: Mapping[str, Any]) -> int:
    """Make a measure; it has no values until it is refreshed. Raises ``InvalidInput`` with all problems."""
    require(actor, Permission.EDIT_SEGMENTS)
    wanted = _wanted(name, rules)
    with transaction.atomic():
        with unique(_taken(wanted["name"])):
            row = Measure.objects.create(**wanted)
        record(actor, "measure created", row.name)
    return row.pk


def update(actor: Actor, number: int, name: str, rules: Mapping[str, Any], version: int) -> None:
    """Change a measure; its values follow at the next refresh.

    One that is in use keeps its name and the type of its values: whoever uses it knows it by them. Raises ``Conflict``
    STALE and MEASURE_IN_USE, ``Forbidden`` where it feeds an export that somebody may only look at.
    """
    require(actor, Permission.EDIT_SEGMENTS)
    _editable(actor, number)
    wanted = _wanted(name, rules)
    with transaction.atomic():
        row = _editable(actor, number)
        _refuse_breaking(row, wanted)
        fields = sorted(key for key, value in wanted.items() if getattr(row, key) != value)
        with unique(_taken(wanted["name"])):
            changes = {**wanted, "version": F("version") + 1}
            if not Measure.objects.filter(pk=number, version=version).update(**changes):
                raise stale(row.name)
        record(actor, "measure changed", wanted["name"], {"fields": fields, "name_before": row.name})


def remove(actor: Actor, number: int) -> None:
    """Raises ``Conflict`` MEASURE_IN_USE where a segment or an export uses it."""
    require(actor, Permission.EDIT_SEGMENTS)
    with transaction.atomic():
        Measure.objects.select_for_update().filter(pk=number).first()
        row = _editable(actor, number)
        if users := users_of(row.name):
            raise Conflict("MEASURE_IN_USE", where=row.name, users=list(users))
        record(actor, "measure removed", row.name)
        row.delete()


def _editable(actor: Actor, number: int) -> Measure:
    row = find_by_id(number)
    refuse_managed(row)
    refuse_steering(actor, row.name, exports_fed(row.name))
    return row


def _refuse_breaking(row: Measure, wanted: Mapping[str, Any]) -> None:
    users = users_of(row.name)
    if not users:
        return
    if wanted["name"] != row.name:
        raise Conflict("MEASURE_IN_USE.name", where="name", users=list(users))
    if wanted["type"] != row.type:
        told = {"type": wanted["type"], "before": row.type}
        raise Conflict("MEASURE_IN_USE.type", where=_WHERE, users=list(users), **told)


def _wanted(name: str, rules: Mapping[str, Any]) -> dict[str, Any]:
    problems: list[Problem] = []
    called, measure = "", None
    try:
        called = checked_name(name)
    except InvalidInput as error:
        problems += [replace(problem, where="name") for problem in error.problems]
    known = catalogue.of_files()
    names = set(Measure.objects.values_list("name", flat=True))
    try:
        measure = check_measure(rules, called, known, column_classes.of_files(), (_WHERE, names))
    except InvalidInput as error:
        problems += error.problems
    if measure is None or problems:
        raise InvalidInput.of([_beside(problem) for problem in problems])
    return {"name": called, "definition": to_data(measure), "type": ColumnType(type_of(measure)).value}


def _beside(problem: Problem) -> Problem:
    return replace(problem, where="name") if problem.code == "MEASURE_NAME_IS_COLUMN" else problem


def _taken(name: str) -> Conflict:
    return Conflict("NAME_TAKEN.measure", where="name", name=name)
