from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leleka.core.plan import Counts
from leleka.core.statuses import RunStatus
from leleka.errors import Problem
from leleka.services.contracts import NoteView


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
    one is tried again. ``notes`` is what else is to be known of it.
    """

    id: int
    export: str
    connection: str
    target: str
    segments: tuple[tuple[str, int], ...]
    status: RunStatus
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
    notes: Sequence[NoteView]
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
