from leleka.core.refresh_graph import ENDED
from leleka.core.statuses import StepStatus
from leleka.state.models import RunStatus


def goes_on(status: str, *, ended: bool) -> bool:
    """Return whether something goes on by itself: what has to be confirmed first does not."""
    resting = ENDED | {StepStatus.NOT_STARTED, RunStatus.NEEDS_CONFIRMATION}
    return not ended and status not in resting


def standing(status: str) -> str:
    """Return how a step without a run stands: in a refresh, what has not begun waits for what is before it (CI-T3)."""
    return StepStatus.QUEUED if status == StepStatus.NOT_STARTED else status
