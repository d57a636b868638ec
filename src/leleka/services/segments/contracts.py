from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from leleka.errors import Problem


@dataclass(frozen=True, slots=True)
class SegmentView:
    """``exports`` are the names of those that send it, ``segments`` those of the segments that are made of it.
    ``locked_by`` are exports that send one of all these and whose right the reader lacks: while there are any, the
    segment is not theirs to change. ``sentences`` are the rules in words, by language; ``remarks`` say that
    nobody or everybody can fit some of them, ``warnings`` what its state and its schedule keep from going on: of one
    segment, not in lists. ``schedule`` is ``system``, ``off`` or its days, as people write them; ``stops`` are the
    exports that do not run while it is inactive, ``rests_on`` the inactive segments that it is made of.
    """

    name: str
    size: int | None
    evaluated_at: datetime | None
    exports: tuple[str, ...]
    rules: dict[str, object] = field(repr=False)
    id: int
    managed_by_file: str
    version: int
    locked_by: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    sentences: dict[str, str] = field(default_factory=dict, repr=False)
    remarks: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    active: bool = True
    state_since: datetime | None = None
    activate_at: datetime | None = None
    deactivate_at: datetime | None = None
    schedule: str | dict[str, object] = "system"
    tags: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentSettings:
    """What is wanted of a segment; None is left as it is, and "" of a moment takes it away.

    A moment is a day, or a day with a time, in the installation's time zone.
    """

    active: bool | None = None
    activate_at: object = None
    deactivate_at: object = None
    schedule: object = None
    tags: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What became of one of several segments: done, or why not. ``refresh`` is the number of the refresh that was
    asked for.
    """

    id: int
    name: str
    done: bool
    problems: tuple[Problem, ...] = ()
    refresh: int | None = None


@dataclass(frozen=True, slots=True)
class TagView:
    """A tag, and how many segments have it."""

    id: int
    name: str
    segments: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation of a segment; ``came`` and ``left`` are None where nothing was there to compare with."""

    at: datetime
    size: int
    came: int | None
    left: int | None


@dataclass(frozen=True, slots=True)
class Moved:
    """How many profiles came or left, and the ids of the first."""

    count: int
    first: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Movement:
    """Who came and left since a moment. Before ``followed_since`` nothing is known."""

    since: datetime
    followed_since: datetime
    came: Moved
    left: Moved
    masked: bool


@dataclass(frozen=True, slots=True)
class Part:
    """How many people are in these segments and in no other of those compared."""

    within: tuple[str, ...]
    people: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """The segments compared, their sizes in the same order, and the parts that they are made of."""

    ids: tuple[int, ...]
    names: tuple[str, ...]
    sizes: tuple[int, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """How many members, and how many of all profiles, have a value; None is no value."""

    value: str | None
    members: int
    people: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The members of a segment by the values of a column; ``others`` are those with rarer values."""

    column: str
    size: int
    groups: tuple[Group, ...]
    others: Group | None


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when a profile was in a segment.

    ``entered`` is None of who was in it when the segment was first followed, ``left`` of who is in it.
    """

    profile: str
    entered: datetime | None
    left: datetime | None
