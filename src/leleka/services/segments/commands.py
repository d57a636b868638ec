"""Making, changing and removing segments; their rules are written as YAML or JSON (docs/reference/segments.md)."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson
from django.db import transaction
from django.db.models import F
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from leleka.core.rules.model import Rule, to_data
from leleka.core.rules.parser import parse
from leleka.errors import Conflict, InvalidInput, Problem
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import sees_personal
from leleka.services.access.edit_guards import refuse_managed, refuse_steering, stale, unique
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.definitions import bounded_yaml
from leleka.services.definitions.refusals import checked_name
from leleka.services.segments.queries import find_by_id
from leleka.services.sources import catalogue
from leleka.services.tasks import commands as task_commands
from leleka.state.models import Segment, Task

_LARGEST: Final = 200_000  # characters of rules
# Of rules written as YAML: what is read in a third of a second.
_LONGEST_YAML: Final = 60_000  # characters
_MOST_PARTS: Final = 3_000
_AROUND: Final = 4  # parts: a text and a document, each with a beginning and an end
_WHERE: Final = "rules"


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


def as_text(rules: Mapping[str, object]) -> str:
    """Return rules as YAML, to be read and edited; as JSON where they are too large to be written and read as YAML."""
    if _parts(rules) > _MOST_PARTS - _AROUND:
        return orjson.dumps(rules).decode()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.sort_base_mapping_type_on_output = False, False  # type: ignore[assignment]
    yaml.allow_unicode, yaml.width = True, 100
    text = io.StringIO()
    yaml.dump(dict(rules), text)
    written = text.getvalue()
    return written if len(written) <= _LONGEST_YAML else orjson.dumps(rules).decode()


def _editable(actor: Actor, number: int) -> Segment:
    row = find_by_id(number)
    refuse_managed(row)
    refuse_steering(actor, row.name, row.exports.all())
    return row


def _parts(rules: object) -> int:
    if isinstance(rules, Mapping):
        return 2 + sum(1 + _parts(value) for value in rules.values())
    return 2 + sum(map(_parts, rules)) if isinstance(rules, list) else 1


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
    if len(text) > _LARGEST:
        raise InvalidInput("RULE_TOO_LARGE.text", where=_WHERE, most=_LARGEST)
    found = _as_json(text)
    return parse(_as_yaml(text) if found is None else found, catalogue.current(), _WHERE)


def _as_json(text: str) -> Any:
    """Return what JSON says, which is read a hundred times faster than YAML; None for anything else, and for what
    JSON leaves open.
    """
    try:
        orjson.loads(text)  # refuses NaN, lone surrogates and nesting without end, unlike the other
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _as_yaml(text: str) -> Any:
    if len(text) > _LONGEST_YAML:
        raise InvalidInput("RULE_TOO_LARGE.yaml", where=_WHERE, most=_LONGEST_YAML)
    try:
        return bounded_yaml.load(text, "safe", _MOST_PARTS, aliases=False)
    except bounded_yaml.HasAlias:
        raise InvalidInput("RULE_YAML.aliases", where=_WHERE) from None
    except (bounded_yaml.TooDeep, RecursionError):
        raise InvalidInput("RULE_TOO_DEEP.text", where=_WHERE, most=bounded_yaml.DEEPEST) from None
    except bounded_yaml.TooMany:
        raise InvalidInput("RULE_TOO_LARGE.parts", where=_WHERE, most=_MOST_PARTS) from None
    except MarkedYAMLError as error:
        if error.problem_mark is None:
            raise InvalidInput("RULE_YAML", where=_WHERE) from None
        raise InvalidInput("RULE_YAML.line", where=_WHERE, line=error.problem_mark.line + 1) from None
    except (YAMLError, ValueError):
        raise InvalidInput("RULE_YAML", where=_WHERE) from None
