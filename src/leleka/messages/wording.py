"""How a problem is worded: what is wrong, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Wording:
    """Templates of one key. ``hints`` are remedies by parameter: each is said where its parameter is known, and
    ``remedy`` where none of them is.
    """

    problem: str
    remedy: str = ""
    hints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plural:
    """Templates of one thing, and of several; languages have as many forms as they have."""

    one: str
    other: str


def msgs(one: str, other: str) -> Plural:
    """Mark templates that depend on a number for translation."""
    return Plural(one, other)


def msg(template: str) -> str:
    """Mark a template for translation: ``scripts/messages.py`` collects what stands in here."""
    return template
