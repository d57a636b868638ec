"""The settings of what Leleka defends itself with: where keys may be read from, and whom it believes."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, Field

from leleka.core.configuration import KeyPlaces, ProxyNetwork

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OWN_FILE: Final = re.compile(r"LELEKA_.*_FILE")
_CREDENTIALS: Final = "CREDENTIALS_DIRECTORY"  # where systemd lays what a unit's LoadCredential names


def parts(text: str) -> tuple[str, ...]:
    """Return the parts of a list that is separated by commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _variables(value: str) -> str:
    if any(not _NAME.fullmatch(part) for part in parts(value)):
        raise ValueError("SETTING_INVALID.variables")
    return value


def _absolute(value: str) -> str:
    if any(not Path(part).is_absolute() for part in parts(value)):
        raise ValueError("SETTING_INVALID.absolute")
    return value


def _networks(value: str) -> str:
    try:
        for part in parts(value):
            ipaddress.ip_network(part)
    except ValueError:
        raise ValueError("SETTING_INVALID.networks") from None
    return value


class GuardSettings(BaseModel):
    """The part of the settings that ``Settings`` has from here."""

    key_variables: Annotated[str, AfterValidator(_variables)] = Field(
        default="",
        description="Variables that a key may be read from, besides those that begin with LELEKA_SECRET_.",
    )
    key_dirs: Annotated[str, AfterValidator(_absolute)] = Field(
        default="/run/secrets", description="Folders that a key named as file:/path may be read from."
    )
    source_drivers: Annotated[str, AfterValidator(_variables)] = Field(
        default="", description="ADBC drivers that source connections may use by name, wherever these lead."
    )
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = Field(
        default="", description="Addresses of proxies whose X-Forwarded-For is believed."
    )
    hsts_subdomains: bool = Field(
        default=False, description="Whether browsers use https alone for subdomains of the pages' host, too."
    )


def key_places(settings: GuardSettings, environment: Mapping[str, str]) -> KeyPlaces:
    """Return where keys may be read from; the folder with a service's credentials is one of them. What Leleka's own
    secrets are read from may lie there as well.
    """
    folders = (*parts(settings.key_dirs), environment.get(_CREDENTIALS, ""))
    own = (value for name, value in environment.items() if _OWN_FILE.fullmatch(name.upper()))
    return KeyPlaces(frozenset(parts(settings.key_variables)), _paths(folders), _paths(own))


def _paths(names: Iterable[str]) -> tuple[Path, ...]:
    return tuple(Path(one) for one in names if one)


def proxies(settings: GuardSettings) -> tuple[ProxyNetwork, ...]:
    """Return the networks that trusted proxies are in."""
    return tuple(ipaddress.ip_network(part) for part in parts(settings.trusted_proxies))
