"""Countries in their normal form: the two letters of ISO 3166."""

import re
from functools import lru_cache
from typing import Final

import iso3166

from leleka.unify.values.country_names import NAMES
from leleka.unify.values.letters import joined

_CODE: Final = re.compile(r"[A-Z]{2,3}|[0-9]{3}")


def country(text: str) -> str | None:
    """Return the code of a country that is told by code or name, English or Ukrainian; None where it is none."""
    trimmed = text.strip().upper()
    return (_codes().get(trimmed) if _CODE.fullmatch(trimmed) else None) or _names().get(joined(text))


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    return {code: one.alpha2 for one in iso3166.countries for code in (one.alpha2, one.alpha3, one.numeric)}


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    official = {
        joined(name): one.alpha2 for one in iso3166.countries for name in (one.name, one.apolitical_name)
    }
    return official | {joined(name): code for code, name in NAMES}
