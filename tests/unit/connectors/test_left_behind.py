"""A thread that hangs in a driver: whoever waits comes back, and nothing is freed that the driver still uses."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Self

import pyarrow as pa
import pytest

from leleka.connectors import arrow_parts


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
