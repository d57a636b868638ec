"""What services give out: frozen records with only what their readers need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from leleka.core.chain import ENDED
from leleka.core.planning import Counts
from leleka.errors import Problem
from leleka.state.models import RunStatus


@dataclass(frozen=True, slots=True)
class SegmentView:
    name: str
    size: int | None
    evaluated_at: datetime | None
    exports: tuple[str, ...]
    rules: dict[str, object] = field(repr=False)
    id: int
    managed_by_file: str
    version: int


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """An export and its last run, as the terminal, the pages and the API show it.

    ``connection`` is "" where it is detached; ``refreshed`` is the end of its last run.

    ``owner`` is the name of the person who made it, "" where a file did or they are gone.
    """

    id: int
    name: str
    connection: str
    type: str
    target: str
    segments: tuple[str, ...]
    leavers: str
    status: str
    run: int | None
    refreshed: datetime | None
    running: bool
    editable: bool
    managed_by_file: str
    owner: str
    version: int
    schedule: str | Mapping[str, Any]  # as it is written: system, off, or one of its own


@dataclass(frozen=True, slots=True)
class PreviewView:
    """What a run would do now. ``minutes`` is at the connection's share of the limits, for sending alone.

    ``plan_limit`` are the contacts the account pays for, as entered; ``account_contacts`` those it holds, asked where
    there is such a limit.
    """

    export: str
    connection: str
    target: str
    segments: tuple[tuple[str, int], ...]
    counts: Counts
    requests: int
    minutes: float
    confirmation_reason: str
    confirmation_told: dict[str, object]
    too_large: bool
    limit: int
    plan_limit: int | None
    account_contacts: int | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a live run is: contacts it is to send, sent and accepted, confirmed. ``rate`` is accepted contacts a
    second, ``seconds_left`` what that makes of the rest; None where nothing can be said yet.
    """

    total: int
    accepted: int
    confirmed: int
    rate: float
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class RunView:
    """One run. ``stage`` is what a live one was last seen doing; ``seconds`` is from its start to its end, ``rate``
    the contacts delivered a second; ``acts_as`` in whose name it sends, whoever asked for it. ``trigger`` is why it
    runs, for ever; ``tries`` counts the runs of one due instant, this one included, and ``retry_at`` is when a failed
    one is tried again.
    """

    id: int
    export: str
    connection: str
    target: str
    segments: tuple[tuple[str, int], ...]
    status: str
    stage: str
    stage_told: dict[str, object]
    asked_by: str
    acts_as: str
    created_at: datetime
    finished_at: datetime | None
    counts: Counts | None
    leavers: str
    requests: int
    seconds: float
    rate: float
    confirmation_reason: str
    confirmation_told: dict[str, object]
    problems: Sequence[Problem]
    progress: Progress | None
    confirmed_by: str
    export_id: int
    trigger: str
    tries: int
    retry_at: datetime | None
    stalled_at: datetime | None

    @property
    def needs_confirmation(self) -> bool:
        return self.status == RunStatus.NEEDS_CONFIRMATION

    @property
    def is_canceling(self) -> bool:
        return self.status == RunStatus.CANCELING


@dataclass(frozen=True, slots=True)
class RowView:
    """What became of one profile in a run."""

    profile_id: str
    address: str
    ended: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class StepView:
    """One step. ``of`` is the id of the source, segment or export; ``run`` the run an export's step led to.

    ``changed`` is False where everything was up to date already; ``rows`` are a source's rows or a segment's members.
    """

    number: int
    kind: str
    of: int
    name: str
    status: str
    stage: str
    stage_told: Mapping[str, Any]
    changed: bool
    rows: int | None
    notes: Sequence[str]
    problems: Sequence[Problem]
    started_at: datetime | None
    finished_at: datetime | None
    run: int | None

    @property
    def done(self) -> bool:
        return self.status in ENDED or (self.run is not None and self.finished_at is not None)


@dataclass(frozen=True, slots=True)
class RefreshView:
    """One refresh. ``behind`` is the number of the refresh that it waits for."""

    id: int
    trigger: str
    scope: str
    subject: str
    asked_by: str
    status: str
    due_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    behind: int | None
    steps: Sequence[StepView] = field(default=())

    @property
    def seconds(self) -> float:
        return (
            (self.finished_at or datetime.now(UTC)) - (self.started_at or self.created_at)
        ).total_seconds()
