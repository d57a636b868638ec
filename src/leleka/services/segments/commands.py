"""Making, changing and removing segments; their rules are written as YAML or JSON (docs/reference/segments.md)."""

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import F

from leleka.core.rules.model import Rule, to_data
from leleka.core.rules.parser import parse
from leleka.errors import Conflict, InvalidInput, Problem
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import sees_personal
from leleka.services.access.edit_guards import refuse_managed, refuse_steering, stale, unique
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.definitions.refusals import checked_name
from leleka.services.segments.queries import find_by_id
from leleka.services.segments.rule_texts import WHERE, read_text
from leleka.services.sources import catalogue
from leleka.services.tasks import commands as task_commands
from leleka.state.models import Segment, Task


def create(actor: Actor, name: str, rules: str) -> int:
    """Make a segment; nobody is in it until it is evaluated. Raises ``InvalidInput`` with all problems."""
    require(actor, Permission.EDIT_SEGMENTS)
    wanted = _wanted(name, rules)
    with transaction.atomic():
        with unique(_taken(wanted["name"])):
            row = Segment.objects.create(**wanted)
        record(actor, "segment created", row.name)
    return row.pk


def update(actor: Actor, number: int, name: str, rules: str, version: int) -> None:
    """Change a segment; its members are found anew at the next evaluation.

    Raises ``Conflict`` STALE, ``Forbidden`` where an export sends it that somebody may only look at.
    """
    require(actor, Permission.EDIT_SEGMENTS)
    _editable(actor, number)
    wanted = _wanted(name, rules)
    with transaction.atomic():
        row = _editable(actor, number)
        fields = sorted(key for key, value in wanted.items() if getattr(row, key) != value)
        changes = {**wanted, "version": F("version") + 1}
        with unique(_taken(wanted["name"])):
            if not Segment.objects.filter(pk=number, version=version).update(**changes):
                raise stale(row.name)
        record(actor, "segment changed", wanted["name"], {"fields": fields, "name_before": row.name})


def remove(actor: Actor, number: int) -> None:
    """Raises ``Conflict`` where an export sends it, ``Forbidden`` where one does that somebody may only look at."""
    require(actor, Permission.EDIT_SEGMENTS)
    with transaction.atomic():
        Segment.objects.select_for_update().filter(pk=number).first()  # no export begins to send it meanwhile
        row = _editable(actor, number)
        users = ", ".join(sorted(export.name for export in row.exports.all()))
        if users:
            raise Conflict("SEGMENT_IN_USE", where=row.name, users=users)
        record(actor, "segment removed", row.name)
        row.delete()


def ask_refresh(actor: Actor, number: int) -> int:
    """Ask the worker to read what changed and count the members; return the number of the task."""
    require(actor, Permission.EDIT_SEGMENTS)
    return task_commands.ask(actor, Task.Kind.SEGMENT, find_by_id(number).name)


def ask_count(actor: Actor, rules: str) -> int:
    """Check rules that are not saved, and ask the worker how many match; return the number of the task."""
    require(actor, Permission.EDIT_SEGMENTS)
    return task_commands.ask(actor, Task.Kind.COUNT, "", {"rules": to_data(_rule(rules))})


def ask_members(actor: Actor, number: int) -> int:
    """Ask the worker for a segment's size and first members, masked for who may not see personal data."""
    require(actor, Permission.SEE)
    masked = not sees_personal(actor)
    return task_commands.ask(actor, Task.Kind.MEMBERS, find_by_id(number).name, {"masked": masked})


def _editable(actor: Actor, number: int) -> Segment:
    row = find_by_id(number)
    refuse_managed(row)
    refuse_steering(actor, row.name, row.exports.all())
    return row


def _wanted(name: str, rules: str) -> dict[str, Any]:
    """Read what is typed. It takes as long as the text is: nobody waits for it within a transaction."""
    problems: list[Problem] = []
    called, rule = "", None
    try:
        called = checked_name(name)
    except InvalidInput as error:
        problems += [replace(problem, where="name") for problem in error.problems]
    try:
        rule = _rule(rules)
    except InvalidInput as error:
        problems += error.problems
    if rule is None or problems:
        raise InvalidInput.of(problems)
    return {"name": called, "rules": to_data(rule)}


def _taken(name: str) -> Conflict:
    return Conflict("NAME_TAKEN.segment", where="name", name=name)


def _rule(text: str) -> Rule:
    return parse(read_text(text), catalogue.current(), WHERE)
