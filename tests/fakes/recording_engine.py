"""An engine that remembers what it was asked, and where in the product that was asked."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from sqlglot import exp

from leleka.warehouse.engines.port import CHUNK, Engine, StoredColumn

_PRODUCT = Path(__file__).parents[2] / "src" / "leleka"


class RecordingEngine:
    """Hands everything on to the engine behind it. ``asked`` are expressions, ``places`` files and lines."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.spill = engine.spill
        self.asked: list[exp.Expr] = []
        self.places: set[tuple[str, int]] = set()

    def rows(self, query: exp.Expr) -> list[tuple[Any, ...]]:
        self._note(query)
        return self._engine.rows(query)

    def row(self, query: exp.Expr) -> tuple[Any, ...]:
        self._note(query)
        return self._engine.row(query)

    def chunks(self, query: exp.Expr, size: int = CHUNK) -> Iterator[Sequence[tuple[Any, ...]]]:
        self._note(query)
        return self._engine.chunks(query, size)

    def create_table(self, name: str, query: exp.Expr) -> None:
        self._note(query)
        self._engine.create_table(name, query)

    def insert(self, name: str, query: exp.Expr) -> None:
        self._note(query)
        self._engine.insert(name, query)

    def drop_table(self, name: str) -> None:
        self._engine.drop_table(name)

    def write(self, query: exp.Expr, path: str) -> int:
        self._note(query)
        return self._engine.write(query, path)

    def more_memory(self) -> AbstractContextManager[None]:
        return self._engine.more_memory()

    def parquet_columns(self, path: str) -> Sequence[StoredColumn]:
        return self._engine.parquet_columns(path)

    def _note(self, query: exp.Expr) -> None:
        self.asked.append(query.copy())
        frame = sys._getframe(2)
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(_PRODUCT):
            self.places.add((str(path.relative_to(_PRODUCT)), frame.f_lineno))


@contextmanager
def recording(opened: AbstractContextManager[Engine]) -> Iterator[RecordingEngine]:
    with opened as engine:
        yield RecordingEngine(engine)
