"""The dead man's switch: an outside monitor is told once a minute that all is well, and raises the alarm at silence.

The worker's own loop decides, and a thread posts: a loop that hangs says nothing, and a monitor that hangs holds up no
run.
"""

from collections.abc import Sequence
from threading import Thread
from typing import Final
from uuid import uuid4

import orjson
import structlog

from leleka.core.configuration import Channels, Webhook
from leleka.core.ports.clock import Clock
from leleka.notices import webhook
from leleka.services.concerns.contracts import Concern, Severity
from leleka.services.concerns.queries import everything
from leleka.services.installation import configuration as installation_configuration
from leleka.services.installation import database_outage

log = structlog.get_logger(__name__)
_EVERY: Final = 60.0  # seconds


class OutgoingHeartbeat:
    """One worker's. Silent where no monitor is set up."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next = float("-inf")
        self._posting: Thread | None = None

    def send(self) -> None:
        """Tell the monitor how things stand, where that is due and it has taken the last one."""
        channels = installation_configuration.configuration().channels
        if channels.heartbeat is None and channels.heartbeat_fail is None:
            return
        if self._clock.monotonic() < self._next or (self._posting and self._posting.is_alive()):
            return
        self._next = self._clock.monotonic() + _EVERY
        try:
            wrong = [one for one in everything(self._clock) if one.severity is Severity.CRITICAL]
        except database_outage.ERRORS:
            raise
        except Exception:  # a mistake of ours: the monitor hears nothing, and no run waits for it
            log.exception("it could not be seen what is wrong")
            return
        hook = channels.heartbeat_fail if wrong else channels.heartbeat
        if hook is not None:
            arguments = (hook, channels, _body(wrong), self._clock)
            self._posting = Thread(target=_post, args=arguments, name="heartbeat", daemon=True)
            self._posting.start()

    def wait(self) -> None:
        """Wait until the last one was posted."""
        if self._posting is not None:
            self._posting.join()


def _body(wrong: Sequence[Concern]) -> bytes:
    told = [{"kind": one.kind, "subject": one.subject} for one in wrong]
    return orjson.dumps({"status": "failing" if wrong else "ok", "concerns": told[:100], "total": len(told)})


def _post(hook: Webhook, channels: Channels, body: bytes, clock: Clock) -> None:
    try:
        code = webhook.post(hook, channels.secret, uuid4().hex, body, clock)
    except Exception:
        log.exception("the heartbeat could not be posted", to=hook.name)
        return
    if code:
        log.warning("the heartbeat was not accepted", to=hook.name, code=code)
