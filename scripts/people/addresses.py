"""Addresses of homes, mailboxes and phones. No two mailboxes and no two phones that are drawn are the same."""

from dataclasses import dataclass
from random import Random
from typing import Final

from scripts.people.languages import Language
from scripts.people.transliteration import in_latin

_DOMAINS: Final = ("mail.example.com", "post.example.com", "inbox.example.org", "example.net")
_PREFIXES: Final = {
    "uk": ("50", "63", "66", "67", "68", "73", "93", "95", "96", "97", "98", "99"),
    "en": ("740", "741", "742", "743", "744", "771", "772", "773", "774", "775", "784", "785", "786", "787"),
}
_SPREAD, _NUMBERS = 7_368_787, 10_000_000  # no common factor: every number is met once
_LETTERS: Final = "ABDEFGHJLNPQRSTUWXYZ"
_HOUSES, _FLATS = 150, 120


@dataclass(frozen=True, slots=True)
class Home:
    street: str
    city: str
    postcode: str


class Numbers:
    """Numbers of seven digits that never come twice, and tell nothing of their order."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._drawn = int(random.random() * _NUMBERS)

    def next(self) -> str:
        self._drawn += 1
        return f"{self._drawn * _SPREAD % _NUMBERS:07}"

    def phone(self, language: str) -> str:
        """Return a mobile number without the code of its country and without a leading 0."""
        return self._random.choice(_PREFIXES[language]) + self.next()


def home_in(random: Random, language: Language, city: str) -> Home:
    street, house = language.streets.draw(random), 1 + int(random.random() * _HOUSES)
    number = language.city_numbers[city]
    if language.code == "en":
        letters = random.choice(_LETTERS) + random.choice(_LETTERS)
        postcode = (
            f"{city[:2].upper()}{1 + int(random.random() * 20)} {1 + int(random.random() * 9)}{letters}"
        )
        return Home(f"{house} {street}", city, postcode)
    flat = 1 + int(random.random() * _FLATS)
    return Home(
        f"вул. {street}, {house}, кв. {flat}", city, f"{10 + 3 * number}{int(random.random() * 1000):03}"
    )


def mailbox(random: Random, language: Language, names: tuple[str, str], number: int) -> str:
    """Return an address of the person with this number, which keeps it apart from those of all others."""
    first, second = (_plain(name, language) for name in names)
    kind = int(random.random() * 3)
    local = (f"{first}.{second}", f"{first[:1]}{second}", f"{second}_{first}")[kind]
    return f"{local}{int(random.random() * 10)}{number}@{random.choice(_DOMAINS)}"


def family_mailbox(random: Random, language: Language, family: str, number: int) -> str:
    """Return an address of the household with this number; nobody is called Family."""
    return f"family.{_plain(family, language)}{number}@{random.choice(_DOMAINS)}"


def _plain(name: str, language: Language) -> str:
    latin = in_latin(name, "passport") if language.code == "uk" else name
    return "".join(letter for letter in latin.lower() if letter.isalnum())
