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
        raise _bad("PASSWORD_LENGTH", f"A password has {SHORTEST} to {LONGEST} characters.")
    lowered = password.lower()
    parts = [part for part in (*name.lower().split(), *email.split("@")) if len(part) >= _PART_OF_NAME]
    if any(part in lowered for part in parts):
        raise _bad("PASSWORD_NAME", "The password holds your name or address.")
    try:
        CommonPasswordValidator().validate(password)
    except ValidationError:
        raise _bad("PASSWORD_COMMON", "This is one of the passwords that are tried first.") from None


def _bad(code: str, sentence: str) -> InvalidInput:
    remedy = "A few unrelated words in a row make a good one."
    return InvalidInput(code, sentence, where="password", remedy=remedy)
