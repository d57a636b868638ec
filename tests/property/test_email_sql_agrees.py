"""The addresses snapshot agrees with the core about every text."""

import tempfile
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from leleka.core import email
from leleka.core.columns import Column, ColumnType, Table
from leleka.core.email import Address, normalise
from leleka.warehouse import email_addresses
from leleka.warehouse.engines.duckdb import DuckDBSession, open_session
from leleka.warehouse.lake import Lake
from leleka.warehouse.sql import tables as sql_tables

_TABLE = Table("people", (Column("id", ColumnType.INTEGER), Column("email", ColumnType.TEXT)), "id")
_PIECES = st.sampled_from(
    [
        *("a", "B", "1", "@", ".", "-", "_", "+", "'", '"', "\\", ",", "<", " ", "\t", "\n", "\0"),
        *("\u00a0", "\u200b", "\u3002", "\u212a", "ü", "İ", "ſ", "ß", "x" * 64),
        *("example.com", "a@b.c", "müller.de", "xn--mller-kva.de", ".local", ".LOCALHOST"),
    ]
)
_TEXTS = st.one_of(
    st.text(max_size=40),
    st.lists(_PIECES, max_size=8).map("".join),
    st.tuples(_PIECES, st.just("@"), _PIECES, st.sampled_from([".com", ".Test", ".invalid", ".c"])).map(
        "".join
    ),
)


def told(texts: list[str | None]) -> list[tuple[str | None, str | None]]:
    with tempfile.TemporaryDirectory() as folder, open_session(Path(folder) / "spill") as session:
        lake = Lake(Path(folder) / "lake")
        with lake.write("sources", "people") as people:
            lines = Path(folder) / "people.jsonl"
            lines.write_bytes(
                b"".join(orjson.dumps({"id": n, "email": t}) + b"\n" for n, t in enumerate(texts))
            )
            rows = exp.select("*").from_(
                sql_tables.json_lines(str(lines), {"id": "BIGINT", "email": "VARCHAR"})
            )
            session.write(rows, people.file("rows"))
        return _built(session, lake, people.reference)


def _built(session: DuckDBSession, lake: Lake, people: str) -> list[tuple[str | None, str | None]]:
    built = email_addresses.build(
        session,
        lake,
        name="people",
        profiles=lake.open(people),
        table=_TABLE,
        email_column="email",
        updated_at=None,
    )
    number = exp.cast(sql_tables.column("profile_id"), "BIGINT")
    columns = sql_tables.column("email_key"), sql_tables.column("code")
    return [
        (row[0], row[1])
        for row in session.rows(exp.select(*columns).from_(sql_tables.parquet(built.files)).order_by(number))
    ]


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(st.none(), _TEXTS), min_size=1, max_size=60))
def test_the_snapshot_says_of_every_text_what_the_core_says(texts: list[str | None]) -> None:
    expected = [
        (found.key, None) if isinstance(found, Address) else (None, found.code)
        for found in map(normalise, texts)
    ]
    assert told(texts) == expected


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(_TEXTS, min_size=1, max_size=100))
def test_sql_takes_the_fast_path_exactly_where_python_does(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder, open_session(Path(folder) / "spill") as session:
        for text in texts:
            trimmed = email_addresses.trimmed(exp.Literal.string(text.replace("\0", "")))
            assert session.row(exp.select(email_addresses.is_fast(trimmed)))[0] is email.fast(
                text.replace("\0", "").strip(email.WHITESPACE)
            )
