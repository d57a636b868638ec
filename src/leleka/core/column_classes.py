"""What a column may show to whom: its class, how one is guessed, and how a value of each is masked.

A guess never makes anything visible. It only says how a value is masked until somebody has looked at the column.
"""

import re
from collections.abc import Collection
from enum import StrEnum
from typing import Final

from leleka.core import phone
from leleka.core.address_masking import SIGN
from leleka.core.columns import Column, ColumnType
from leleka.core.email import mask


class ColumnClass(StrEnum):
    """What the values of a column say about a person."""

    IDENTIFIER = "identifier"  # who somebody is: a name, a number of theirs, a birth date
    CONTACT = "contact"  # how to reach somebody: an e-mail address, a phone number, a street
    TEXT = "text"  # what somebody wrote: anything may stand in it
    HARMLESS = "harmless"  # what is true of many: a tier, a city, an amount


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MASKED: Final = "***"
# Words of column names, English and Ukrainian (in both scripts), as whole words of snake_case and camelCase.
_CONTACT_WORDS: Final = _words(
    """email mail emails phone telephone tel mobile cell msisdn fax viber telegram whatsapp skype address addr street
    zip postcode postal пошта імейл емейл мейл телефон тел моб мобільний факс адреса вулиця індекс poshta
    telefon mobilnyi adresa vulytsia vulytsya"""
)
_IDENTIFIER_WORDS: Final = _words(
    """id uuid guid key name firstname lastname surname fullname middlename patronymic nickname login username user
    customer client contact person member owner birth birthday birthdate dob born number passport ssn tin inn
    iban card account ip ідентифікатор ключ імя прізвище піб батькові номер нік логін користувач клієнт контакт
    особа народження паспорт іпн рнокпп ідпн картка рахунок imia prizvyshche pib nomer klient narodzhennia
    pasport ipn"""
)
_TEXT_WORDS: Final = _words(
    """comment comments note notes remark message text description feedback review answer bio about коментар коментарі
    нотатка нотатки примітка примітки повідомлення текст опис відгук відповідь komentar prymitka opys vidhuk"""
)
_WORD: Final = re.compile(r"[A-ZА-ЯІЇЄҐ]?[a-zа-яіїєґ]+|[A-ZА-ЯІЇЄҐ]+(?![a-zа-яіїєґ])|\d+")
_APOSTROPHES: Final = re.compile("['\u2019\u02bc`]")
_PHONE: Final = re.compile(r"\+?[\d\s().\-/]{7,25}")
_SHORTEST_PHONE: Final = 9  # digits
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_MANY: Final = 0.2  # a fifth of the values of a kind make the whole column one of that kind
_FEW_VALUES: Final = 20  # texts of a list to choose from ...
_EACH_OFTEN: Final = 5  # ... of which each stands there so often


def guess(column: Column, values: Collection[object] = ()) -> ColumnClass:
    """Return the class of a column by its name, and by some of its values where these are at hand."""
    texts = [str(value) for value in values if value not in {None, ""}]
    return _by_shape(texts) or _by_name(column.name) or _by_type(column.type, texts)


def combined(classes: Collection[ColumnClass]) -> ColumnClass:
    """Return the class of values that are made of values of these classes. Of several that are not harmless one tells
    who somebody is, or how to reach them: so does what comes of them.
    """
    telling = {klass for klass in classes if klass is not ColumnClass.HARMLESS}
    return next(iter(telling), ColumnClass.HARMLESS) if len(telling) <= 1 else ColumnClass.IDENTIFIER


def is_like_a_phone(text: str) -> bool:
    """Return whether a text may be a phone number, and is no date."""
    digits = sum(character.isdigit() for character in text)
    return bool(_PHONE.fullmatch(text)) and digits >= _SHORTEST_PHONE and not _DATE.fullmatch(text)


def is_like_a_value(name: str) -> bool:
    """Return whether a column has a name like a person's: where a header is missing, the first one stands there."""
    text = name.strip()
    return bool(SIGN.search(text) or _DATE.fullmatch(text)) or is_like_a_phone(text)


def shape(value: str) -> str:
    """Show the shape of a cell, not its content: digits as 9, letters as a."""
    shown = "".join("9" if c.isdigit() else "a" if c.isalpha() else c for c in value[:30] if c.isprintable())
    return f"“{shown}…”" if len(value) > len(shown) else f"“{shown}”"


def mask_value(klass: ColumnClass, value: object) -> object:
    """Return a value as somebody may see it who may not see personal data."""
    if klass is ColumnClass.HARMLESS or value is None or value == "":
        return value
    text = str(value)
    if klass is ColumnClass.CONTACT:
        return mask(text) if SIGN.search(text) else phone.mask(text)
    return f"{text[0]}{MASKED}" if klass is ColumnClass.IDENTIFIER and text[0].isalpha() else MASKED


def _by_shape(texts: Collection[str]) -> ColumnClass | None:
    if not texts:
        return None
    many = len(texts) * _MANY
    contacts = sum(bool(SIGN.search(text)) or is_like_a_phone(text) for text in texts)
    return ColumnClass.CONTACT if contacts >= many else None


def _by_name(name: str) -> ColumnClass | None:
    words = {word.lower() for word in _WORD.findall(_APOSTROPHES.sub("", name))}
    words |= {name.lower()}
    for klass, known in (
        (ColumnClass.CONTACT, _CONTACT_WORDS),
        (ColumnClass.TEXT, _TEXT_WORDS),
        (ColumnClass.IDENTIFIER, _IDENTIFIER_WORDS),
    ):
        if words & known:
            return klass
    return None


def _by_type(kind: ColumnType, texts: Collection[str]) -> ColumnClass:
    if kind is not ColumnType.TEXT:
        return ColumnClass.HARMLESS
    few = set(texts)
    is_a_choice = bool(few) and len(few) <= _FEW_VALUES and len(texts) >= len(few) * _EACH_OFTEN
    return ColumnClass.HARMLESS if is_a_choice else ColumnClass.TEXT
