"""A session that cannot be opened for want of memory says so, at whichever statement that is."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from leleka.warehouse.engines.duckdb import open_session
from leleka.warehouse.engines.port import OutOfMemory


class Full:
    """A connection that has no memory for a statement."""

    closed = False

    def cursor(self) -> "Full":
        return self

    def execute(self, _: str) -> None:
        raise duckdb.OutOfMemoryException("failed to pin block of size 256.0 KiB")

    def close(self) -> None:
        self.closed = True


def test_the_first_statement_may_be_the_one_for_which_there_is_no_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Full()

    def connect(*_: Any, **__: Any) -> Full:
        return full

    monkeypatch.setattr(duckdb, "connect", connect)
    with pytest.raises(OutOfMemory), open_session(tmp_path):
        pass
    assert full.closed
