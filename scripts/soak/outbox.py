"""What dead processes left in the database, seen from outside, through a separate connection."""

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

_PATIENCE = 20.0  # seconds for a lock
_BATCHES = """
SELECT batch.status, batch.sha256, batch.tries
FROM state_batch AS batch JOIN state_run AS run ON run.id = batch.run_id
JOIN state_export AS export ON export.id = run.export_id
WHERE export.name = {} AND run.finished_at IS NULL
"""
_DUE = frozenset({"planned", "sending", "unknown"})


@dataclass(frozen=True)
class Left:
    """The batches of an export's live run, as (status, hash, tries)."""

    batches: tuple[tuple[str, str, int], ...]

    def in_flight(self) -> Counter[str]:
        """Return the hashes written ahead without a reply: each may have arrived, and will be sent again."""
        return Counter(sha256 for status, sha256, _ in self.batches if status == "sending")

    def something_due(self) -> bool:
        return any(status in _DUE for status, _, _ in self.batches)

    def something_sent(self) -> bool:
        return any(tries for _, _, tries in self.batches)


@dataclass(frozen=True)
class Database:
    """``url`` is empty for SQLite, whose file is then in ``data``."""

    url: str
    data: Path

    def left(self, export: str) -> Left:
        """Return what the live run of an export has to do; nothing if there is none."""
        return Left(tuple((status, sha256, tries) for status, sha256, tries in self._rows(_BATCHES, export)))

    def _rows(self, query: str, export: str) -> list[Any]:
        if self.url:
            with psycopg.connect(self.url) as found:
                return found.execute(query.format("%s").encode(), (export,)).fetchall()
        # Not read-only: if a killed process left a journal, the next connection has to roll it back.
        with closing(sqlite3.connect(self.data / "state.sqlite3", timeout=_PATIENCE)) as here:
            return here.execute(query.format("?"), (export,)).fetchall()
