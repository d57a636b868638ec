"""Whether a run that ended is going to be tried again without anybody asking."""

from leleka.state.models import Run


def will_be_retried(run: Run) -> bool:
    """Tell whether a retry is planned. A run that has not ended goes on by itself; of an ended one none is planned."""
    return run.finished_at is None
