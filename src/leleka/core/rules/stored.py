"""Rules as they are stored, looked at without the catalogue: those that no longer fit the columns still use what they
name.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from leleka.core.rules.model import NOTE

# The tables of each relationship, by its name.
Ends: TypeAlias = Mapping[str, tuple[str, str]]


def steps_of(rule: Mapping[str, Any]) -> list[Any]:
    """Return the steps of a rule about related rows: names of relationships, or mappings of a name and a rule."""
    told = rule.get("related", [])
    return list(told) if isinstance(told, list) else [told]


def name_of(step: Any) -> str:
    return str(step.get("relationship", "") if isinstance(step, Mapping) else step)


def tables_of(rule: Mapping[str, Any], table: str, ends: Ends) -> list[str]:
    """Return the table that each step leads to, from ``table`` on; "" where nothing is known of it."""
    found = list[str]()
    for step in steps_of(rule):
        one, other = ends.get(name_of(step), ("", ""))
        table = other if one == table else one
        found.append(table)
    return found


def parts(rule: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every mapping within stored rules, and themselves."""
    if isinstance(rule, Mapping):
        yield rule
        for inner in rule.values():
            yield from parts(inner)
    elif isinstance(rule, list):
        for inner in rule:
            yield from parts(inner)


def relationships_in(rules: Any) -> Iterator[str]:
    """Yield the relationships that stored rules name, whether or not they are there."""
    for part in parts(rules):
        if "related" in part:
            yield from map(name_of, steps_of(part))


def names_in(rules: Any, head: str) -> Iterator[str]:
    """Yield what stored rules name under ``segment`` or ``list``."""
    for part in parts(rules):
        if names(part, head):
            yield part[head]


def names(part: Mapping[str, Any], head: str) -> bool:
    """Return whether a mapping within rules names something under this head, with or without a note."""
    return isinstance(part.get(head), str) and not part.keys() - {head, NOTE}


def asks_column(rule: Any, table: str, ends: Ends, wanted: tuple[str, str]) -> bool:
    """Return whether a rule about the rows of ``table`` looks at a column: (table, name)."""
    if isinstance(rule, list):
        return any(asks_column(one, table, ends, wanted) for one in rule)
    if not isinstance(rule, Mapping):
        return False
    if "related" in rule:
        tables = tables_of(rule, table, ends)
        rules = [step.get("where") if isinstance(step, Mapping) else None for step in steps_of(rule)]
        measured = tables[-1:] == [wanted[0]] and wanted[1] in {rule.get("of"), rule.get("by")}
        inside = zip([*rules, rule.get("where")], [*tables, *tables[-1:]], strict=False)
        return measured or any(asks_column(one, there, ends, wanted) for one, there in inside)
    if "column" in rule:
        beside = rule.get("value")
        names = {rule["column"], beside.get("column") if isinstance(beside, Mapping) else None}
        return table == wanted[0] and wanted[1] in names
    return any(asks_column(inner, table, ends, wanted) for inner in rule.values())
