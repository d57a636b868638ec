"""Reads the rules that are about profiles as a whole: members of a segment, entries of a list, a random share."""

import unicodedata
from collections.abc import Callable, Collection, Mapping
from typing import Final

from leleka.core.rules.model import InList, InSegment, RandomShare, Rule
from leleka.core.rules.reading import Place, Reading, nearest, quoted
from leleka.core.rules.values import kind_of, percent

_RANDOM_SHARE: Final = "random share"
_ALL: Final = 10_000  # hundredths of a percent
_LONGEST_SEED: Final = 100


def read_profile_set(reading: Reading, head: str, told: object, place: Place) -> Rule | None:
    reading.count(place)
    where = f"{place.where}.{head}"
    if not place.of_profiles:
        reading.problem("RULE_SHAPE.of_profiles", where, head=head)
        return None
    return SETS_OF_PROFILES[head](reading, told, where)


def _segment(reading: Reading, told: object, where: str) -> Rule | None:
    name = _known(reading, told, reading.catalogue.segments, "RULE_UNKNOWN_SEGMENT", where)
    return InSegment(name) if name else None


def _list(reading: Reading, told: object, where: str) -> Rule | None:
    name = _known(reading, told, reading.catalogue.lists, "RULE_UNKNOWN_LIST", where)
    return InList(name) if name else None


def _known(reading: Reading, told: object, known: Collection[str], key: str, where: str) -> str | None:
    if isinstance(told, str) and told in known:
        return told
    shown = quoted(told) if isinstance(told, str) else kind_of(told)
    reading.problem(key, where, name=shown, near=nearest(told, known) if isinstance(told, str) else "")
    return None


def _random_share(reading: Reading, told: object, where: str) -> Rule | None:
    if not isinstance(told, Mapping) or not all(isinstance(key, str) for key in told):
        reading.problem("RULE_SHAPE.random_share", where)
        return None
    if reading.unexpected(told, ("seed", "from", "to"), where):
        return None
    seed, first, last = told.get("seed"), percent(told.get("from", 0)), percent(told.get("to"))
    if not isinstance(seed, str) or not 1 <= len(seed) <= _LONGEST_SEED or "\0" in seed or not seed.strip():
        reading.problem("RULE_VALUE.seed", f"{where}.seed", most=_LONGEST_SEED)
    elif any("\ud800" <= letter <= "\udfff" or unicodedata.category(letter) == "Cc" for letter in seed):
        reading.problem("RULE_VALUE.character", f"{where}.seed")
    elif first is None or last is None or not 0 <= first < last <= _ALL:
        reading.problem("RULE_VALUE.random_share", where)
    else:
        return RandomShare(seed, first, last)
    return None


SETS_OF_PROFILES: Final[Mapping[str, Callable[[Reading, object, str], Rule | None]]] = {
    "segment": _segment,
    "list": _list,
    _RANDOM_SHARE: _random_share,
}
