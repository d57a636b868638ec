"""Between a worker and the database: each statement that writes, and each commit, is a point of the world."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connections

from tests.fakes.outbox import ProcessDied

if TYPE_CHECKING:
    from tests.simulation.world import World

_WRITES = ("INSERT", "UPDATE", "DELETE")
Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


class Tap:
    """Records what a worker writes: outside a worker's step nothing fails and nothing dies."""

    def __init__(self) -> None:
        self.world: World | None = None
        self.connection = connections["default"]

    def execute(self, execute: Execute, sql: str, words: Any, many: bool, context: dict[str, Any]) -> Any:
        if not sql.startswith(_WRITES):
            return execute(sql, words, many, context)
        verb = sql.split(" ", 3)
        self._befall(f"before {verb[0]} {verb[1 if verb[0] == 'UPDATE' else 2]}")
        answer = execute(sql, words, many, context)
        if not self.connection.in_atomic_block:
            self._befall(f"after {verb[0]}")
        return answer

    def commit(self, commit: Callable[[], None]) -> None:
        self._befall("before COMMIT")
        commit()
        self._befall("after COMMIT")

    def _befall(self, name: str) -> None:
        if self.world is None or self.world.acting is None:
            return
        what = self.world.statement(name)
        if what == "fail":
            raise OperationalError("disk I/O error")
        if what == "die":
            self.connection.connection.rollback()  # as the database does when its client is gone
            raise ProcessDied


@contextmanager
def tapped() -> Iterator[Tap]:
    """Listen on Django's connection."""
    tap = Tap()
    connection: Any = tap.connection
    commit = connection._commit
    vars(connection)["_commit"] = lambda: tap.commit(commit)
    try:
        with connection.execute_wrapper(tap.execute):
            yield tap
    finally:
        del vars(connection)["_commit"]
