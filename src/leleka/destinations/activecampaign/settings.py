"""What a connection to ActiveCampaign is made of, and how what people type into it is judged."""

import re
from dataclasses import dataclass
from typing import Annotated, Final

from leleka.core.secret import Secret
from leleka.core.translation import translatable as _
from leleka.destinations.spec import SettingInfo
from leleka.errors import InvalidInput

# Keys seen are 64 to 72 hexadecimal digits; the form is not documented, so only what no key has is refused.
_KEY: Final = re.compile(r"[A-Za-z0-9_.-]{4,512}")
_LIKE_A_KEY: Final = re.compile(r"[0-9a-fA-F]{64,}")


def check_key(text: str) -> Secret:
    """Judge a typed key; white space around it is no part of it. Raises ``InvalidInput`` KEY_SYNTAX."""
    typed = text.strip(" \t\r\n")
    if not _KEY.fullmatch(typed):
        raise InvalidInput("KEY_SYNTAX")
    return Secret(typed)


def refuse_secret_in_name(name: str) -> str:
    """Refuse a name that looks like a key pasted into the wrong field. Raises LOOKS_LIKE_SECRET."""
    if _LIKE_A_KEY.search(name):
        raise InvalidInput("LOOKS_LIKE_SECRET")
    return name


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the account is, and the key to it."""

    host: Annotated[
        str,
        SettingInfo(
            _("REST Endpoint Hostname"),
            help=_("The hostname only, without https://, for example youraccount.api-us1.com."),
            help_saved=_("Another host needs the API key and your consent again."),
            example="example.api-us1.com",
            address=True,
        ),
    ]
    key: Annotated[
        Secret,
        SettingInfo(
            _("ActiveCampaign API Key"),
            help=_(
                "In ActiveCampaign under Settings › Developer. It is stored encrypted and never shown again."
            ),
            example="the API key",
            check=check_key,
        ),
    ]
