"""A key that is entered anew while a run goes on."""

from collections.abc import Callable, Mapping
from typing import Final

from leleka.core.messages import Message
from leleka.core.plan import Planned
from leleka.core.ports.clock import Clock
from leleka.core.ports.destination import Destination
from leleka.core.ports.outbox import Batch
from leleka.core.secret import Secret
from leleka.engine.run_spec import Watcher
from leleka.errors import LelekaError
from leleka.services.connections.keys import secrets_of
from leleka.state.models import Connection

_LOOK_EVERY: Final = 1.0  # seconds


class KeyReloader:
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
        self._known = _revealed(secrets_of(connection()))
        self._looked_at = clock.monotonic()

    def stage(self, said: Message) -> None:
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
            secrets = secrets_of(connection)
            revealed = _revealed(secrets)
            if revealed != self._known:
                self._destination.rekey(secrets)
                self._known = revealed
        except LelekaError:
            return  # a key that cannot be had, or is none, replaces no key that may still be right


def _revealed(secrets: Mapping[str, Secret]) -> dict[str, str]:
    return {name: secret.reveal() for name, secret in secrets.items()}
