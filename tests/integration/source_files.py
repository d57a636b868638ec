"""A folder for source files, and a lake to read them into."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp

from leleka.core.sources import SourceSpec
from leleka.errors import LelekaError
from leleka.warehouse.engines.duckdb import DuckDBSession, open_session
from leleka.warehouse.lake import Lake
from leleka.warehouse.readers import Loaded, load
from leleka.warehouse.sql import tables as sql_tables


@dataclass
class Desk:
    folder: Path
    session: DuckDBSession
    lake: Lake

    def lay(self, content: str | bytes, name: str = "people.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def read(self, content: str | bytes, name: str = "people.csv", **declared: Any) -> Loaded:
        return self.load(str(self.lay(content, name)), **declared)

    def load(self, *paths: str, **declared: Any) -> Loaded:
        return load(self.session, self.lake, SourceSpec("people", paths, **declared), [self.folder])

    def rows(self, loaded: Loaded) -> list[tuple[Any, ...]]:
        return self.session.rows(exp.select("*").from_(sql_tables.parquet(loaded.snapshot.files)))

    def refused(self, content: str | bytes, name: str = "people.csv", **declared: Any) -> LelekaError:
        with pytest.raises(LelekaError) as caught:
            self.read(content, name, **declared)
        assert not list(self.lake.all())
        assert not list(self.session.spill.glob("reading-*"))
        return caught.value


@contextmanager
def open_desk(tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "files"
    folder.mkdir()
    with open_session(tmp_path / "spill") as session:
        yield Desk(folder, session, Lake(tmp_path / "lake"))
