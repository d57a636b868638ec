"""Numbered points: before and after every write of a worker. There it may die, or be suspended for
a while.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
        self._within = False

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._writing(name, found) if name in _WRITES and not self._within else found

    @contextmanager
    def together(self) -> Iterator[None]:
        """One write: nobody stands between those within it, for they hold the row of the run."""
        worker, world = self._worker, self._worker.world
        world.point(worker, "before together")
        judge = self._judge("together")
        with self._inner.together():
            self._within = True
            try:
                yield
            finally:
                self._within = False
        judge()
        world.point(worker, "after together")

    def _judge(self, name: str) -> Callable[[], None]:
        """Return what is to be called once a write went through, which may not have."""
        run, office = self._worker.run, self._worker.world.office
        own, ended = office.fence(run) == self._worker.fence, run in office.finished()

        def judge() -> None:
            if not own:
                raise Violation(f"I-12 {name} of an owner long replaced went through in run {run}")
            if ended:
                raise Violation(f"I-13 {name} went through after run {run} had ended")

        return judge

    def _writing(self, name: str, write: Callable[..., Any]) -> Callable[..., Any]:
        def numbered(*words: Any, **named: Any) -> Any:
            worker, world = self._worker, self._worker.world
            world.point(worker, f"before {name}")
            judge = self._judge(name)
            answer = write(*words, **named)
            judge()
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
