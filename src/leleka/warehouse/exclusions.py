"""Addresses that exclusions cover: one, or all that begin or end so.

One pass over the addresses, however many exclusions there are: each is looked up as it is, and with its beginning and
its end of each length that some exclusion has.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import orjson
from sqlglot import exp

from leleka.core.ports.destination import Exclusion, Match
from leleka.warehouse.sql.tables import column, json_lines

_COLUMNS: Final = {"match": "VARCHAR", "phrase": "VARCHAR", "length": "BIGINT"}


def stage(path: Path, exclusions: Iterable[Exclusion]) -> None:
    """Write a staging file of exclusions."""
    with path.open("wb") as out:
        for one in exclusions:
            line = {"match": one.match, "phrase": one.phrase, "length": len(one.phrase)}
            out.write(orjson.dumps(line) + b"\n")


def covered(staged: str, address: exp.Expr, source: exp.Expr) -> exp.Query:
    """Return the addresses of a source that the staged exclusions cover, as ``address``; one may come twice.

    ``address`` is a column of ``source``, which is aliased.
    """
    exact = (
        exp.select(exp.alias_(address.copy(), "address"))
        .from_(source.copy())
        .join(json_lines(staged, _COLUMNS, "x"), on=column("phrase", "x").eq(address))
        .where(_matches("x", Match.EXACT))
    )
    lengths = (
        exp.select(column("match"), column("length"))
        .from_(json_lines(staged, _COLUMNS))
        .where(exp.Not(this=column("match").eq(exp.Literal.string(Match.EXACT))))
        .distinct()
    )
    parts = (
        exp.select(
            exp.alias_(address.copy(), "address"), column("match", "n"), exp.alias_(_part(address), "part")
        )
        .from_(source.copy())
        .join(lengths.subquery("n"), join_type="cross")
    )
    same = exp.and_(
        column("match", "x").eq(column("match", "p")), column("phrase", "x").eq(column("part", "p"))
    )
    partly = (
        exp.select(column("address", "p"))
        .from_(parts.subquery("p"))
        .join(json_lines(staged, _COLUMNS, "x"), on=same)
    )
    return exp.union(exact, partly, distinct=False)


def _part(address: exp.Expr) -> exp.Expr:
    """Return the beginning or the end of an address, as long as ``n`` says. A shorter one is whole, and no match."""
    length = column("length", "n")
    beginning = exp.Left(this=address.copy(), expression=length)
    end = exp.Right(this=address.copy(), expression=length.copy())
    return exp.Case(ifs=[exp.If(this=_matches("n", Match.BEGINS), true=beginning)]).else_(end)


def _matches(table: str, match: Match) -> exp.Expr:
    return column("match", table).eq(exp.Literal.string(match))
