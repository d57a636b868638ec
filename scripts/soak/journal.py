"""What passed through the proxy of one account: every import, its outcome, and every fault on the way."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition
from time import monotonic

from scripts.soak.http_message import Message

_IMPORT = "POST /api/3/import/bulk_import "
_LIST = re.compile(rb'"listid":\s*"?(\d+)')
_OK = 200
# The client stops waiting after a third of the lease, here 1.3 s: a late reply may count as none.
_LATE = 0.6


@dataclass(slots=True)
class Import:
    """One import. ``accepted`` is what the sandbox replied, ``answered`` whether the reply got through."""

    list: str
    sha256: str
    begun: float
    accepted: bool = False
    answered: bool = False
    ended: float = 0.0  # 0 while it has not


class Journal:
    """Any thread may write and wait."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._imports: list[Import] = []
        self.troubles: Counter[str] = Counter()

    def begin(self, request: Message) -> Import | None:
        """Record a request that was read; None if it is not an import."""
        if not request.first_line.startswith(_IMPORT):
            return None
        found = _LIST.search(request.body)
        one = Import(
            found[1].decode() if found else "", hashlib.sha256(request.body).hexdigest(), monotonic()
        )
        with self._changed:
            self._imports.append(one)
            self._changed.notify_all()
        return one

    def judge(self, one: Import, reply: Message | None) -> None:
        """Record the sandbox's reply, before anything happens to it."""
        with self._changed:
            one.accepted = reply is not None and reply.whole and reply.status == _OK

    def end(self, one: Import, *, answered: bool) -> None:
        """Record whether the complete reply was passed on in time."""
        with self._changed:
            one.answered = answered and monotonic() - one.begun < _LATE
            one.ended = monotonic()
            self._changed.notify_all()

    def trouble(self, kind: str) -> None:
        with self._changed:
            self.troubles[kind] += 1

    def begun(self, number: str) -> int:
        """Count the imports for a list so far."""
        return sum(one.list == number for one in self._imports)

    def in_flight(self, number: str) -> int:
        return sum(one.list == number and not one.ended for one in self._imports)

    def recent(self, number: str, seconds: float) -> Counter[str]:
        """Return the bodies for a list that are in flight, or were until a short time ago."""
        since = monotonic() - seconds
        with self._changed:
            return Counter(
                one.sha256 for one in self._imports if one.list == number and not 0 < one.ended < since
            )

    def quiet_for(self, number: str) -> float:
        """Return the seconds since the last import for a list began; infinity if there was none."""
        return monotonic() - max((one.begun for one in self._imports if one.list == number), default=-1e9)

    def wait(self, true: Callable[[], bool], seconds: float) -> bool:
        """Wait until a condition holds for this journal, but no longer than that."""
        with self._changed:
            return self._changed.wait_for(true, seconds)

    def accepted(self) -> Counter[str]:
        """How many times each body was accepted."""
        with self._changed:
            return Counter(one.sha256 for one in self._imports if one.accepted)

    def unanswered(self) -> Counter[str]:
        """How many times each body was accepted and the reply did not get through, or came late."""
        with self._changed:
            return Counter(one.sha256 for one in self._imports if one.accepted and not one.answered)
