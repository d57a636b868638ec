"""A thread that hangs in a driver: whoever waits comes back, and nothing is freed that the driver still uses."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Self

import pyarrow as pa
import pytest

from leleka.connectors import arrow_parts
from leleka.connectors.adbc import Database
from leleka.connectors.any_adbc import AnyDriver, Settings
from leleka.core.configuration import Network
from leleka.core.ports.connector import Bounds, Wanted


class Ended(Exception):
    """Somebody wanted an end."""


class Hanging:
    """A reader whose driver says nothing until it is woken."""

    schema = pa.schema([("id", pa.int64())])

    def __init__(self) -> None:
        self.woken = Event()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        self.woken.wait()
        return iter(())


def test_what_a_thread_left_behind_uses_is_closed_as_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process died of it: a connection was closed while its driver waited for rows."""
    monkeypatch.setattr(arrow_parts, "_GOODBYE", 0.1)
    reader, held, closed = Hanging(), ExitStack(), Event()
    held.callback(closed.set)

    def end(**_done: int) -> None:
        raise Ended

    with pytest.raises(Ended):
        arrow_parts.write(
            lambda: reader,
            tmp_path,
            end,
            seconds=60,
            cancel=lambda: None,
            translate=lambda _: None,
            held=held,
        )
    held.close()
    assert not closed.is_set()
    reader.woken.set()
    assert closed.wait(10)


class SilentDriver(AnyDriver):
    """A driver whose far side plans nothing until it is woken; it is its own connection and cursor."""

    def __init__(self) -> None:
        super().__init__(Settings("adbc_driver_silent"), Bounds(Network()))
        self.woken, self.canceled = Event(), Event()

    def connect(self) -> Self:
        return self

    def cursor(self, **_options: object) -> Self:
        return self

    def adbc_execute_schema(self, _statement: str) -> pa.Schema:
        self.woken.wait()
        return pa.schema([("id", pa.int64())])

    def adbc_cancel(self) -> None:
        self.canceled.set()

    def close(self) -> None:
        """Nothing is open."""


def test_a_far_side_that_never_plans_a_query_does_not_hold_up_who_wants_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrow_parts, "_GOODBYE", 0.1)
    silent = SilentDriver()

    def end(**_done: int) -> None:
        raise Ended

    try:
        with pytest.raises(Ended):
            Database(silent).copy(Wanted(table="orders"), tmp_path, end)
        assert silent.canceled.wait(10)
    finally:
        silent.woken.set()
