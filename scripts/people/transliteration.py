"""Ukrainian names in Latin letters, by three systems that people meet: passports of today, older passports, scholars.

Each table uses one system, so the same name is spelled in as many ways as there are tables.
"""

from typing import Final

_COMMON: Final = {
    "а": "a", "б": "b", "в": "v", "ґ": "g", "д": "d", "е": "e", "з": "z", "к": "k", "л": "l", "м": "m", "н": "n",
    "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "ы": "y", "ь": "", "ʼ": "", "'": "",
    "«": '"', "»": '"',
}  # fmt: skip
_PASSPORT: Final = {
    "г": "h", "є": "ie", "ж": "zh", "и": "y", "і": "i", "ї": "i", "й": "i", "х": "kh", "ц": "ts", "ч": "ch",
    "ш": "sh", "щ": "shch", "ю": "iu", "я": "ia",
}  # fmt: skip
_OLDER: Final = {
    "г": "g", "є": "ye", "ж": "zh", "и": "i", "і": "i", "ї": "yi", "й": "y", "х": "h", "ц": "c", "ч": "ch",
    "ш": "sh", "щ": "sch", "ю": "yu", "я": "ya",
}  # fmt: skip
_SCHOLARS: Final = {
    "г": "h", "є": "je", "ж": "ž", "и": "y", "і": "i", "ї": "ji", "й": "j", "х": "x", "ц": "c", "ч": "č",
    "ш": "š", "щ": "šč", "ю": "ju", "я": "ja",
}  # fmt: skip
_INITIAL: Final = {
    "є": "ye",
    "ї": "yi",
    "й": "y",
    "ю": "yu",
    "я": "ya",
}  # of passports, at the start of a word


def _table(system: dict[str, str]) -> dict[int, str]:
    small = _COMMON | system
    large = {letter.upper(): latin.capitalize() for letter, latin in small.items() if letter.isalpha()}
    return str.maketrans(small | large)


_TABLES: Final = {"passport": _table(_PASSPORT), "older": _table(_OLDER), "scholars": _table(_SCHOLARS)}
SYSTEMS: Final = tuple(_TABLES)


def in_latin(text: str, system: str) -> str:
    """Return the text in Latin letters, by one of `SYSTEMS`; what is not Ukrainian stays."""
    if system == "passport":
        text = " ".join(_by_passport(word) for word in text.split(" "))
    return text.translate(_TABLES[system])


def _by_passport(word: str) -> str:
    word = word.replace("зг", "zgh").replace("Зг", "Zgh")
    first = _INITIAL.get(word[:1].lower())
    if first is None:
        return word
    return (first.capitalize() if word[0].isupper() else first) + word[1:]
