"""How a data source is called at first, and by which of its columns rows and addresses are likely to be known."""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, Final

from leleka.core.column_classes import ColumnClass

_KEYS: Final = re.compile(r"(^|[^a-zа-я])(id|uuid|key|код|ід)$|[a-z](Id|ID|Key)$", re.IGNORECASE)
_MAIL: Final = re.compile(r"mail|пошт|імейл", re.IGNORECASE)


def stem(file: str) -> str:
    """Return what a source may be called whose file this is."""
    name = PurePath(file.replace("\\", "/")).name.partition(".")[0].strip(" *?-_")
    return re.sub(r"\s+", "_", name) or "source"


def likely_key(columns: Sequence[Mapping[str, Any]], rows: int) -> str:
    """Return the column that tells rows apart, one that is called a key before others; "" where there is none."""
    unique = [one["name"] for one in columns if one["filled"] == one["distinct"] == rows > 0]
    return next(iter([name for name in unique if _KEYS.search(name)] or unique), "")


def likely_address(columns: Sequence[Mapping[str, Any]]) -> str:
    """Return the column of e-mail addresses; "" where none is called so."""
    found = (
        one["name"] for one in columns if one["class"] == ColumnClass.CONTACT and _MAIL.search(one["name"])
    )
    return next(found, "")
