"""The additions of a plan, held against what the list has."""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import orjson
from sqlglot import exp

from leleka.core.plan import Kind, Span
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Snapshot
from leleka.warehouse.sql.tables import column, json_lines, parquet

_SPANS: Final = {"number": "BIGINT", "first": "BIGINT", "last": "BIGINT"}


def count(session: Engine, plan: Snapshot, spans: Mapping[int, Sequence[Span]]) -> Mapping[int, int]:
    """Return how many additions are in the spans of each number that has any."""
    if not spans:
        return {}
    with tempfile.TemporaryDirectory(dir=session.spill) as folder:
        staged = Path(folder) / "spans"
        with staged.open("wb") as out:
            for number, some in spans.items():
                for span in some:
                    line = {"number": number, "first": span.first, "last": span.last}
                    out.write(orjson.dumps(line) + b"\n")
        found = (
            exp.select(column("number", "s"), exp.Count(this=exp.Star()))
            .from_(parquet(plan.file("rows"), "r"))
            .join(json_lines(str(staged), _SPANS, "s"), on=_within("s"))
            .where(_is_addition())
            .group_by(column("number", "s"))
        )
        return dict(session.rows(found))


def unlisted(session: Engine, plan: Snapshot, spans: Sequence[Span], listed: Iterable[str]) -> Sequence[int]:
    """Return the seqs of the additions in the spans whose address is not among those that are listed, in order."""
    with tempfile.TemporaryDirectory(dir=session.spill) as folder:
        heard, staged = Path(folder) / "listed", Path(folder) / "spans"
        with heard.open("wb") as out:
            for address in listed:
                out.write(orjson.dumps({"address": address}) + b"\n")
        with staged.open("wb") as out:
            for span in spans:
                out.write(orjson.dumps({"number": 0, "first": span.first, "last": span.last}) + b"\n")
        addresses = (
            exp.select(column("address")).from_(json_lines(str(heard), {"address": "VARCHAR"})).distinct()
        )
        found = (
            exp.select(column("seq", "r"))
            .from_(parquet(plan.file("rows"), "r"))
            .join(json_lines(str(staged), _SPANS, "s"), on=_within("s"))
            .join(
                addresses.subquery("l"),
                on=column("address", "l").eq(column("address", "r")),
                join_type="left",
            )
            .where(_is_addition())
            .where(exp.Is(this=column("address", "l"), expression=exp.null()))
            .order_by(column("seq", "r"))
        )
        return [seq for (seq,) in session.rows(found)]


def _within(spans: str) -> exp.Expr:
    return exp.Between(this=column("seq", "r"), low=column("first", spans), high=column("last", spans))


def _is_addition() -> exp.Expr:
    return column("kind", "r").eq(exp.Literal.string(Kind.ADDED))
