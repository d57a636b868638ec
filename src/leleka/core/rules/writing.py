"""Rules as data: the canonical long form, in JSON types. ``parser.parse`` is its inverse."""

from datetime import date

from leleka.core.rules.model import (
    NOTE,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    InList,
    InSegment,
    Joined,
    Not,
    RandomShare,
    Related,
    Rule,
    Step,
)
from leleka.core.rules.operands import OtherColumn, RelativeDay, Share

HUNDREDTHS = 100


def to_data(rule: Rule) -> dict[str, object]:
    """Return the canonical long form in JSON types; equal rules give equal data but for their notes, and ``parse``
    accepts it.
    """
    return {**_plain_data(rule), **({NOTE: rule.note} if rule.note else {})}


def without_notes(data: object) -> object:
    """Return rules as data without what is written beside them: what their members depend on."""
    if isinstance(data, dict):
        return {key: without_notes(one) for key, one in data.items() if key != NOTE}
    return [without_notes(one) for one in data] if isinstance(data, list) else data


def _plain_data(rule: Rule) -> dict[str, object]:
    match rule:
        case Condition():
            return {"column": rule.column.name, **_comparison_data(rule.comparison)}
        case Related():
            return _related_data(rule)
        case AllOf() | AnyOf() | Joined():
            return {head_of(rule): [to_data(inner) for inner in rule.rules]}
        case Not():
            return {"not": to_data(rule.rule)}
        case InSegment() | InList():
            return {"segment" if isinstance(rule, InSegment) else "list": rule.name}
        case RandomShare():
            ends = {"from": _percent(rule.first), "to": _percent(rule.last)}
            return {"random share": {"seed": rule.seed, **ends}}


def head_of(group: AllOf | AnyOf | Joined) -> str:
    """Return the key under which the rules of a group stand."""
    if isinstance(group, Joined):
        return group.operation.value
    return "all" if isinstance(group, AllOf) else "any"


def day_text(day: RelativeDay) -> str:
    """Return a day told from today as rules write it."""
    if day.days == 0:
        return "today"
    number = abs(day.days)
    days = f"{number} day" if number == 1 else f"{number} days"
    return f"{days} ago" if day.days < 0 else f"in {days}"


def _related_data(rule: Related) -> dict[str, object]:
    *through, last = rule.path
    path = [*map(_step_data, through), last.hop.relationship]
    data: dict[str, object] = {"related": path if through else path[0], "measure": rule.measure.value}
    if rule.of:
        data["of"] = rule.of.name
    if rule.by:
        data["by"] = rule.by.name
    if rule.comparison:
        data |= _comparison_data(rule.comparison)
    if last.where:
        data["where"] = to_data(last.where)
    return data


def _step_data(step: Step) -> object:
    if step.where is None:
        return step.hop.relationship
    return {"relationship": step.hop.relationship, "where": to_data(step.where)}


def _comparison_data(comparison: Comparison) -> dict[str, object]:
    data: dict[str, object] = {"operator": comparison.operator.value}
    operand = comparison.operand
    if isinstance(operand, tuple):
        data["value"] = [_json(value) for value in operand]
    elif operand is not None:
        data["value"] = _json(operand)
    if comparison.ignore_case:
        data["ignore case"] = True
    return data


def _json(value: object) -> object:
    if isinstance(value, RelativeDay):
        return day_text(value)
    if isinstance(value, OtherColumn):
        return {"column": value.column.name}
    if isinstance(value, Share):
        return f"{_percent(value.amount)} %" if value.of_all else value.amount
    return value.isoformat() if isinstance(value, date) else value


def _percent(hundredths: int) -> int | float:
    whole, rest = divmod(hundredths, HUNDREDTHS)
    return hundredths / HUNDREDTHS if rest else whole
