"""Saying what the columns of a source contain; what a definitions file declares is changed there."""

from collections.abc import Mapping

from django.db import transaction

from leleka.core.column_classes import ColumnClass
from leleka.errors import InvalidInput, Problem
from leleka.services.access.actor import Actor
from leleka.services.access.edit_guards import stale
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.privacy.contracts import ColumnsView
from leleka.services.privacy.queries import find_by_id, version_of, view_of
from leleka.state.models import Source


def classify(actor: Actor, number: int, classes: Mapping[str, str], version: str) -> ColumnsView:
    """Set the classes of these columns; the others stay. Raises ``InvalidInput``, ``Conflict`` STALE."""
    require(actor, Permission.CLASSIFY)
    with transaction.atomic():
        find_by_id(number)
        row = Source.objects.select_for_update().get(pk=number)
        if version_of(row) != version:
            raise stale(row.name)
        _refuse(row, classes)
        before = {name: row.chosen_classes.get(name, "") for name in classes}
        changed = sorted(name for name in classes if classes[name] != before[name])
        if changed:
            row.chosen_classes = {**row.chosen_classes, **classes}
            row.save(update_fields=["chosen_classes"])
            told = {
                "before": {name: before[name] for name in changed},
                "after": {name: classes[name] for name in changed},
            }
            record(actor, "columns classified", row.name, told)
    return view_of(row)


def _refuse(row: Source, classes: Mapping[str, str]) -> None:
    known = {name for name, _ in row.columns}
    problems = []
    for name, klass in classes.items():
        if name not in known:
            problems.append(Problem.of("SOURCE_UNKNOWN_COLUMN", name, name=name))
        elif name in row.classes and row.classes[name] != klass:
            problems.append(Problem.of("COLUMN_CLASS_DECLARED", name, column=name))
        elif klass not in set(ColumnClass):
            problems.append(Problem.of("COLUMN_CLASS_UNKNOWN", name, name=klass))
    if problems:
        raise InvalidInput.of(problems)
