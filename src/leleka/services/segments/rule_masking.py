"""The rules of a segment for somebody who may not see personal data: the same rules, their values masked by column."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from leleka.core.column_classes import MASKED, ColumnClass
from leleka.core.rules.model import NOTE, SetOperation
from leleka.core.rules.operators import DAYS, PERIODS, RANKS, Operator
from leleka.core.rules.stored import name_of, steps_of, tables_of
from leleka.services.sources.column_classes import Classes
from leleka.state.models import RelationshipRow, Source

# A number of days, months or rows, whatever they are compared with.
_HARMLESS_VALUES: Final = frozenset({*DAYS, *PERIODS, *RANKS, Operator.MONTH_OF})
_COUNTS: Final = frozenset({"count", "count distinct"})
# What a rule is built of; everything else in it is a value to compare with.
_STRUCTURE: Final = frozenset(
    {
        "column",
        "operator",
        "ignore case",
        "related",
        "measure",
        "of",
        "by",
        "where",
        "all",
        "any",
        "not",
        "segment",
        "list",
        "random share",
        "seed",
        "from",
        "to",
        *SetOperation,
    }
)
Masking = Callable[[Mapping[str, Any]], dict[str, Any]]
MaskingAt = Callable[[Mapping[str, Any], str], dict[str, Any]]


def rule_masking(classes: Classes) -> Masking:
    """Return what masks rules as they are stored; sources and relationships are read once."""
    masked = masking_at(classes)
    profiles = Source.objects.filter(is_profiles=True).values_list("name", flat=True).first() or ""
    return lambda rules: masked(rules, profiles)


def masking_at(classes: Classes) -> MaskingAt:
    """Return what masks a rule on the rows of a table of this name."""
    ends = {row.name: (row.table, row.to_table) for row in RelationshipRow.objects.all()}

    def masked(rule: Mapping[str, Any], table: str) -> dict[str, Any]:
        tables = tables_of(rule, table, ends)
        there = tables[-1] if tables else table
        harmless = _is_harmless(rule, classes, there)
        shown = {
            name: _inside(value, there, masked)
            if name in _STRUCTURE or (harmless and name != NOTE)
            else _masked_literal(value)
            for name, value in rule.items()
        }
        if isinstance(rule.get("related"), list):
            steps = zip(steps_of(rule), tables, strict=True)
            shown["related"] = [_step(step, end, masked) for step, end in steps]
        return shown

    return masked


def _step(step: Any, table: str, masked: Callable[[Mapping[str, Any], str], dict[str, Any]]) -> Any:
    if not isinstance(step, Mapping):
        return step
    return {"relationship": name_of(step), "where": _inside(step.get("where"), table, masked)}


def _masked_literal(value: Any) -> Any:
    if isinstance(value, Mapping):  # the name of another column
        return value
    return [MASKED] if isinstance(value, list) else MASKED


def _inside(value: Any, table: str, masked: Callable[[Mapping[str, Any], str], dict[str, Any]]) -> Any:
    if isinstance(value, Mapping):
        return masked(value, table)
    if isinstance(value, list):
        return [masked(one, table) if isinstance(one, Mapping) else one for one in value]
    return value


def _is_harmless(rule: Mapping[str, Any], classes: Classes, table: str) -> bool:
    if rule.get("operator") in _HARMLESS_VALUES or rule.get("measure") in _COUNTS:
        return True
    column = rule.get("of") if "related" in rule else rule.get("column")
    return classes.of(table, str(column)) is ColumnClass.HARMLESS
