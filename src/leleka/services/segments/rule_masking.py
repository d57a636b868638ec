"""The rules of a segment for somebody who may not see personal data: the same rules, their values masked by column."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from leleka.core.column_classes import MASKED, ColumnClass
from leleka.core.rules.model import SetOperation
from leleka.core.rules.operators import DAYS, Operator
from leleka.services.sources.column_classes import Classes
from leleka.state.models import RelationshipRow, Source

# A number of days or of months, whatever they are compared with.
_OF_THE_CALENDAR: Final = frozenset({*DAYS, Operator.MONTH_OF})
_COUNT: Final = "count"
# What a rule is built of; everything else in it is a value to compare with.
_STRUCTURE: Final = frozenset(
    {
        "column",
        "operator",
        "ignore case",
        "related",
        "measure",
        "of",
        "where",
        "all",
        "any",
        "not",
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
        there = table
        if "related" in rule:
            one, other = ends.get(str(rule["related"]), ("", ""))
            there = other if one == table else one
        harmless = _is_harmless(rule, classes, there)
        return {
            name: _inside(value, there, masked) if name in _STRUCTURE or harmless else _masked_literal(value)
            for name, value in rule.items()
        }

    return masked


def _masked_literal(value: Any) -> Any:
    return [MASKED] if isinstance(value, list) else MASKED


def _inside(value: Any, table: str, masked: Callable[[Mapping[str, Any], str], dict[str, Any]]) -> Any:
    if isinstance(value, Mapping):
        return masked(value, table)
    if isinstance(value, list):
        return [masked(one, table) if isinstance(one, Mapping) else one for one in value]
    return value


def _is_harmless(rule: Mapping[str, Any], classes: Classes, table: str) -> bool:
    if rule.get("operator") in _OF_THE_CALENDAR or rule.get("measure") == _COUNT:
        return True
    column = rule.get("of") if "related" in rule else rule.get("column")
    return classes.of(table, str(column)) is ColumnClass.HARMLESS
