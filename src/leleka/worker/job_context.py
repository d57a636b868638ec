"""What a job works with."""

from collections.abc import Callable
from dataclasses import dataclass

from leleka.core.messages import Message
from leleka.core.ports.clock import Clock
from leleka.engine.run_spec import Watcher
from leleka.warehouse.engines.port import Engine


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job of the worker is handed, or a command that does the same in the foreground: a query session, the
    clock, and whoever watches. A run makes the engine's context of it once its destination is open.
    """

    session: Engine
    clock: Clock
    watcher: Watcher

    @property
    def say(self) -> Callable[[Message], None]:
        """Tell the watcher what is being done."""
        return self.watcher.stage
