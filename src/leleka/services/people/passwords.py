"""Passwords: which are good enough (P-1)."""

import re
from itertools import pairwise
from typing import Final

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from leleka.errors import InvalidInput

SHORTEST: Final = 12
LONGEST: Final = 200
_PART_OF_NAME: Final = 4  # characters: shorter parts of a name stand in words by chance
_PRODUCT: Final = "leleka"
_LEAST_UNEXPECTED: Final = 6  # characters that have to be guessed one by one
_PADDING: Final = "0123456789!?.,;:*#$%&@_-+= "
_KEY_ROWS: Final = (
    "1234567890-=",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "йцукенгшщзхї",
    "фівапролджє",
    "ячсмитьбю",
)
_COMMON: Final = CommonPasswordValidator()


class Hasher(Argon2PasswordHasher):
    """Argon2id with the memory, time and lanes that OWASP asks for at least; rehashed when they change."""

    time_cost = 2
    memory_cost = 19_456  # KiB
    parallelism = 1


def check_password_is_good(password: str, email: str, name: str) -> None:
    """Raises ``InvalidInput``."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput("PASSWORD_LENGTH", where="password", least=SHORTEST, most=LONGEST)
    lowered = password.lower()
    if any(part in lowered for part in _parts_of(email.lower(), name.lower())):
        raise InvalidInput("PASSWORD_NAME", where="password")
    if _is_common(lowered):
        raise InvalidInput("PASSWORD_COMMON", where="password")
    if lowered.isdecimal() or _unexpected(_unit(lowered)) < _LEAST_UNEXPECTED:
        raise InvalidInput("PASSWORD_SEQUENCE", where="password")


def _parts_of(email: str, name: str) -> set[str]:
    """Return what a password may not contain: names, the address, and the product."""
    local, _, domain = email.partition("@")
    parts = {*re.split(r"[^\w]+", name), *re.split(r"[^\w]+", local), local, domain, _PRODUCT}
    return {part for part in parts if len(part) >= _PART_OF_NAME}


def _is_common(text: str) -> bool:
    """Return whether a password is one of the most used, as it is, repeated, or padded with digits and signs."""
    unit = _unit(text)
    return any(_is_listed(one) for one in {text, unit, unit.strip(_PADDING), text.strip(_PADDING)} if one)


def _is_listed(text: str) -> bool:
    try:
        _COMMON.validate(text)
    except ValidationError:
        return True
    return False


def _unit(text: str) -> str:
    """Return what a text is a repetition of: itself, if of nothing shorter."""
    for length in range(1, len(text) // 2 + 1):
        unit = text[:length]
        if (unit * (len(text) // length + 1))[: len(text)] == text:
            return unit
    return text


def _unexpected(text: str) -> int:
    """Count the characters that do not follow from the one before: as the same, the next, or a neighbour's key."""
    return 1 + sum(not _follows(one, other) for one, other in pairwise(text))


def _follows(one: str, other: str) -> bool:
    return abs(ord(one) - ord(other)) <= 1 or any(
        one + other in row or other + one in row for row in _KEY_ROWS
    )
