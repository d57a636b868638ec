"""What the builder shows while a rule is edited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leleka.errors import Problem
from leleka.services.contracts import NoteView


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many profiles, and their share of all. Where it is not exact, the true number lies between ``low`` and
    ``high`` in 95 of 100 cases.
    """

    count: int
    low: int
    high: int
    exact: bool
    share: float


@dataclass(frozen=True, slots=True)
class NodeCount:
    """How many profiles a part of the rules fits by itself, and how many are in the set that it and its neighbours
    before it make; None where it, or one of them, is wrong.
    """

    path: str
    fits: Estimate | None
    left: Estimate | None


@dataclass(frozen=True, slots=True)
class MemberView:
    """A profile that the rules fit: its values, and the parts of the rules that hold for it."""

    values: Sequence[str | None] = field(repr=False)
    why: Sequence[str]


@dataclass(frozen=True, slots=True)
class MembersView:
    columns: Sequence[str]
    rows: Sequence[MemberView]
    masked: bool


@dataclass(frozen=True, slots=True)
class Change:
    """How many profiles rules would bring into a segment, and how many they would take out of it, beside the saved
    ones.
    """

    came: Estimate
    left: Estimate


@dataclass(frozen=True, slots=True)
class RuleCounts:
    """What is known of rules that need not be saved. ``whole`` is None where any of them is wrong; ``change`` where
    they, or those of the segment that they are compared with, are, and where there is none.
    """

    profiles: int
    whole: Estimate | None
    nodes: Sequence[NodeCount]
    problems: Sequence[Problem]
    members: MembersView | None = None
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the next run of an export would do: how many people it selects, adds to the list, and finds gone."""

    selected: int
    added: int
    left: int


@dataclass(frozen=True, slots=True)
class ExportEffect:
    """What rules mean for an export. ``leavers`` is what it does with whoever has gone; ``warnings`` say why its run
    would wait to be confirmed, or send nothing, with the new rules; ``paused_by`` are inactive segments because of
    which it does not run at all.
    """

    id: int
    name: str
    leavers: str
    before: Outcome
    after: Outcome
    warnings: Sequence[NoteView] = ()
    paused_by: Sequence[str] = ()

    @property
    def changes(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class RuleEffects:
    """What rules would make of a segment that is saved with others, and of each export that depends on it."""

    segment: int
    before: int
    after: int
    came: int
    left: int
    exports: Sequence[ExportEffect]

    @property
    def warned(self) -> bool:
        return any(one.warnings for one in self.exports)


@dataclass(frozen=True, slots=True)
class AskedColumn:
    """A column to ask for. ``source`` is the number of its table, 0 for a measure; ``listed`` that its values may be
    shown.
    """

    name: str
    type: str
    listed: bool
    measure: bool = False


@dataclass(frozen=True, slots=True)
class AskedTable:
    """A table that rules may ask about; ``ways`` are the relationships that lead away from its rows."""

    name: str
    source: int
    rows: int
    columns: Sequence[AskedColumn]
    ways: Sequence[tuple[str, str]]  # a relationship's name, and the table it leads to


@dataclass(frozen=True, slots=True)
class Vocabulary:
    profiles: str
    tables: Sequence[AskedTable]
    segments: Sequence[str] = ()
    lists: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody has typed and not saved: ``text`` is YAML that could not be read as rules, ``version`` that of the
    segment when it was begun.
    """

    name: str
    rules: Mapping[str, Any] | None = field(default=None, repr=False)
    text: str = field(default="", repr=False)
    version: int = 0
    saved_at: datetime | None = None
