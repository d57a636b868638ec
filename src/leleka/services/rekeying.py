"""A key that is entered anew while a run goes on."""

from collections.abc import Callable, Mapping
from typing import Final

from leleka.core.outbox import Batch
from leleka.core.planning import Planned
from leleka.core.ports import Clock, Destination
from leleka.core.saying import Said
from leleka.engine.run import Watcher
from leleka.errors import LelekaError
from leleka.services.connecting import key_of
from leleka.state.models import Connection

_LOOK_EVERY: Final = 1.0  # seconds


class KeyWatch:
    """A ``Watcher`` around another one. Between the steps of a run it looks whether the connection has another key,
    and has the next request use that one (fault 66).

    ``connection`` gives the connection the run began with, and raises where that leads to another account by now.
    """

    def __init__(
        self,
        connection: Callable[[], Connection],
        destination: Destination,
        clock: Clock,
        watcher: Watcher,
    ) -> None:
        self._connection = connection
        self._destination = destination
        self._clock = clock
        self._watcher = watcher
        self._key = key_of(connection()).reveal()
        self._looked_at = clock.monotonic()

    def stage(self, said: Said) -> None:
        self._watcher.stage(said)

    def planned(self, planned: Planned) -> None:
        self._watcher.planned(planned)

    def progress(self, batches: Mapping[int, Batch]) -> None:
        if self._clock.monotonic() - self._looked_at >= _LOOK_EVERY:
            self._looked_at = self._clock.monotonic()
            self._look(self._connection())
        self._watcher.progress(batches)

    def _look(self, connection: Connection) -> None:
        try:
            key = key_of(connection)
            if key.reveal() != self._key:
                self._destination.rekey(key)
                self._key = key.reveal()
        except LelekaError:
            return  # a key that cannot be had, or is none, replaces no key that may still be right
