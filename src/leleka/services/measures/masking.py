"""The definition of a measure for somebody who may not see personal data: its values are masked by their columns."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from leleka.core.column_classes import MASKED, ColumnClass
from leleka.services.segments.rule_masking import masking_at
from leleka.services.sources.column_classes import Classes
from leleka.state.models import RelationshipRow

MeasureMasking = Callable[[Mapping[str, Any], ColumnClass], Mapping[str, Any]]


def measure_masking(classes: Classes, profiles: str) -> MeasureMasking:
    """Return what masks definitions as they are stored, each with the class of its values."""
    at = masking_at(classes)

    def masked(rules: Mapping[str, Any], klass: ColumnClass) -> Mapping[str, Any]:
        if "related" not in rules:
            return rules if klass is ColumnClass.HARMLESS else _without_values(rules)
        if "where" not in rules:
            return rules
        return {**rules, "where": at(rules["where"], end_of_path(rules["related"], profiles))}

    return masked


def end_of_path(names: Sequence[str], profiles: str) -> str:
    """Return the table to which relationships of these names lead."""
    ends = {row.name: (row.table, row.to_table) for row in RelationshipRow.objects.filter(name__in=names)}
    here = profiles
    for name in names:
        one, other = ends.get(str(name), ("", ""))
        here = other if one == here else one
    return here


def _without_values(part: Any) -> Any:
    """Mask what a map looks for and gives: values of people may stand in it. The texts of a concat stay."""
    if isinstance(part, list):
        return [_without_values(one) for one in part]
    if not isinstance(part, Mapping):
        return part
    told = {name: _without_values(value) for name, value in part.items() if name not in {"values", "else"}}
    if "values" in part:
        told["values"] = {MASKED: MASKED}
    return {**told, "else": MASKED} if "else" in part else told
