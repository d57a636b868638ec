"""Rules as a tree of what can be counted by itself: a part that is wrong does not keep the others from being read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from leleka.core.columns import Catalogue
from leleka.core.rules.model import NOTE, AllOf, AnyOf, Joined, Not, Rule, SetOperation
from leleka.core.rules.parser import DEEPEST, parse
from leleka.errors import InvalidInput, Problem

_GROUPS: Final = frozenset({"all", "any", *SetOperation})
_TOO_MUCH: Final = frozenset({"RULE_TOO_LARGE", "RULE_TOO_DEEP"})


@dataclass(frozen=True, slots=True)
class Node:
    """A part of the rules. ``how`` says what it does with the parts inside: all, any, not, or an operation of sets;
    "" for one that is asked as a whole. ``rule`` is None where it, or a part of it, is wrong.
    """

    path: str
    how: str
    rule: Rule | None
    inside: "tuple[Node, ...]" = ()
    problems: tuple[Problem, ...] = ()


def read(data: Any, known: Catalogue, path: str) -> Node:
    """Return rules as they are written, with what is wrong at each part."""
    try:
        return _read(parse(data, known, path), path)
    except InvalidInput as error:
        if _TOO_MUCH & {problem.code for problem in error.problems}:
            return Node(path, "", None, problems=tuple(error.problems))
        return _partly(data, known, path, error.problems)


def refuse(node: Node) -> None:
    """Raises ``InvalidInput`` with all that is wrong in the rules."""
    if problems := [problem for one in walk(node) for problem in one.problems]:
        raise InvalidInput.of(problems)


def walk(node: Node) -> Iterator[Node]:
    yield node
    for one in node.inside:
        yield from walk(one)


def _read(rule: Rule, path: str) -> Node:
    match rule:
        case AllOf() | AnyOf() | Joined():
            how = _name_of(rule)
            inside = [_read(one, f"{path}.{how}[{place}]") for place, one in enumerate(rule.rules)]
            return Node(path, how, rule, tuple(inside))
        case Not():
            return Node(path, "not", rule, (_read(rule.rule, f"{path}.not"),))
        case _:
            return Node(path, "", rule)


def _name_of(rule: AllOf | AnyOf | Joined) -> str:
    if isinstance(rule, Joined):
        return rule.operation.value
    return "all" if isinstance(rule, AllOf) else "any"


def _partly(data: Any, known: Catalogue, path: str, problems: Sequence[Problem]) -> Node:
    """Read the parts of a group of which some are wrong."""
    how, parts = _parts(data)
    if not parts or path.count(".") > DEEPEST:
        return Node(path, "", None, problems=tuple(problems))
    places = [f"{path}.not"] if how == "not" else [f"{path}.{how}[{place}]" for place in range(len(parts))]
    inside = tuple(read(part, known, place) for part, place in zip(parts, places, strict=True))
    own = tuple(one for one in problems if not one.where.startswith(tuple(places)))
    return Node(path, how, None, inside, own)


def _parts(data: Any) -> tuple[str, Sequence[Any]]:
    told = [(key, one) for key, one in data.items() if key != NOTE] if isinstance(data, Mapping) else []
    if len(told) != 1:
        return "", ()
    ((head, items),) = told
    if head == "not":
        return "not", (items,)
    return (head, items) if head in _GROUPS and isinstance(items, list) else ("", ())
