"""The account's delivery lane, as one run sees it: taken when there is something to send, left when there is
not.
"""

from collections.abc import Callable
from typing import Final

from leleka.core.messages import NOTHING, Message
from leleka.core.ports.clock import Clock
from leleka.core.ports.outbox import Outbox

_LOOK: Final = 1.0  # seconds between two checks whether the lane is free


class Lane:
    """``tell`` hears of it when the run has to queue, and when it is its turn; ``taken`` is called when it is."""

    def __init__(
        self,
        outbox: Outbox,
        clock: Clock,
        tell: Callable[[Message], None],
        taken: Callable[[], None],
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._tell = tell
        self._taken = taken
        self._held = False
        self._left = False  # a process that died may still hold it
        self._look_at = clock.monotonic()
        self._told = NOTHING

    @property
    def is_held(self) -> bool:
        """Return whether this run has the lane, without asking for it."""
        return self._held

    def held(self) -> bool:
        """Return whether this run may send; asks for the lane at most once a second."""
        if not self._held and self.wait() <= 0:
            self._look_at = self._clock.monotonic() + _LOOK
            ahead = self._outbox.take_lane()
            if not ahead:
                self._left = False  # also where what follows fails
                self._taken()
                self._held = True
            self._say(ahead or Message("DELIVERING"))
        return self._held

    def wait(self) -> float:
        """Return the seconds until it is worth asking again."""
        return 0.0 if self._held else max(self._look_at - self._clock.monotonic(), 0.0)

    def lost(self) -> None:
        """Another run took the lane: this one had shown no activity for longer than its lease."""
        self._held = False
        self._told = NOTHING  # when it is taken again, what is read first is told in between
        self._look_at = self._clock.monotonic() + _LOOK

    def leave(self) -> None:
        """Let the next run of the account deliver."""
        if not self._left:
            self._outbox.release_lane()
            self._held = False
            self._told = NOTHING
            self._left = True

    def _say(self, said: Message) -> None:
        if said != self._told:
            self._told = said
            self._tell(said)
