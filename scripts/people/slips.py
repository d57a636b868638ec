"""Slips of the hand: a neighbouring key, a letter dropped, doubled or changed places with the next."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

_KEYBOARDS: Final = (
    ("1234567890",),
    ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    ("йцукенгшщзхї", "фівапролджє", "ячсмитьбю"),
)
_LAST_DIGITS: Final = 6  # a slip in the first ones would make another country or century of them


def _neighbours() -> dict[str, str]:
    found: dict[str, str] = {}
    for rows in _KEYBOARDS:
        for number, row in enumerate(rows):
            for at, key in enumerate(row):
                beside = row[max(at - 1, 0) : at] + row[at + 1 : at + 2]
                others = [rows[place] for place in (number - 1, number + 1) if 0 <= place < len(rows)]
                found[key] = beside + "".join(other[at : at + 1] for other in others)
    return found


_NEIGHBOURS: Final = _neighbours()


def slip(random: Random, text: str) -> str:
    """Return the text with one slip, never in its first letter; an empty or very short text stays as it is."""
    places = [at for at in range(1, len(text)) if text[at].lower() in _NEIGHBOURS]
    if not places:
        return text
    at = places[int(random.random() * len(places))]
    return _KINDS[int(random.random() * len(_KINDS))](random, text, at)


def slip_of_digit(random: Random, text: str) -> str:
    """Return the text with one of its last digits changed for another: the length is kept."""
    places = [at for at, letter in enumerate(text) if letter.isdigit()][-_LAST_DIGITS:]
    if not places:
        return text
    at = places[int(random.random() * len(places))]
    other = (int(text[at]) + 1 + int(random.random() * 9)) % 10
    return f"{text[:at]}{other}{text[at + 1 :]}"


def _neighbour(random: Random, text: str, at: int) -> str:
    near = _NEIGHBOURS[text[at].lower()]
    key = near[int(random.random() * len(near))]
    return text[:at] + (key.upper() if text[at].isupper() else key) + text[at + 1 :]


def _dropped(_random: Random, text: str, at: int) -> str:
    return text[:at] + text[at + 1 :]


def _doubled(_random: Random, text: str, at: int) -> str:
    return text[:at] + text[at] + text[at:]


def _swapped(_random: Random, text: str, at: int) -> str:
    return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]


_KINDS: Final[Sequence[Callable[[Random, str, int], str]]] = (_neighbour, _dropped, _doubled, _swapped)
