"""Making, changing and removing segments; their rules are written as YAML or JSON (docs/reference/segments.md)."""

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import F

from leleka.core.rules.model import Rule
from leleka.core.rules.parser import parse
from leleka.core.rules.writing import to_data
from leleka.errors import Conflict, InvalidInput, Problem
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import sees_personal
from leleka.services.access.edit_guards import refuse_managed, refuse_steering, stale, unique
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.definitions.refusals import checked_name
from leleka.services.segments.queries import find_by_id
from leleka.services.segments.resting import refuse_inactive
from leleka.services.segments.rule_texts import WHERE, read_text
from leleka.services.segments.usage import (
    exports_fed,
    forget,
    refuse_cycle,
    renamed,
    users_of,
    with_users,
)
from leleka.services.sources import catalogue
from leleka.services.tasks import commands as task_commands
from leleka.state.models import Segment, Task


def create(actor: Actor, name: str, rules: str) -> int:
    """Make a segment; nobody is in it until it is evaluated. Raises ``InvalidInput`` with all problems."""
    require(actor, Permission.EDIT_SEGMENTS)
    wanted = _wanted(name, rules)
    with transaction.atomic():
        refuse_cycle(wanted["rules"], wanted["name"], WHERE)
        with unique(_taken(wanted["name"])):
            row = Segment.objects.create(**wanted)
        record(actor, "segment created", row.name)
    return row.pk


def update(actor: Actor, number: int, name: str, rules: str, version: int) -> None:
    """Change a segment; its members are found anew at the next evaluation. Segments that are made of it keep to it
    under another name.

    Raises ``Conflict`` STALE, and SEGMENT_IN_USE where a file knows it by its name, ``Forbidden`` where an export sends
    it that somebody may only look at.
    """
    require(actor, Permission.EDIT_SEGMENTS)
    _editable(actor, number)
    wanted = _wanted(name, rules)
    with transaction.atomic():
        row = _editable(actor, number)
        refuse_cycle(wanted["rules"], wanted["name"], WHERE, row.name)
        fields = sorted(key for key, value in wanted.items() if getattr(row, key) != value)
        changes = {**wanted, "version": F("version") + 1}
        if "rules" in fields:
            forget(with_users([row.name]))
        with unique(_taken(wanted["name"])):
            if not Segment.objects.filter(pk=number, version=version).update(**changes):
                raise stale(row.name)
        if wanted["name"] != row.name:
            _keep_references(row.name, wanted["name"])
        record(actor, "segment changed", wanted["name"], {"fields": fields, "name_before": row.name})


def remove(actor: Actor, number: int) -> None:
    """Raises ``Conflict`` where an export sends it or another segment is made of it, ``Forbidden`` where somebody may
    only look at an export that depends on it.
    """
    require(actor, Permission.EDIT_SEGMENTS)
    with transaction.atomic():
        Segment.objects.select_for_update().filter(pk=number).first()  # no export begins to send it meanwhile
        row = _editable(actor, number)
        users = [*sorted(export.name for export in row.exports.all()), *users_of(row.name)]
        if users:
            raise Conflict("SEGMENT_IN_USE", where=row.name, users=", ".join(users))
        record(actor, "segment removed", row.name)
        row.delete()


def ask_refresh(actor: Actor, number: int) -> int:
    """Ask the worker to read what changed and count the members; return the number of the task. Raises ``Conflict``
    SEGMENT_INACTIVE.
    """
    require(actor, Permission.EDIT_SEGMENTS)
    row = find_by_id(number)
    refuse_inactive(row)
    return task_commands.ask(actor, Task.Kind.SEGMENT, row.name)


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
    refuse_steering(actor, row.name, exports_fed([row.name]))
    return row


def _keep_references(before: str, after: str) -> None:
    """Let the segments that are made of one keep to it under its new name. Raises ``Conflict`` where one of them stands
    in a definitions file, which knows it by the name before.
    """
    users = list(Segment.objects.select_for_update(no_key=True).filter(name__in=users_of(before)))
    if fixed := sorted(user.name for user in users if user.managed_by_file):
        raise Conflict("SEGMENT_IN_USE.name", where="name", users=fixed)
    for user in users:
        rules = renamed(user.rules, "segment", before, after)
        Segment.objects.filter(pk=user.pk).update(rules=rules, version=F("version") + 1)


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
