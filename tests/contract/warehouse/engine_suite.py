"""What the parts of the contract for query engines share: an engine, opened once for each part."""

import time
from abc import ABC
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from sqlglot import exp

from leleka.warehouse.engines.port import Engine, OpenEngine


class EngineSuite(ABC):
    """A part of the contract. ``opened`` is how the engine under test is opened."""

    opened: ClassVar[OpenEngine]

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
        with cls.opened(tmp_path_factory.mktemp("spill"), threads=1) as engine:
            yield engine

    @pytest.fixture
    def _in_kyiv(self) -> Iterator[None]:
        """A process whose clock stands two or three hours away from UTC."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TZ", "Europe/Kyiv")
            time.tzset()
            yield
        time.tzset()


def text(value: str | None) -> exp.Expr:
    return exp.cast(exp.null() if value is None else exp.Literal.string(value), "VARCHAR")


def number(value: str | None) -> exp.Expr:
    return exp.cast(text(value), "DOUBLE")


def values(name: str, *items: exp.Expr) -> exp.Query:
    """Return a query of one column and so many rows."""
    rows: exp.Query = exp.select(exp.alias_(items[0], name, quoted=True))
    for item in items[1:]:
        rows = exp.union(rows, exp.select(exp.alias_(item, name, quoted=True)), distinct=False)
    return rows


def one(engine: Engine, expression: exp.Expr) -> Any:
    """Return what an expression without a table comes to."""
    (found,) = engine.row(exp.select(expression))
    return found
