from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leleka.core.clock import utc_now
from leleka.core.messages import Message
from leleka.core.refresh_graph import ENDED
from leleka.core.statuses import RunStatus
from leleka.errors import Problem


@dataclass(frozen=True, slots=True)
class StepView:
    """One step. ``of`` is the id of the source, measure, segment or export; ``run`` the run an export's step led to.

    ``changed`` is False where everything was up to date already; ``rows`` are a source's rows, a
    measure's values or a segment's members.
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
    notes: Sequence[Message]
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
    status: RunStatus
    due_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    behind: int | None
    steps: Sequence[StepView] = field(default=())

    @property
    def seconds(self) -> float:
        return ((self.finished_at or utc_now()) - (self.started_at or self.created_at)).total_seconds()
