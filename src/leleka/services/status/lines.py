"""One thing that was, or is to be, brought up to date, as the pages of the system show it: a step, or an export's run.

What a run did is shown as what the run did, whatever a refresh said of the export before or after (CI-T9).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leleka.core.clock import utc_now
from leleka.core.messages import Message
from leleka.core.refresh_graph import WENT_WELL, StepKind
from leleka.core.statuses import StepStatus
from leleka.errors import Problem
from leleka.messages.stored import note_of, problem_of
from leleka.services.refresh.step_status import goes_on, standing
from leleka.services.runs.contracts import Progress
from leleka.services.runs.queries import progress_of
from leleka.services.runs.retry_policy import will_be_retried
from leleka.state.models import RefreshStep, Run, RunStatus


@dataclass(frozen=True, slots=True)
class StepLine:
    """How something stands. ``of`` is its id, 0 of the profiles; ``refresh`` and ``step`` say in which refresh it was,
    ``run`` which run of an export it is. ``rows`` are a source's rows or a segment's members; ``notes`` are warnings.

    ``problems`` say why it failed or was skipped, and what to do.
    """

    kind: str
    of: int
    name: str
    status: str = StepStatus.NOT_STARTED
    stage: str = ""
    stage_told: Mapping[str, Any] = field(default_factory=dict)  # its code and values (core.saying)
    problems: Sequence[Problem] = ()
    notes: Sequence[Message] = ()
    rows: int | None = None
    changed: bool = False
    started_at: datetime | None = None
    finished_at: datetime | None = None
    updated_at: datetime | None = None
    trigger: str = ""
    asked_by: str = ""
    refresh: int | None = None
    step: int | None = None
    run: int | None = None
    tries: int = 1
    retry_at: datetime | None = None
    tried_again: bool = False
    stalled: bool = False
    progress: Progress | None = None

    @property
    def live(self) -> bool:
        return goes_on(self.status, ended=self.finished_at is not None)

    @property
    def needs_confirmation(self) -> bool:
        return self.status == RunStatus.NEEDS_CONFIRMATION

    @property
    def went_well(self) -> bool:
        return self.status in WENT_WELL

    @property
    def seconds(self) -> float | None:
        """Return how long it took, or has taken; None where it has not begun."""
        if self.started_at is None:
            return None
        return ((self.finished_at or utc_now()) - self.started_at).total_seconds()


def of_step(step: RefreshStep) -> StepLine:
    """Describe a step with its refresh, and its run if it led to one."""
    if step.run is not None:
        return of_run(step.run, step.name, step)
    return StepLine(
        kind=step.kind,
        of=step.of,
        name=step.name,
        status=standing(step.status),
        stage=step.stage,
        stage_told=step.stage_told,
        problems=[problem_of(one) for one in step.problems],
        notes=[note_of(one) for one in step.notes],
        rows=step.rows,
        changed=step.changed,
        started_at=step.started_at,
        finished_at=step.finished_at,
        updated_at=step.finished_at or step.started_at or step.refresh.created_at,
        trigger=step.refresh.trigger,
        asked_by=step.refresh.asked_by,
        refresh=step.refresh_id,
        step=step.number,
    )


def of_run(run: Run, name: str, step: RefreshStep | None = None) -> StepLine:
    """Describe a run of the export of this name, with the step of a refresh that queued it."""
    ended = run.finished_at is not None
    return StepLine(
        kind=StepKind.EXPORT,
        of=run.export_id,
        name=name,
        status=run.status,
        stage="" if ended else run.stage,
        stage_told={} if ended else run.stage_told,
        problems=[problem_of(one) for one in run.problems],
        started_at=run.started_at,
        finished_at=run.finished_at,
        updated_at=run.finished_at or run.stepped_at or run.created_at,
        trigger=run.trigger,
        asked_by=run.asked_by,
        refresh=step.refresh_id if step else None,
        step=step.number if step else None,
        run=run.pk,
        tries=run.tries,
        retry_at=run.retry_at,
        tried_again=will_be_retried(run),
        stalled=run.stalled_at is not None and not ended,
        progress=progress_of(run),
    )
