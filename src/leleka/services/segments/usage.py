"""Who uses a segment: exports that send it, and other segments in their rules, directly or through others."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from leleka.core.rules.stored import names, names_in
from leleka.errors import InvalidInput
from leleka.state.models import Export, Segment


def references(head: str = "segment") -> Mapping[str, frozenset[str]]:
    """Return the names of the segments, or the lists, that each segment's rules name; of segments that name any."""
    told = Segment.objects.annotate(told=Cast("rules", TextField())).filter(told__contains=f'"{head}"')
    rows = told.order_by("name").values_list("name", "rules")  # rules may be large: others are not read
    found = {name: frozenset(names_in(rules, head)) for name, rules in rows}
    return {name: inner for name, inner in found.items() if inner}


def users_of(name: str) -> Sequence[str]:
    """Return the names of the segments whose rules name a segment."""
    return [user for user, named in references().items() if name in named]


def with_users(names: Iterable[str]) -> frozenset[str]:
    """Return these segments and all that use one of them, directly or through others."""
    named, found = references(), set(names)
    while more := {user for user, inner in named.items() if inner & found} - found:
        found |= more
    return frozenset(found)


def forget(names: Iterable[str]) -> None:
    """Have the next refresh evaluate these segments, whatever days they have: what they are made of has changed."""
    Segment.objects.filter(name__in=list(names)).update(basis="")


def exports_fed(names: Iterable[str]) -> list[Export]:
    """Return the exports that send one of these segments, or one that is made of them."""
    sending = Export.objects.filter(segments__name__in=with_users(names)).select_related("connection")
    return list(sending.distinct().order_by("name"))


def refuse_cycle(rules: Mapping[str, Any], name: str, where: str, before: str | None = None) -> None:
    """Raises ``InvalidInput`` RULE_CYCLE where a segment with these rules would be made of itself.

    ``before`` is what it is called until now.
    """
    named = {one: inner for one, inner in references().items() if one != before}
    refuse_cycles({**named, name: frozenset(names_in(rules, "segment"))}, name, where)


def refuse_cycles(named: Mapping[str, frozenset[str]], name: str, where: str) -> None:
    """Raises ``InvalidInput`` RULE_CYCLE where a segment is among those that it is made of, with the shortest way."""
    ways: list[tuple[str, ...]] = [(name,)]
    seen = set[str]()
    for way in ways:
        for inner in sorted(named.get(way[-1], ())):
            if inner == name:
                raise InvalidInput("RULE_CYCLE", where=where, cycle=" → ".join((*way, name)))
            if inner not in seen:
                seen.add(inner)
                ways.append((*way, inner))


def renamed(rules: Any, head: str, before: str, after: str) -> Any:
    """Return stored rules in which a segment or a list has another name."""
    if isinstance(rules, list):
        return [renamed(one, head, before, after) for one in rules]
    if not isinstance(rules, Mapping):
        return rules
    if names(rules, head) and rules[head] == before:
        return {**rules, head: after}
    return {key: renamed(value, head, before, after) for key, value in rules.items()}
