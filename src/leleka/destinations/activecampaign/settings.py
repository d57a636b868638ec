"""What a connection to ActiveCampaign is made of, and how what people type into it is judged."""

import re
from dataclasses import dataclass
from typing import Final

from leleka.core.secret import Secret
from leleka.errors import InvalidInput

# Keys seen are 64 to 72 hexadecimal digits; the form is not documented, so only what no key has is refused.
_KEY: Final = re.compile(r"[A-Za-z0-9_.-]{4,512}")
_LIKE_A_KEY: Final = re.compile(r"[0-9a-fA-F]{64,}")


@dataclass(frozen=True, slots=True)
class Settings:
    """``share`` is the part of the account's request limits this installation may use."""

    host: str
    key: Secret
    share: float = 0.9


def check_key(text: str) -> Secret:
    """Judge a typed key; white space around it is no part of it. Raises ``InvalidInput`` KEY_SYNTAX."""
    typed = text.strip(" \t\r\n")
    if not _KEY.fullmatch(typed):
        raise InvalidInput("KEY_SYNTAX")
    return Secret(typed)


def check_share(share: float) -> float:
    """Raises ``InvalidInput`` SHARE_INVALID unless 0 < share <= 1."""
    if not 0 < share <= 1:
        raise InvalidInput("SHARE_INVALID.setting")
    return share


def refuse_secret_in_name(name: str) -> str:
    """Refuse a name that looks like a key pasted into the wrong field. Raises LOOKS_LIKE_SECRET."""
    if _LIKE_A_KEY.search(name):
        raise InvalidInput("LOOKS_LIKE_SECRET")
    return name
