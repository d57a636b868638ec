"""Reconciling: the ledger held against the list itself."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import orjson
from sqlglot import exp

from leleka.warehouse.diff import LEDGER_COLUMNS, STATE_MEMBER
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake
from leleka.warehouse.ledger import UNCERTAIN
from leleka.warehouse.sql.tables import column, json_lines, parquet

_SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Compared:
    """``missing`` are in the ledger and not in the list, ``foreign`` the other way round; samples by address.

    ``ledger`` is the repaired one: None where nothing was missing or nobody asked for it.
    """

    held: int
    listed: int
    missing: int
    foreign: int
    missing_sample: tuple[str, ...]
    ledger: str | None


def compare(
    session: Engine, lake: Lake, *, name: str, ledger: str, listed: Iterable[str], repair: bool
) -> Compared:
    """Compare; with ``repair`` write a ledger in which nobody knows what the missing ones hold: they are due again."""
    with tempfile.TemporaryDirectory(dir=session.spill) as folder:
        staging = Path(folder) / "listed"
        with staging.open("wb") as out:
            out.writelines(orjson.dumps({"address": address}) + b"\n" for address in listed)
        there = exp.select(column("address")).from_(json_lines(str(staging), {"address": "VARCHAR"}))
        session.create_table("listed", there.distinct())
    session.create_table("ledger", exp.select("*").from_(parquet(lake.open(ledger).files)))
    missing = exp.and_(_held(), _absent_from("listed", "ledger"))
    found = Compared(
        held=_count(session, exp.select("1").from_("ledger").where(_held())),
        listed=_count(session, exp.select("1").from_("listed")),
        missing=_count(session, exp.select("1").from_("ledger").where(missing)),
        foreign=_count(session, exp.select("1").from_("listed").where(_absent_from("ledger", "listed"))),
        missing_sample=tuple(address for (address,) in session.rows(_sample(missing))),
        ledger=None,
    )
    repaired = None
    if repair and found.missing:
        with lake.write("ledgers", name) as following:
            session.write(_repaired(missing), following.file("ledger"))
        repaired = following.reference
    for table in ("listed", "ledger"):
        session.drop_table(table)
    return Compared(found.held, found.listed, found.missing, found.foreign, found.missing_sample, repaired)


def _held() -> exp.Expr:
    known = exp.Not(this=exp.Is(this=column("held", "ledger"), expression=exp.null()))
    return exp.and_(known, column("state", "ledger").eq(exp.Literal.string(STATE_MEMBER)))


def _absent_from(other: str, table: str) -> exp.Expr:
    same = column("address", other).eq(column("address", table))
    return exp.Not(this=exp.Exists(this=exp.select("1").from_(other).where(same)))


def _sample(missing: exp.Expr) -> exp.Select:
    addresses = exp.select(column("address")).from_("ledger").where(missing.copy())
    return addresses.order_by(column("address")).limit(_SAMPLE)


def _repaired(missing: exp.Expr) -> exp.Expr:
    uncertain = exp.Case(ifs=[exp.If(this=missing.copy(), true=exp.Literal.string(UNCERTAIN))]).else_(
        column("held", "ledger")
    )
    columns = (
        exp.alias_(uncertain, name) if name == "held" else column(name, "ledger") for name in LEDGER_COLUMNS
    )
    return exp.select(*columns).from_("ledger").order_by(column("address"))


def _count(session: Engine, query: exp.Select) -> int:
    (number,) = session.row(exp.select(exp.Count(this=exp.Star())).from_(query.subquery("q")))
    return int(number)
