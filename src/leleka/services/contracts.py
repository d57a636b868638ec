"""What services give out: frozen records with only what their readers need."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from leleka.core.planning import Counts
from leleka.errors import Problem


@dataclass(frozen=True, slots=True)
class SegmentView:
    name: str
    size: int | None
    evaluated_at: datetime | None
    exports: tuple[str, ...]
    rules: dict[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ExportView:
    name: str
    connection: str
    type: str
    target: str
    segments: tuple[str, ...]
    leavers: str
    last_status: str
    last_run: int | None
    last_finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class PreviewView:
    """What a run would do now. ``minutes`` is at the connection's share of the limits, for sending alone."""

    export: str
    connection: str
    target: str
    segments: tuple[tuple[str, int], ...]
    counts: Counts
    requests: int
    minutes: float
    confirmation_reason: str
    too_large: bool
    limit: int


@dataclass(frozen=True, slots=True)
class RunView:
    """One run. ``stage`` is what a live one was last seen doing; ``seconds`` is from its start to its end, ``rate``
    the contacts delivered a second.
    """

    id: int
    export: str
    connection: str
    target: str
    segments: tuple[tuple[str, int], ...]
    status: str
    stage: str
    asked_by: str
    created_at: datetime
    finished_at: datetime | None
    counts: Counts | None
    leavers: str
    requests: int
    seconds: float
    rate: float
    confirmation_reason: str
    problems: Sequence[Problem]


@dataclass(frozen=True, slots=True)
class RowView:
    """What became of one profile in a run."""

    profile_id: str
    address: str
    ended: str
    code: str
    detail: str
