"""What is told of expectations: how each was found by the newest reading of its source, and what waits for a word."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from leleka.core.quality.model import Severity
from leleka.errors import Problem


class Found(StrEnum):
    """How an expectation was found. The values are part of the API."""

    HELD = "held"
    BROKEN = "broken"
    UNKNOWN = "not judged"  # written since the newest reading


@dataclass(frozen=True, slots=True)
class ResultView:
    """One expectation with what the newest reading was found to be. ``rows`` are those that break it; ``guard`` that
    nobody wrote it: every source has it.
    """

    expectation: Mapping[str, Any]
    severity: Severity
    found: Found
    rows: int | None = None
    problem: Problem | None = None
    guard: bool = False


@dataclass(frozen=True, slots=True)
class QualityView:
    """The expectations of a source.

    ``reading`` names the newest reading; while it is ``waiting``, it breaks what fails, and its ``rows`` take the place
    of those there are only once somebody accepts it. ``accepted_by`` is who accepted the one in use as it is.
    """

    id: int
    name: str
    results: tuple[ResultView, ...]
    judged_at: datetime | None
    reading: str
    rows: int | None
    waiting: bool
    replaces: bool  # another reading than the one in use waits
    accepted_by: str
    accepted_at: datetime | None
    managed_by_file: str
    version: int
    editable: bool

    @property
    def expectations(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(one.expectation for one in self.results if not one.guard)


@dataclass(frozen=True, slots=True)
class Summary:
    """How many expectations hold, in a cell of a list."""

    held: int
    total: int
    failing: int
    warning: int
    waiting: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An expectation that the current rows meet."""

    expectation: Mapping[str, Any]
