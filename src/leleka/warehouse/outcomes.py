"""What became of each row of a run: written in the order in which it is read, so that a page of it is read quickly."""

from collections.abc import Iterator, Sequence
from typing import Final

from sqlglot import exp

from leleka.core.plan import Counts
from leleka.warehouse.counts import counts_of
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake, Snapshot
from leleka.warehouse.sql.tables import column, parquet

_ORDER: Final = ("ended", "code", "profile_id")
_CHUNK: Final = 1_000  # whoever downloads them sees the first ones soon


def write(session: Engine, lake: Lake, name: str, rows: exp.Select) -> Snapshot:
    """Publish the rows that a query gives, by how they ended, code and profile id."""
    ordered = rows.order_by(*(column(one) for one in _ORDER))
    with lake.write("outcomes", name) as aside:
        session.write(ordered, aside.file("outcomes"))
    return lake.open(aside.reference)


def count(session: Engine, snapshot: Snapshot) -> Counts:
    """Count the outcomes of a run again."""
    return counts_of(session, exp.select("kind", "ended", "code", "warnings").from_(parquet(snapshot.files)))


def rows(
    session: Engine, snapshot: Snapshot, ended: str, limit: int, offset: int = 0
) -> list[tuple[str, str | None, str, str, str]]:
    """Return profile id, address, ended, code and detail of profiles that ended so, by code and profile id.

    The order is that of the file: nothing is sorted, and what is not asked for is hardly read.
    """
    return session.rows(_ended(snapshot, ended).limit(limit).offset(offset))


def chunks(
    session: Engine, snapshot: Snapshot, ended: str
) -> Iterator[Sequence[tuple[str, str | None, str, str, str]]]:
    """Return the same of all of them, in chunks."""
    yield from session.chunks(_ended(snapshot, ended), _CHUNK)


def _ended(snapshot: Snapshot, ended: str) -> exp.Select:
    return (
        exp.select(*(column(name) for name in ("profile_id", "address", "ended", "code", "detail")))
        .from_(parquet(snapshot.files))
        .where(column("ended").eq(exp.Literal.string(ended)))
    )
