"""Notices: what people are told without asking. Made from the state, delivered by mail and webhook, never twice.

``work`` is a job of the worker with a process of its own, beside those of the runs: whatever a mail server or a
receiver does to it, no run waits.
"""

import structlog

from leleka.core.ports.clock import Clock
from leleka.services.notices import detection as notice_detection
from leleka.services.notices.creation import make
from leleka.services.notices.detection import Kind, of_run
from leleka.state.models import Run
from leleka.worker.notices import delivery as notice_delivery

log = structlog.get_logger(__name__)


def sweep(clock: Clock, *, by_worker: bool = True) -> int:
    """Make the notices that the state asks for; return how many. Safe to call by several workers, and to be killed."""
    drafts = notice_detection.drafts(clock, by_worker=by_worker)
    return sum(make(draft, clock) is not None for draft in drafts)


def deliver(clock: Clock) -> int:
    """Try to send what is due; return how many deliveries were tried."""
    return notice_delivery.deliver(clock)


def anything_to_do(clock: Clock) -> bool:
    """Return whether ``work`` would do anything: a few reads, so that the worker may ask every few seconds.

    Whatever goes wrong here is written down and keeps nobody from working: the worker asks again.
    """
    try:
        return notice_delivery.is_anything_due(clock) or bool(notice_detection.drafts(clock))
    except Exception:
        log.exception("it could not be seen whether there are notices to make")
        return False


def work(clock: Clock) -> None:
    """Do all there is to do: the worker's job."""
    sweep(clock)
    deliver(clock)
    notice_delivery.forget_old(clock)


def stalled(run: Run, clock: Clock) -> None:
    """Tell that a live run makes no progress (I-16). Whoever finds that out calls this: once or often is the same.

    The notice counts as open until a run of the export goes well, which is told as *recovered*.
    """
    make(of_run(Kind.STALLED, run), clock)
