"""Rules that nobody can fit, or everybody does: two conditions on one value that exclude each other.

Only what is certain is found, and only between conditions of one group: "before 1990" and "after 1995". Looked at are
rules as they are stored, so that whoever may see them masked is told of the same places.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final, TypeAlias

from leleka.core.rules.model import SetOperation
from leleka.core.rules.operators import NEGATIONS, Operator
from leleka.core.rules.values import read_day

Location: TypeAlias = tuple[str | int, ...]
Stored: TypeAlias = Mapping[str, Any]

_EVERY: Final = frozenset({"all", SetOperation.INTERSECT})
_ANY: Final = frozenset({"any", SetOperation.UNION})
_MOST: Final = 100  # conditions on one value of one group are compared with each other
_ONE: Final = frozenset({Operator.IS, Operator.EQUAL, Operator.ON})
_LOWEST: Final = frozenset({Operator.AT_LEAST, Operator.ON_OR_AFTER})
_ABOVE: Final = frozenset({Operator.MORE, Operator.AFTER})
_HIGHEST: Final = frozenset({Operator.AT_MOST, Operator.ON_OR_BEFORE})
_BELOW: Final = frozenset({Operator.LESS, Operator.BEFORE})
_OF_TEXT: Final[Mapping[Operator, Callable[[str, str], bool]]] = {
    Operator.CONTAINS: lambda text, part: part in text,
    Operator.STARTS_WITH: str.startswith,
    Operator.ENDS_WITH: str.endswith,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Two conditions that exclude each other, by their places in the rules: ``always`` where one of them holds for
    everybody instead. ``of_rows`` where they are about related rows.
    """

    first: Location
    second: Location
    always: bool
    of_rows: bool


def findings(rules: object, here: Location = (), *, of_rows: bool = False) -> Iterator[Finding]:
    """Yield what is certain about stored rules."""
    if isinstance(rules, list):
        for place, inner in enumerate(rules):
            yield from findings(inner, (*here, place), of_rows=of_rows)
    if not isinstance(rules, Mapping):
        return
    for head, inner in rules.items():
        if head in _EVERY | _ANY and isinstance(inner, list):
            yield from _of_group(inner, (*here, head), always=head in _ANY, of_rows=of_rows)
        yield from findings(inner, (*here, head), of_rows=of_rows or head in {"where", "related"})


def at(rules: Any, location: Location) -> Any:
    """Return the rule at a place."""
    for step in location:
        rules = rules[step]
    return rules


def _of_group(rules: Sequence[Any], here: Location, *, always: bool, of_rows: bool) -> Iterator[Finding]:
    """Yield pairs of conditions of which never both hold; of which one always holds where one is enough."""
    by_value: dict[str, list[tuple[int, Stored]]] = {}
    for place, rule in enumerate(rules):
        told = _negated(rule) if always else rule
        if isinstance(told, Mapping) and "operator" in told:
            beside = {"operator", "value", "ignore case"}
            subject = repr([(key, value) for key, value in told.items() if key not in beside])
            by_value.setdefault(subject, []).append((place, told))
    for known in by_value.values():
        for (one, first), (other, second) in combinations(known[:_MOST], 2):
            if _exclude_each_other(first, second):
                yield Finding((*here, one), (*here, other), always, of_rows)


def _negated(rule: object) -> Stored | None:
    """Return the condition that holds exactly where the rule does not; None where none says it."""
    if not isinstance(rule, Mapping):
        return None
    if "not" in rule:
        return rule["not"] if isinstance(rule["not"], Mapping) else None
    if "column" not in rule:
        return None  # over no rows neither a measure nor its opposite holds
    positive = NEGATIONS.get(rule["operator"])
    negative = next((one for one, other in NEGATIONS.items() if other == rule["operator"]), None)
    opposite = positive or negative
    return {**rule, "operator": opposite.value} if opposite else None


def _exclude_each_other(first: Stored, second: Stored) -> bool:
    one, other = Operator(first["operator"]), Operator(second["operator"])
    if {one, other} in ({Operator.IS_TRUE, Operator.IS_FALSE}, {Operator.IS_EMPTY, Operator.IS_NOT_EMPTY}):
        return True
    if Operator.IS_EMPTY in {one, other}:
        known = other if one is Operator.IS_EMPTY else one
        return known not in NEGATIONS and known is not Operator.IS_EMPTY
    for condition, against in ((first, second), (second, first)):
        values = _values(condition)
        if values is not None:
            return not any(_may_hold(against, value, condition) for value in values)
    return _apart(_range(first), _range(second))


def _values(condition: Stored) -> list[Any] | None:
    """Return the only values that fit; None where others may."""
    operator, value = Operator(condition["operator"]), condition.get("value")
    if isinstance(value, Mapping):
        return None
    if operator in _ONE:
        return [_read(value)]
    return [_read(one) for one in value] if operator is Operator.ANY_OF and isinstance(value, list) else None


def _may_hold(condition: Stored, value: Any, other: Stored) -> bool:
    """Return whether a value may fit: true for all that is not certain."""
    operator, told = Operator(condition["operator"]), condition.get("value")
    positive = NEGATIONS.get(operator)
    if positive is not None:
        if positive not in {*_ONE, Operator.ANY_OF} or condition.get("ignore case") != other.get(
            "ignore case"
        ):
            return True
        known = _values({**condition, "operator": positive})
        return known is None or value not in known
    folded = bool(condition.get("ignore case") or other.get("ignore case"))
    known = _values(condition)
    if known is not None:
        return any(_same(value, one, folded=folded) for one in known)
    if operator in _OF_TEXT and isinstance(value, str) and isinstance(told, str):
        return folded or _OF_TEXT[operator](value, told)
    return not _apart(_range(condition), (value, False, value, False))


def _same(value: Any, other: Any, *, folded: bool) -> bool:
    if folded and isinstance(value, str) and isinstance(other, str):
        return _folded(value) == _folded(other)
    return type(value) is not type(other) or bool(value == other)


def _folded(text: str) -> str:
    """Fold at least what engines fold: what only they tell apart is not certain."""
    return text.replace("İ", "i").casefold()


_Range: TypeAlias = tuple[Any, bool, Any, bool] | None


def _range(condition: Stored) -> _Range:
    """Return the lowest and the highest value, and whether each is excluded; None where there is no range."""
    operator, value = Operator(condition["operator"]), condition.get("value")
    if operator is Operator.BETWEEN and isinstance(value, list):
        return _read(value[0]), False, _read(value[1]), False
    if isinstance(value, Mapping | list):
        return None
    if operator in _LOWEST | _ABOVE:
        return _read(value), operator in _ABOVE, None, False
    if operator in _HIGHEST | _BELOW:
        return None, False, _read(value), operator in _BELOW
    return None


def _apart(one: _Range, other: _Range) -> bool:
    return one is not None and other is not None and (_ends_before(one, other) or _ends_before(other, one))


def _ends_before(one: tuple[Any, bool, Any, bool], other: tuple[Any, bool, Any, bool]) -> bool:
    _, _, high, below = one
    low, above, _, _ = other
    if high is None or low is None or not _comparable(high, low):
        return False
    return bool(high < low or (high == low and (below or above)))


def _comparable(one: Any, other: Any) -> bool:
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return numbers or (type(one) is type(other) and not isinstance(one, str))


def _read(value: Any) -> Any:
    """Return a day that is told as text; a day told from today is compared with its like alone."""
    day = read_day(value) if isinstance(value, str) else None
    return value if day is None else day
