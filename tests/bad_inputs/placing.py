"""Inserts one value into definitions that are otherwise valid."""

import io
from copy import deepcopy
from typing import Any

from ruamel.yaml import YAML


def placed(base: Any, at: tuple[str | int, ...], value: Any) -> str:
    """Return the definitions with ``value`` at a place, added to a list where the place is its end."""
    whole = deepcopy(base)
    node = whole
    for part in at[:-1]:
        node = node[part]
    last = at[-1]
    if isinstance(node, list) and last == len(node):
        node.append(value)
    else:
        node[last] = value
    out = io.StringIO()
    YAML(typ="safe", pure=True).dump(whole, out)
    return out.getvalue()
