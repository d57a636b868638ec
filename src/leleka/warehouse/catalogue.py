"""What the columns of a source contain, how tables belong together, and what a reading changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Snapshot
from leleka.warehouse.sql.tables import column, count_where, parquet


@dataclass(frozen=True, slots=True)
class Changes:
    """How many rows a reading added, removed and changed, told by their keys."""

    added: int
    removed: int
    changed: int


def filled(session: Engine, source: Snapshot, names: Sequence[str]) -> Sequence[int]:
    """Return how many rows have a value, for each of these columns."""
    if not names:
        return ()
    counted = [exp.Count(this=column(name)) for name in names]
    return session.row(exp.select(*counted).from_(parquet(source.files)))


def top_values(session: Engine, source: Snapshot, name: str, most: int) -> Sequence[tuple[Any, int]]:
    """Return the most frequent values of a column with how often each stands there, the most frequent first."""
    rows = exp.Count(this=exp.Star())
    query = (
        exp.select(exp.alias_(column(name), "value", quoted=True), exp.alias_(rows, "rows", quoted=True))
        .from_(parquet(source.files))
        .where(exp.Not(this=exp.Is(this=column(name), expression=exp.Null())))
        .group_by(column(name))
    )
    ordered = exp.select("value", "rows").from_(query.subquery("counted"))
    order = (exp.Ordered(this=column("rows"), desc=True), exp.Ordered(this=column("value"), desc=False))
    return [(value, int(times)) for value, times in session.rows(ordered.order_by(*order).limit(most))]


def matching(session: Engine, many: Snapshot, name: str, one: Snapshot, to_name: str) -> tuple[int, int, int]:
    """Return how many rows have a value in ``name``, how many of those find a row by it, and how many of the values
    that they may find stand in more than one row: a relationship leads to one row.
    """
    target = (
        exp.select(
            exp.alias_(exp.cast(column(to_name), "VARCHAR"), "key", quoted=True),
            exp.alias_(exp.Count(this=exp.Star()), "rows", quoted=True),
        )
        .from_(parquet(one.files))
        .where(exp.Not(this=exp.Is(this=column(to_name), expression=exp.Null())))
        .group_by(exp.cast(column(to_name), "VARCHAR"))
    )
    found = exp.Is(this=column("key", "one"), expression=exp.Null())
    joined = (
        exp.select(exp.Count(this=column(name, "many")), count_where(exp.Not(this=found)))
        .from_(parquet(many.files, "many"))
        .join(
            target.subquery("one"),
            on=exp.EQ(this=exp.cast(column(name, "many"), "VARCHAR"), expression=column("key", "one")),
            join_type="left",
        )
        .where(exp.Not(this=exp.Is(this=column(name, "many"), expression=exp.Null())))
    )
    rows, matched = session.row(joined)
    several = exp.GT(this=column("rows"), expression=exp.Literal.number(1))
    (doubled,) = session.row(exp.select(count_where(several)).from_(target.subquery("keys")))
    return int(rows), int(matched), int(doubled)


def changes(session: Engine, before: Snapshot, after: Snapshot, key: str, names: Sequence[str]) -> Changes:
    """Compare two snapshots of a source by its key, over the columns that both have."""
    same = exp.EQ(this=column(key, "b"), expression=column(key, "a"))
    is_new = exp.Is(this=column(key, "b"), expression=exp.Null())
    is_gone = exp.Is(this=column(key, "a"), expression=exp.Null())
    differs = [
        exp.Not(this=exp.NullSafeEQ(this=column(name, "b"), expression=column(name, "a"))) for name in names
    ]
    both = exp.and_(exp.Not(this=is_new.copy()), exp.Not(this=is_gone.copy()))
    changed = exp.and_(both, exp.or_(*differs)) if differs else exp.false()
    counted = (
        exp.select(count_where(is_new), count_where(is_gone), count_where(changed))
        .from_(parquet(before.files, "b"))
        .join(parquet(after.files, "a"), on=same, join_type="full outer")
    )
    return Changes(*map(int, session.row(counted)))
