"""Numbered points: before and after every write of a worker. There it may die, or be suspended for
a while.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from leleka.core.ports.outbox import Outbox
from tests.simulation.far import Violation

if TYPE_CHECKING:
    from tests.simulation.worker import Worker

_WRITES = frozenset(
    [
        "load",
        "planned",
        "take_lane",
        "release_lane",
        "pause",
        "learn_row_base",
        "write_ahead",
        "answered",
        "polled",
        "finish",
        "fail",
    ]
)

_ENDS = frozenset({"finish", "fail"})


class _Pointed:
    """An outbox around another one: checks whose writes go through (I-12, I-13)."""

    def __init__(self, worker: "Worker", inner: Outbox) -> None:
        self._worker = worker
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._writing(name, found) if name in _WRITES else found

    def _writing(self, name: str, write: Callable[..., Any]) -> Callable[..., Any]:
        def numbered(*words: Any, **named: Any) -> Any:
            worker, world = self._worker, self._worker.world
            world.point(worker, f"before {name}")
            own = world.office.fence(worker.run) == worker.fence
            ended = worker.run in world.office.finished()
            answer = write(*words, **named)
            if not own:
                raise Violation(f"I-12 {name} of an owner long replaced went through in run {worker.run}")
            if ended:
                raise Violation(f"I-13 {name} went through after run {worker.run} had ended")
            if name == "write_ahead":
                worker.written_at = world.clock.monotonic()
                world.office.wrote(worker.run, words[0])
            if name in _ENDS:
                world.office.ended(worker.run)
                world.settled()
            world.point(worker, f"after {name}")
            return answer

        return numbered


def pointed(worker: "Worker", inner: Outbox) -> Outbox:
    return cast("Outbox", _Pointed(worker, inner))
