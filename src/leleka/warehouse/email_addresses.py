"""The addresses snapshot: for each profile its one spelling of the e-mail address, or why there is none.

SQL settles what ``core.email`` calls fast, by the same constants; every other distinct text goes through
``core.email`` itself, so that SQL and Python cannot disagree. The winner of a shared address is chosen here,
over all profiles, so that every export tells the same.
"""

import tempfile
from pathlib import Path
from typing import Final

import orjson
from sqlglot import exp

from leleka.core.columns import NUMERIC, Table
from leleka.core.email import (
    FAST_LENGTH,
    FAST_PATTERN,
    LONGEST_READ,
    RESERVED_PATTERN,
    WHITESPACE,
    Address,
    normalise,
)
from leleka.core.reason_codes import INSTEAD
from leleka.messages.problems import english
from leleka.warehouse.engines.port import Engine, full_match
from leleka.warehouse.lake import Lake, Snapshot
from leleka.warehouse.sql import tables as sql_tables

_PROFILES: Final = "address_profiles"
_SETTLED: Final = "address_settled"
_SHARED: Final = "address_shared"
_SETTLED_KINDS: Final = {"raw": "VARCHAR", "key": "VARCHAR", "code": "VARCHAR", "detail": "VARCHAR"}


def build(
    session: Engine,
    lake: Lake,
    *,
    name: str,
    profiles: Snapshot,
    table: Table,
    email_column: str,
    updated_at: str | None,
) -> Snapshot:
    """Write the snapshot of kind ``addresses``: one row a profile, in no particular order.

    Columns, all text: ``profile_id``; ``email_key``, the address in its one spelling, or NULL; ``code`` and
    ``detail``, why it is NULL (masked), else NULL; ``duplicate_of``, the profile that is sent for this address
    when it is another one, which ``detail`` then names. The winner is the most recently updated, then the lowest id.
    """
    key = table.primary_key
    if key is None:
        raise LookupError("a profile table has a primary key")
    key_column = table.column(key)
    numeric = key_column is not None and key_column.type in NUMERIC
    try:
        read = _read(profiles, key, email_column, updated_at, numeric=numeric)
        session.create_table(_PROFILES, read)
        with tempfile.TemporaryDirectory(dir=session.spill, prefix="addresses-") as folder:
            settled = Path(folder) / "settled.jsonl"
            _settle_in_python(session, settled)
            lines = exp.select("*").from_(sql_tables.json_lines(str(settled), _SETTLED_KINDS))
            session.create_table(_SETTLED, lines)
        session.create_table(_SHARED, _shared())
        with lake.write("addresses", name) as snapshot:
            session.write(_rows(), snapshot.file("rows"))
    finally:
        for staged in (_PROFILES, _SETTLED, _SHARED):
            session.drop_table(staged)
    return lake.open(snapshot.reference)


def is_fast(trimmed: exp.Expr) -> exp.Condition:
    """Say in SQL what ``core.email.fast`` says in Python."""
    lowered = exp.Lower(this=trimmed)
    return exp.and_(
        exp.LTE(this=exp.Length(this=trimmed), expression=exp.Literal.number(FAST_LENGTH)),
        full_match(trimmed, FAST_PATTERN),
        exp.Not(this=full_match(lowered, RESERVED_PATTERN)),
    )


def trimmed(text: exp.Expr) -> exp.Expr:
    return exp.Trim(this=text, expression=exp.Literal.string(WHITESPACE))


def _read(
    profiles: Snapshot, key: str, email_column: str, updated_at: str | None, *, numeric: bool
) -> exp.Expr:
    """Every profile with its fast address or, where that is none, the trimmed text; no text is the empty one."""
    identity = exp.cast(sql_tables.column(key), "VARCHAR")
    text = exp.func("coalesce", exp.cast(sql_tables.column(email_column), "VARCHAR"), exp.Literal.string(""))
    fast_key = exp.case().when(is_fast(trimmed(text)), exp.Lower(this=trimmed(text)))
    source = exp.select(
        exp.alias_(identity, "profile_id"),
        exp.alias_(sql_tables.column(key) if numeric else identity, "rank"),
        exp.alias_(sql_tables.column(updated_at) if updated_at else exp.Null(), "updated"),
        exp.alias_(text, "text"),
        exp.alias_(fast_key, "fast_key"),
    ).from_(sql_tables.parquet(profiles.files))
    left = exp.case().when(exp.Is(this=sql_tables.column("fast_key"), expression=exp.Null()), _cut("text"))
    kept = [sql_tables.column(column) for column in ("profile_id", "rank", "updated", "fast_key")]
    return exp.select(*kept, exp.alias_(left, "raw")).from_(source.subquery("source"))


def _cut(name: str) -> exp.Expr:
    """The trimmed text, or the beginning of an endless one. The sign at its end keeps it too long when trimmed."""
    text = trimmed(sql_tables.column(name))
    beginning = exp.Left(this=text.copy(), expression=exp.Literal.number(LONGEST_READ))
    cut = exp.DPipe(this=beginning, expression=exp.Literal.string("…"), safe=True)
    endless = exp.GT(this=exp.Length(this=text.copy()), expression=exp.Literal.number(LONGEST_READ))
    return exp.case().when(endless, cut).else_(text)


def _settle_in_python(session: Engine, target: Path) -> None:
    raw = sql_tables.column("raw")
    left = (
        exp.select(raw).distinct().from_(_PROFILES).where(exp.not_(exp.Is(this=raw, expression=exp.Null())))
    )
    with target.open("wb") as file:
        for chunk in session.chunks(left):
            file.writelines(_settled(text) for (text,) in chunk)


def _settled(raw: str) -> bytes:
    found = normalise(raw)
    if isinstance(found, Address):
        line = {"raw": raw, "key": found.key, "code": None, "detail": None}
    else:
        line = {"raw": raw, "key": None, "code": found.code, "detail": english(found.problem).message}
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _keyed() -> exp.Subquery:
    """Every profile with its address: the fast one, or what Python made of the text."""
    same = exp.EQ(this=sql_tables.column("raw", "read"), expression=sql_tables.column("raw", "settled"))
    either = exp.func("coalesce", sql_tables.column("fast_key", "read"), sql_tables.column("key", "settled"))
    return (
        exp.select(
            *(sql_tables.column(column, "read") for column in ("profile_id", "rank", "updated")),
            exp.alias_(either, "email_key"),
            sql_tables.column("code", "settled"),
            sql_tables.column("detail", "settled"),
        )
        .from_(exp.alias_(exp.to_table(_PROFILES), "read", table=True))
        .join(exp.alias_(exp.to_table(_SETTLED), "settled", table=True), on=same, join_type="left")
        .subquery("profile")
    )


def _shared() -> exp.Expr:
    """The profiles whose address another one has, too, each with the winner: few, so that sorting is cheap."""
    count = exp.Count(this=exp.Star())
    keys = (
        exp.select(sql_tables.column("email_key"))
        .from_(_keyed())
        .where(exp.Not(this=exp.Is(this=sql_tables.column("email_key"), expression=exp.Null())))
        .group_by(sql_tables.column("email_key"))
        .having(exp.GT(this=count, expression=exp.Literal.number(1)))
    )
    winner = exp.Window(
        this=exp.FirstValue(this=sql_tables.column("profile_id")),
        partition_by=[sql_tables.column("email_key")],
        order=exp.Order(
            expressions=[
                exp.Ordered(this=sql_tables.column("updated"), desc=True, nulls_first=False),
                exp.Ordered(this=sql_tables.column("rank")),
            ]
        ),
    )
    return (
        exp.select(sql_tables.column("profile_id"), exp.alias_(winner, "winner"))
        .from_(_keyed())
        .where(sql_tables.column("email_key").isin(query=keys))
    )


def _rows() -> exp.Select:
    profile_id = sql_tables.column("profile_id", "profile")
    winner = exp.Nullif(this=sql_tables.column("winner", "shared"), expression=profile_id)
    # NULL where there is no other winner: this concatenation gives no text then.
    chosen = exp.DPipe(
        this=exp.DPipe(this=exp.Literal.string(INSTEAD[0]), expression=winner.copy(), safe=True),
        expression=exp.Literal.string(INSTEAD[1]),
        safe=True,
    )
    detail = exp.Coalesce(this=sql_tables.column("detail", "profile"), expressions=[chosen])
    return (
        exp.select(
            profile_id,
            *(sql_tables.column(column, "profile") for column in ("email_key", "code")),
            exp.alias_(detail, "detail"),
            exp.alias_(winner, "duplicate_of"),
        )
        .from_(_keyed())
        .join(
            exp.alias_(exp.to_table(_SHARED), "shared", table=True),
            on=exp.EQ(this=profile_id, expression=sql_tables.column("profile_id", "shared")),
            join_type="left",
        )
    )
