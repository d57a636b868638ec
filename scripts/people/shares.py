"""How much of each difficulty the made people have: a named share each, between 0 and 1."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shares:
    """The shares; the comment says of what."""

    english: float = 0.4  # of households; the others are Ukrainian
    households: float = 0.35  # of households: more than one of its people are customers
    shared_addresses: float = 0.03  # of households: strangers live at the same address
    family_emails: float = 0.1  # of households of several: one address that any of them may give
    family_phones: float = 0.2  # of households of several: one number that any of them may give
    twins: float = 0.02  # of households of several: two were born on one day
    namesakes: float = 0.02  # of people who live alone: named as somebody else in the same city
    moves: float = 0.08  # of people: some records have the former address
    marriages: float = 0.05  # of women: some records have the former family name
    shop_phones: float = 0.03  # of people: the shop typed its own number on some of their records
    office_phones: float = 0.03  # of people: the number of the employer stands on some of their records
    second_emails: float = 0.08  # of people: some records have another address of theirs
    second_phones: float = 0.05  # of people: some records have another number of theirs
    duplicates: float = 0.05  # of records: the person stands in this table once more
    transliterated: float = 0.15  # of records of Ukrainian people: in Latin letters
    swapped_names: float = 0.02  # of records: given and family name in each other's place
    nicknames: float = 0.05  # of records of those whose name has a short form
    typos: float = 0.08  # of records: a slip in one value
    placeholders: float = 0.03  # of records: one value stands for none
    missing: float = 0.03  # of values besides names: nothing was entered
    capitals: float = 0.03  # of records: names are in capital letters
    formats: float = 0.25  # of phones and dates: not as usual in this table
