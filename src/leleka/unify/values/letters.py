"""One spelling in Latin letters for what people write in several alphabets.

``anyascii`` knows a Latin spelling of every letter of every script. Three things are ours. Ukrainian г is h, as in
passports. Letters of the wrong alphabet, which only look right (a Latin i in Сергiй), are read as those around them.
And spellings between which the systems of transliteration differ are made equal: x is ks, y is i, ii is i. So
Олександр, Oleksandr and Olexandr are equal, as are Ковальський, Kovalskyi and Kovalsky. What else differs between
systems (h or g for г, kh or h for х) stays: in Latin these letters tell different names apart.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from anyascii import anyascii

# Signs of softness and every apostrophe that keyboards and word processors write: Мар'яна is Marʼiana and Mariana.
_NOTHING: Final = dict.fromkeys(map(ord, "'`´ʹʻʼʽˈ‘’‛′＇ьъЬЪ"), "")
# Letters that look alike in both alphabets.
_LATIN: Final = "aceikmoptxy"
_CYRILLIC: Final = "асеікмортху"
_TO_CYRILLIC: Final = str.maketrans(_LATIN, _CYRILLIC)
_TO_LATIN: Final = str.maketrans(_CYRILLIC, _LATIN)
_MIXED: Final = re.compile(r"\b(?=\w*[a-z])(?=\w*[а-яіїєґё])\w+")
_LATIN_LETTER: Final = re.compile(r"[a-z]")
_CYRILLIC_LETTER: Final = re.compile(r"[а-яіїєґё]")
_NOT_PLAIN: Final = re.compile(r"[^a-z0-9]")
_SEVERAL_I: Final = re.compile(r"i{2,}")
# The second and the third of a name are two people.
_ORDINALS: Final = frozenset({"ii", "iii"})


class _Spelling(dict[int, str]):
    """The Latin spelling of each character met so far; nothing for marks, a space for what is no letter or digit."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        category = unicodedata.category(character)
        if category[0] in "LN":
            spelling = _NOT_PLAIN.sub("", anyascii(character).lower())
        else:
            spelling = "" if category[0] == "M" or category in {"Cf", "Cs"} else " "
        self[point] = spelling
        return spelling


_SPELLING: Final = _Spelling({ord("г"): "h"})
_ASCII: Final = {point: _NOTHING.get(point, _SPELLING[point]) for point in range(128)}


@lru_cache(maxsize=64)  # a value is looked at several times in a row
def words(text: str) -> tuple[str, ...]:
    """Return the words of a text in letters a to z and digits, in their order. Never raises.

    Hyphens part words, apostrophes do not. The words of words are the words themselves.
    """
    spelling = text.lower().translate(_ASCII) if text.isascii() else _in_latin(text)
    found = tuple(spelling.replace("x", "ks").replace("y", "i").split())
    return tuple(map(_folded, found)) if "ii" in spelling or "y" in spelling else found


def _in_latin(text: str) -> str:
    lowered = unicodedata.normalize("NFKC", text.translate(_NOTHING)).casefold().translate(_NOTHING)
    # зг is written zgh, for zh is ж.
    return _MIXED.sub(_of_one_alphabet, lowered).replace("зг", "zgh").translate(_SPELLING)


def joined(text: str) -> str:
    """Return the words of a text without anything between them."""
    return "".join(words(text))


def _folded(word: str) -> str:
    return word if word in _ORDINALS else _SEVERAL_I.sub("i", word)


def _of_one_alphabet(found: re.Match[str]) -> str:
    word = found[0]
    is_cyrillic = len(_CYRILLIC_LETTER.findall(word)) >= len(_LATIN_LETTER.findall(word))
    return word.translate(_TO_CYRILLIC if is_cyrillic else _TO_LATIN)
