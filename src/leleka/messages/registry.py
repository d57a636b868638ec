"""What a kind of destination says in words of its own, and adding it to the catalogue."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from leleka.messages import problems, progress
from leleka.messages.terms import TERMS
from leleka.messages.wording import Wording


@dataclass(frozen=True, slots=True)
class Words:
    """Problems by key, what connection tests say by code, and terms within sentences."""

    problems: Mapping[str, Wording] = field(default_factory=dict)
    progress: Mapping[str, str] = field(default_factory=dict)
    terms: Collection[str] = ()


def register(words: Words) -> None:
    """Add to the catalogue; once more does no harm. Raises ``ValueError`` where something is worded differently."""
    problems.register(words.problems)
    progress.register(words.progress)
    TERMS.update(words.terms)
