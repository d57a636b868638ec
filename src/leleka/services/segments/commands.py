"""Making, changing and removing segments; their rules are written as YAML or JSON (docs/reference/segments.md)."""

import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from pydantic import TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from leleka.core.rules.model import Rule, to_data
from leleka.core.rules.parser import parse
from leleka.destinations.registry import specs
from leleka.errors import Conflict, InvalidInput, Problem
from leleka.services.access.actor import Actor
from leleka.services.access.edit_guards import refuse_managed, stale
from leleka.services.access.permissions import Permission, allows, require
from leleka.services.audit.log import record
from leleka.services.definition_schema.schema import Name
from leleka.services.definitions.yaml_file import refusal_of
from leleka.services.segments.queries import find_by_id
from leleka.services.sources import catalogue
from leleka.services.tasks import commands as task_commands
from leleka.state.models import Segment, Task

_NAME: Final = TypeAdapter[str](Name)
_LARGEST: Final = 200_000  # characters of rules
_WHERE: Final = "rules"


def create(actor: Actor, name: str, rules: str) -> int:
    """Make a segment; nobody is in it until it is evaluated. Raises ``InvalidInput`` with all problems."""
    require(actor, Permission.EDIT_SEGMENTS)
    with transaction.atomic():
        wanted = _wanted(name, rules, None)
        row = Segment.objects.create(**wanted)
        record(actor, "segment created", row.name)
    return row.pk


def update(actor: Actor, number: int, name: str, rules: str, version: int) -> None:
    """Change a segment; its members are found anew at the next evaluation. Raises ``Conflict`` STALE."""
    require(actor, Permission.EDIT_SEGMENTS)
    with transaction.atomic():
        row = find_by_id(number)
        refuse_managed(row)
        wanted = _wanted(name, rules, number)
        fields = sorted(key for key, value in wanted.items() if getattr(row, key) != value)
        changes = {**wanted, "version": F("version") + 1}
        if not Segment.objects.filter(pk=number, version=version).update(**changes):
            raise stale(row.name)
        record(actor, "segment changed", wanted["name"], {"fields": fields, "name_before": row.name})


def remove(actor: Actor, number: int) -> None:
    """Raises ``Conflict`` where an export sends it."""
    require(actor, Permission.EDIT_SEGMENTS)
    with transaction.atomic():
        row = find_by_id(number)
        refuse_managed(row)
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
    masked = not allows(actor, Permission.SEE_PERSONAL)
    return task_commands.ask(actor, Task.Kind.MEMBERS, find_by_id(number).name, {"masked": masked})


def as_text(rules: Mapping[str, object]) -> str:
    """Return rules as YAML, to be read and edited."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.sort_base_mapping_type_on_output = False, False  # type: ignore[assignment]
    yaml.allow_unicode, yaml.width = True, 100
    text = io.StringIO()
    yaml.dump(dict(rules), text)
    return text.getvalue()


def _wanted(name: str, rules: str, number: int | None) -> dict[str, Any]:
    problems: list[Problem] = []
    called, rule = "", None
    try:
        called = _named(name)
    except InvalidInput as error:
        problems += [replace(problem, where="name") for problem in error.problems]
    try:
        rule = _rule(rules)
    except InvalidInput as error:
        problems += error.problems
    if rule is None or problems:
        raise InvalidInput.of(problems)
    if Segment.objects.filter(name=called).exclude(pk=number or 0).exists():
        raise Conflict("NAME_TAKEN.segment", where="name", name=called)
    return {"name": called, "rules": to_data(rule)}


def _named(name: str) -> str:
    try:
        called = _NAME.validate_python(name)
    except ValidationError as error:
        raise InvalidInput.of([refusal_of(error.errors()[0])]) from None
    for spec in specs():
        spec.check_name(called)
    return called


def _refuse_aliases(text: str) -> None:
    """A few of them, one within the other, are a text without end."""
    if any(getattr(event, "anchor", None) for event in YAML(typ="safe", pure=True).parse(text)):
        raise InvalidInput("RULE_YAML.aliases", where=_WHERE)


def _rule(text: str) -> Rule:
    if len(text) > _LARGEST:
        raise InvalidInput("RULE_TOO_LARGE.text", where=_WHERE, most=_LARGEST)
    try:
        _refuse_aliases(text)
        data = YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        if error.problem_mark is None:
            raise InvalidInput("RULE_YAML", where=_WHERE) from None
        raise InvalidInput("RULE_YAML.line", where=_WHERE, line=error.problem_mark.line + 1) from None
    except (YAMLError, RecursionError, ValueError):
        raise InvalidInput("RULE_YAML", where=_WHERE) from None
    return parse(data, catalogue.current(), _WHERE)
