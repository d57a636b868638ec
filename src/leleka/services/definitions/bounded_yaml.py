"""YAML within bounds: how deep and how much is counted while it is parsed, so that a text costs what its length costs.

The parser is in Python and takes a tenth of a millisecond for each part; in flow style its time grows with the depth
as well, so brackets are counted before it sees them.
"""

import re
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.parser import Parser

DEEPEST: Final = 200  # collections within each other: a rule has at most two for each of its fifty levels
_BRACKETS: Final = re.compile(r"[\[\]{}]")


class TooDeep(Exception):
    """Collections stand too deep within each other."""


class TooMany(Exception):
    """There are more parts than are read."""


class HasAlias(Exception):
    """It has an anchor: a few aliases, one within the other, are a text without end."""


def load(text: str, kind: str, most: int, *, aliases: bool) -> Any:
    """Return what a text says, of ``most`` parts at most: each key, value, beginning and end counts.

    Raises ``TooDeep``, ``TooMany``, ``HasAlias`` unless these are allowed, and what the parser raises.
    """
    _refuse_deep(text)
    yaml = YAML(typ=kind, pure=True)

    class Counting(Parser):
        """Counts what it hands on."""

        parts = 0
        depth = 0

        def get_event(self) -> Any:
            event = super().get_event()
            self.parts += 1
            self.depth += isinstance(event, CollectionStartEvent)
            self.depth -= isinstance(event, CollectionEndEvent)
            if self.parts > most:
                raise TooMany
            if self.depth > DEEPEST:
                raise TooDeep
            if not aliases and getattr(event, "anchor", None):
                raise HasAlias
            return event

    yaml.Parser = Counting
    return yaml.load(text)


def _refuse_deep(text: str) -> None:
    """Count brackets wherever they stand: a text that opens so many without closing them is not ours."""
    depth = 0
    for found in _BRACKETS.finditer(text):
        depth = depth + 1 if found[0] in "[{" else max(0, depth - 1)
        if depth > DEEPEST:
            raise TooDeep
