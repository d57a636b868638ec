"""What becomes of a person in the tables: former values, other letters, slips, placeholders, gaps, formats."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from random import Random
from typing import Final, TypeAlias, TypeVar

from scripts.people.formats import date_text, phone_text
from scripts.people.population import Person
from scripts.people.shares import Shares
from scripts.people.slips import slip, slip_of_digit
from scripts.people.transliteration import SYSTEMS, in_latin

Row: TypeAlias = Sequence[str | None]
_Value = TypeVar("_Value")

TABLES: Final[Mapping[str, Sequence[str]]] = {
    "contacts": ("id", "full_name", "email", "phone", "street", "city", "postcode", "birth_date"),
    "loyalty": ("card", "given_name", "family_name", "phone", "birth_date", "city"),
    "web": ("account", "e_mail", "name", "tel", "organisation"),
}
_FIELDS: Final[Mapping[str, Sequence[str]]] = {
    "contacts": ("given", "family", "email", "phone", "street", "city", "postcode", "birth"),
    "loyalty": ("given", "family", "phone", "birth", "city"),
    "web": ("given", "family", "email", "phone", "organisation"),
}
_NAMES: Final = ("given", "family")
_IN: Final = {"contacts": 0.7, "loyalty": 0.6, "web": 0.5}  # the share of people in each table
_LATIN: Final = dict(zip(_FIELDS, SYSTEMS, strict=True))
_USUAL_PHONE: Final = {"contacts": 0, "loyalty": 1, "web": 2}
_USUAL_DATE: Final = {"contacts": 0, "loyalty": 1, "web": 0}
_IN_WORDS: Final = ("given", "family", "street", "city", "organisation")
_OF_DIGITS: Final = ("phone", "birth", "postcode")
_OTHERWISE: Final = 0.35  # how often the former value, or that of the family, is given
_SHARED: Final = 0.7  # how often the number of a shop or an employer is
_PLACEHOLDERS: Final[Mapping[str, Sequence[str]]] = {
    "given": ("N/A", "-", "Test", "тест"),
    "family": ("N/A", "-", "Unknown", "невідомо"),
    "email": ("test@test.com", "no@email.com", "n/a", "none@none.com"),
    "phone": ("000000", "0000000000", "+380000000000", "n/a"),
    "street": ("-", "N/A", "немає"),
    "city": ("-", "N/A", "невідомо"),
    "postcode": ("00000", "-"),
    "birth": ("1900-01-01", "01.01.1900", "00.00.0000", "N/A"),
    "organisation": ("N/A", "-", "приватна особа", "none"),
}


class Records:
    """Makes the rows of people; `counted` says how many records, or values, each difficulty has met."""

    def __init__(self, random: Random, shares: Shares, counted: Counter[str]) -> None:
        self._random, self._shares, self._counted = random, shares, counted

    def of(self, person: Person) -> Iterator[tuple[str, Row]]:
        """Yield the tables the person stands in, each with the values of a row except its key."""
        tables: list[str] = []
        while not tables:
            tables = [table for table, share in _IN.items() if self._random.random() < share]
        for table in tables:
            yield table, self._row(table, person)
            if self._happens("duplicates"):
                yield table, self._row(table, person)

    def _happens(self, name: str) -> bool:
        share: float = getattr(self._shares, name)
        happened = self._random.random() < share
        if happened:
            self._counted[name] += 1
        return happened

    def _row(self, table: str, person: Person) -> Row:
        language = person.household.language
        values = self._said(person)
        if nicknames := language.nicknames.get(person.given):
            values["given"] = (
                self._random.choice(nicknames) if self._happens("nicknames") else values["given"]
            )
        if language.code == "uk" and self._happens("transliterated"):
            values.update({name: in_latin(values[name], _LATIN[table]) for name in _IN_WORDS})
        if self._happens("swapped_names"):
            values["given"], values["family"] = values["family"], values["given"]
        values["phone"], values["birth"] = self._phone(table, person), self._birth(table, person)
        self._spoil(values, _FIELDS[table])
        if self._happens("capitals"):
            values.update({name: values[name].upper() for name in _NAMES})
        return tuple(text or None for text in _ROWS[table](values, language.code))

    def _said(self, person: Person) -> dict[str, str]:
        """Return what the person says of themselves on the day of this record, but for phone and birth date."""
        home, household, organisation = self._one_of(person.homes), person.household, person.organisation
        email = self._one_of(person.emails)
        return {
            "given": person.given,
            "family": self._one_of(person.families),
            "email": household.email if household.email and self._is_otherwise() else email,
            "street": home.street,
            "city": home.city,
            "postcode": home.postcode,
            "organisation": self._random.choice(household.language.forms).format(organisation)
            if organisation
            else "",
        }

    def _is_otherwise(self) -> bool:
        return self._random.random() < _OTHERWISE

    def _one_of(self, values: Sequence[_Value]) -> _Value:
        return values[-1] if len(values) > 1 and self._is_otherwise() else values[0]

    def _phone(self, table: str, person: Person) -> str:
        language, number = person.household.language.code, self._one_of(person.phones)
        if person.household.phone and self._is_otherwise():
            number = person.household.phone
        if person.shared_phone and self._random.random() < _SHARED:
            language, number = person.shared_phone_language, person.shared_phone
        usual = None if self._happens("formats") else _USUAL_PHONE[table]
        return phone_text(self._random, language, number, usual)

    def _birth(self, table: str, person: Person) -> str:
        if "birth" not in _FIELDS[table]:
            return ""
        usual = None if self._happens("formats") else _USUAL_DATE[table]
        return date_text(self._random, person.birth, usual)

    def _spoil(self, values: MutableMapping[str, str], fields: Sequence[str]) -> None:
        random = self._random
        for field in fields:
            if field not in _NAMES and self._happens("missing"):
                values[field] = ""
        if self._happens("typos"):
            field = random.choice(fields)
            values[field] = (slip_of_digit if field in _OF_DIGITS else slip)(random, values[field])
        if self._happens("placeholders"):
            field = random.choice(fields)
            values[field] = random.choice(_PLACEHOLDERS[field])


def _contact(values: Mapping[str, str], language: str) -> Sequence[str]:
    given, family = values["given"], values["family"]
    name = f"{family} {given}" if language == "uk" else f"{given} {family}"
    return name, *(values[field] for field in ("email", "phone", "street", "city", "postcode", "birth"))


def _card(values: Mapping[str, str], _language: str) -> Sequence[str]:
    return [values[field] for field in ("given", "family", "phone", "birth", "city")]


def _account(values: Mapping[str, str], _language: str) -> Sequence[str]:
    name = f"{values['given']} {values['family']}"
    return values["email"], name, values["phone"], values["organisation"]


_ROWS: Final[Mapping[str, Callable[[Mapping[str, str], str], Sequence[str]]]] = {
    "contacts": _contact,
    "loyalty": _card,
    "web": _account,
}
