"""What a column can mean for unification."""

from enum import StrEnum


class Kind(StrEnum):
    """The meaning of a column. It decides how its values are made comparable."""

    EMAIL = "email"
    PHONE = "phone"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    FULL_NAME = "full_name"
    STREET = "street"  # the address within a city: street, house, flat
    CITY = "city"
    POSTCODE = "postcode"
    COUNTRY = "country"
    BIRTH_DATE = "birth_date"
    ORGANISATION = "organisation"
    IDENTIFIER = "identifier"
    TEXT = "text"
