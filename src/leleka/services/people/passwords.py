"""Passwords: which are good enough (P-1)."""

from typing import Final

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from leleka.errors import InvalidInput

SHORTEST: Final = 12
LONGEST: Final = 200
_PART_OF_NAME: Final = 4  # characters: shorter parts of a name stand in words by chance


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
    parts = [part for part in (*name.lower().split(), *email.split("@")) if len(part) >= _PART_OF_NAME]
    if any(part in lowered for part in parts):
        raise InvalidInput("PASSWORD_NAME", where="password")
    try:
        CommonPasswordValidator().validate(password)
    except ValidationError:
        raise InvalidInput("PASSWORD_COMMON", where="password") from None
