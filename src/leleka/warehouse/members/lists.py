"""Lists of profiles that grow and shrink: a new snapshot of the entries each time, and which entries that changed."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import orjson
from sqlglot import exp

from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake, Snapshot
from leleka.warehouse.segments import ENTRY, LISTS
from leleka.warehouse.sql.tables import column, json_lines, parquet


def with_entries(
    session: Engine, lake: Lake, name: str, before: Snapshot, given: Iterable[str]
) -> tuple[Snapshot, Sequence[str]]:
    """Return a list with further entries, and those of them that were not in it."""
    with tempfile.TemporaryDirectory(dir=session.spill) as folder:
        staged = _staged(Path(folder), given)
        new = staged.where(exp.not_(exp.In(this=column(ENTRY), query=exp.Subquery(this=_entries(before)))))
        united = exp.union(_entries(before), staged)
        return _written(session, lake, name, united), _texts(session, new)


def without_entries(
    session: Engine, lake: Lake, name: str, before: Snapshot, given: Iterable[str]
) -> tuple[Snapshot, Sequence[str]]:
    """Return a list without some entries, and those of them that were in it."""
    with tempfile.TemporaryDirectory(dir=session.spill) as folder:
        away = exp.In(this=column(ENTRY), query=exp.Subquery(this=_staged(Path(folder), given)))
        gone = _entries(before).where(away)
        rest = _entries(before).where(exp.not_(away.copy()))
        return _written(session, lake, name, rest), _texts(session, gone)


def entries(session: Engine, snapshot: Snapshot) -> Iterable[Sequence[tuple[str]]]:
    """Return the entries in their order, in chunks."""
    return session.chunks(_entries(snapshot).order_by(column(ENTRY)))


def _entries(snapshot: Snapshot) -> exp.Select:
    return exp.select(column(ENTRY)).from_(parquet(snapshot.files))


def _staged(folder: Path, given: Iterable[str]) -> exp.Select:
    path = folder / "entries"
    with path.open("wb") as out:
        for entry in given:
            out.write(orjson.dumps({ENTRY: entry}) + b"\n")
    return exp.select(column(ENTRY)).from_(json_lines(str(path), {ENTRY: "VARCHAR"}))


def _written(session: Engine, lake: Lake, name: str, query: exp.Query) -> Snapshot:
    ordered = exp.select(column(ENTRY)).from_(query.subquery("entries")).order_by(column(ENTRY))
    with lake.write(LISTS, name) as aside:
        session.write(ordered, aside.file("entries"))
    return lake.open(aside.reference)


def _texts(session: Engine, query: exp.Query) -> Sequence[str]:
    return [entry for (entry,) in session.rows(query)]
