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
from leleka.core.email import FAST_LENGTH, FAST_PATTERN, RESERVED_PATTERN, WHITESPACE, Address, normalise
from leleka.warehouse import scan
from leleka.warehouse.lake import Lake, Snapshot
from leleka.warehouse.session import Session

_PROFILES: Final = "address_profiles"
_SHARED: Final = "address_shared"


def build(
    session: Session,
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
    when it is another one. The winner is the most recently updated, then the lowest id.
    """
    key = table.primary_key
    if key is None:
        raise LookupError("a profile table has a primary key")
    key_column = table.column(key)
    numeric = key_column is not None and key_column.type in NUMERIC
    try:
        with tempfile.TemporaryDirectory(dir=session.spill, prefix="addresses-") as folder:
            settled = Path(folder) / "settled.jsonl"
            _settle_in_python(session, profiles, email_column, settled)
            session.run(
                _create(_PROFILES, _keyed(profiles, key, email_column, updated_at, settled, numeric=numeric))
            )
        session.run(_create(_SHARED, _shared()))
        with lake.write("addresses", name) as snapshot:
            session.run(scan.copy_to_parquet(_rows(), snapshot.file("rows")))
    finally:
        for staged in (_PROFILES, _SHARED):
            session.run(exp.Drop(tables=[exp.to_table(staged)], kind="TABLE", exists=True))
    return lake.open(snapshot.reference)


def is_fast(trimmed: exp.Expression) -> exp.Condition:
    """Say in SQL what ``core.email.fast`` says in Python."""
    lowered = exp.Lower(this=trimmed)
    return exp.and_(
        exp.LTE(this=exp.Length(this=trimmed), expression=exp.Literal.number(FAST_LENGTH)),
        exp.RegexpFullMatch(this=trimmed, expression=exp.Literal.string(FAST_PATTERN)),
        exp.Not(this=exp.RegexpFullMatch(this=lowered, expression=exp.Literal.string(RESERVED_PATTERN))),
    )


def trimmed(text: exp.Expression) -> exp.Expression:
    return exp.Trim(this=text, expression=exp.Literal.string(WHITESPACE))


def _text(email_column: str) -> exp.Expression:
    """The address as it stands; no address is the empty one."""
    return exp.func("coalesce", exp.cast(scan.column(email_column), "VARCHAR"), exp.Literal.string(""))


def _settle_in_python(session: Session, profiles: Snapshot, email_column: str, target: Path) -> None:
    text = _text(email_column)
    left = exp.select(exp.alias_(text, "raw")).distinct().from_(scan.parquet(profiles.files))
    with target.open("wb") as file:
        file.write(orjson.dumps({"raw": None, "key": None, "code": None, "detail": None}) + b"\n")
        for chunk in session.chunks(left.where(exp.Not(this=is_fast(trimmed(text))))):
            file.writelines(_settled(raw) for (raw,) in chunk)


def _settled(raw: str) -> bytes:
    found = normalise(raw)
    if isinstance(found, Address):
        line = {"raw": raw, "key": found.key, "code": None, "detail": None}
    else:
        line = {"raw": raw, "key": None, "code": found.code, "detail": found.sentence}
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def _keyed(
    profiles: Snapshot, key: str, email_column: str, updated_at: str | None, settled: Path, *, numeric: bool
) -> exp.Expression:
    """Every profile with its address, and what decides between those that share one."""
    text = _text(email_column)
    identity = exp.cast(scan.column(key), "VARCHAR")
    order = scan.column(key) if numeric else identity
    updated = scan.column(updated_at) if updated_at else exp.cast(exp.Null(), "TIMESTAMP")
    source = exp.select(
        exp.alias_(identity, "profile_id"),
        exp.alias_(order, "rank"),
        exp.alias_(updated, "updated"),
        exp.alias_(text, "raw"),
        exp.alias_(exp.case().when(is_fast(trimmed(text)), exp.Lower(this=trimmed(text))), "fast_key"),
    ).from_(scan.parquet(profiles.files))
    kinds = {"raw": "VARCHAR", "key": "VARCHAR", "code": "VARCHAR", "detail": "VARCHAR"}
    careful = exp.alias_(scan.json_lines(str(settled), kinds), "careful", table=True)
    same = exp.and_(
        exp.EQ(this=scan.column("raw", "profile"), expression=scan.column("raw", "careful")),
        exp.Is(this=scan.column("fast_key", "profile"), expression=exp.Null()),
    )
    either = exp.func("coalesce", scan.column("fast_key", "profile"), scan.column("key", "careful"))
    return (
        exp.select(
            *(scan.column(column, "profile") for column in ("profile_id", "rank", "updated")),
            exp.alias_(either, "email_key"),
            scan.column("code", "careful"),
            scan.column("detail", "careful"),
        )
        .from_(source.subquery("profile"))
        .join(careful, on=same, join_type="left")
    )


def _shared() -> exp.Expression:
    """The profiles whose address another one has, too, each with the winner: few, so that sorting is cheap."""
    count = exp.Count(this=exp.Star())
    keys = (
        exp.select(scan.column("email_key"))
        .from_(_PROFILES)
        .where(exp.Not(this=exp.Is(this=scan.column("email_key"), expression=exp.Null())))
        .group_by(scan.column("email_key"))
        .having(exp.GT(this=count, expression=exp.Literal.number(1)))
    )
    winner = exp.Window(
        this=exp.Anonymous(this="first_value", expressions=[scan.column("profile_id")]),
        partition_by=[scan.column("email_key")],
        order=exp.Order(
            expressions=[
                exp.Ordered(this=scan.column("updated"), desc=True, nulls_first=False),
                exp.Ordered(this=scan.column("rank")),
            ]
        ),
    )
    return (
        exp.select(scan.column("profile_id"), exp.alias_(winner, "winner"))
        .from_(_PROFILES)
        .where(scan.column("email_key").isin(query=keys))
    )


def _rows() -> exp.Select:
    profile_id = scan.column("profile_id", "profile")
    winner = exp.Nullif(this=scan.column("winner", "shared"), expression=profile_id)
    return (
        exp.select(
            profile_id,
            *(scan.column(column, "profile") for column in ("email_key", "code", "detail")),
            exp.alias_(winner, "duplicate_of"),
        )
        .from_(exp.alias_(exp.to_table(_PROFILES), "profile", table=True))
        .join(
            exp.alias_(exp.to_table(_SHARED), "shared", table=True),
            on=exp.EQ(this=profile_id, expression=scan.column("profile_id", "shared")),
            join_type="left",
        )
    )


def _create(name: str, query: exp.Expression) -> exp.Expression:
    return exp.Create(
        this=exp.to_table(name),
        kind="TABLE",
        replace=True,
        expression=query,
        properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
    )
