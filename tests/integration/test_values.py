"""The text form of every column type, and fingerprints that no later engine version may change."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from leleka.core.columns import Column, ColumnType, Table
from leleka.core.data_matching import DataMatching, LeaverPolicy, Leavers, Line, WhenEmpty
from leleka.warehouse.engines.duckdb import DuckDBSession, open_session
from leleka.warehouse.sql.values import fingerprint, leaver_fingerprint, value_text

_SQL_TYPES = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.NUMBER: "DOUBLE",
    ColumnType.DATE: "DATE",
    ColumnType.DATETIME: "TIMESTAMP",
    ColumnType.BOOLEAN: "BOOLEAN",
}
LINES = (Line("name", "first_name"), Line("city", "field:1", WhenEmpty.CLEAR))
MARK = Leavers(LeaverPolicy.MARK, "field:9", "так", "ні")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBSession]:
    with open_session(tmp_path_factory.mktemp("spill"), threads=1) as opened:
        yield opened


def text_of(session: DuckDBSession, kind: ColumnType, value: Any) -> str | None:
    given_value = exp.null() if value is None else exp.Literal.string(str(value))
    one = exp.select(exp.alias_(exp.cast(given_value, _SQL_TYPES[kind], dialect="duckdb"), "v"))
    told = value_text(Table("t", (Column("v", kind),)), "v", "one")
    found: str | None = session.row(exp.select(told).from_(one.subquery("one")))[0]
    return found


@pytest.mark.parametrize(
    ("kind", "value", "sent"),
    [
        (ColumnType.TEXT, "  Київ\u00a0", "Київ"),
        (ColumnType.TEXT, "a\u00a0b", "a\u00a0b"),
        (ColumnType.TEXT, " \t\r\n\u00a0", None),
        (ColumnType.TEXT, "", None),
        (ColumnType.TEXT, None, None),
        (ColumnType.TEXT, "1.50", "1.50"),
        (ColumnType.INTEGER, 0, "0"),
        (ColumnType.INTEGER, -9_223_372_036_854_775_808, "-9223372036854775808"),
        (ColumnType.NUMBER, 1.50, "1.5"),
        (ColumnType.NUMBER, 100.0, "100"),
        (ColumnType.NUMBER, -0.0, "0"),
        (ColumnType.NUMBER, -0.0000001, "0"),
        (ColumnType.NUMBER, 0.1 + 0.2, "0.3"),
        (ColumnType.NUMBER, -1234.000001, "-1234.000001"),
        (ColumnType.NUMBER, -999999999999999.0, "-999999999999999"),
        (ColumnType.NUMBER, 9007199254740992.0, "9007199254740992"),
        (ColumnType.NUMBER, 98765432109.123, "98765432109.123"),
        (ColumnType.NUMBER, 0.0000005, "0.000001"),
        (ColumnType.NUMBER, 1e40, "1e+40"),
        (ColumnType.NUMBER, float("nan"), "nan"),
        (ColumnType.NUMBER, float("-inf"), "-inf"),
        (ColumnType.NUMBER, None, None),
        (ColumnType.DATE, date(2024, 2, 29), "2024-02-29"),
        (ColumnType.DATE, date(1, 1, 1), "0001-01-01"),
        (ColumnType.DATETIME, datetime(2026, 3, 29, 1, 30, 5, 999_999, UTC), "2026-03-29T01:30:05Z"),
        (ColumnType.DATETIME, None, None),
        (ColumnType.BOOLEAN, True, "true"),
        (ColumnType.BOOLEAN, False, "false"),
        (ColumnType.BOOLEAN, None, None),
    ],
)
def test_a_value_is_sent_as_one_canonical_text(
    session: DuckDBSession, kind: ColumnType, value: Any, sent: str | None
) -> None:
    assert text_of(session, kind, value) == sent


def marked(session: DuckDBSession, matching: DataMatching, leavers: Leavers, *values: str | None) -> str:
    told = [exp.cast(exp.Literal.string(v) if v is not None else exp.null(), "varchar") for v in values]
    found: str = session.row(exp.select(fingerprint(matching, leavers, told)))[0]
    return found


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("Ада", "Київ"), "c293afe909bd68a36e7b3ec290ae6cf8"),
        ((None, "Київ"), "f71d663cf11e63b606e6f1371e9de29e"),
        (("Ада", None), "214b9c69aa132af1c943f995b281dc7c"),
        (("👩\u200d🚀 e\u0301", "it's; 5:a"), "091da3191ca8fe7489a8b1226c94781e"),
    ],
)
def test_a_fingerprint_is_what_it_always_was(
    session: DuckDBSession, values: tuple[str | None, ...], expected: str
) -> None:
    """Frozen: another engine or version that computes others would send every contact again."""
    assert marked(session, DataMatching("email", LINES, ("vip", "акція")), MARK, *values) == expected


def test_the_fingerprint_of_a_leaver_is_what_it_always_was() -> None:
    assert leaver_fingerprint(MARK) == "5fbc829ca10f53f241e84768e0b94407"


def test_a_fingerprint_is_md5_over_what_is_sent(session: DuckDBSession) -> None:
    told = "tags=3:vip;5:акція;mark=field:9=3:так;field:1=0:;first_name=3:Ада;"
    expected = hashlib.md5(told.encode(), usedforsecurity=False).hexdigest()
    assert marked(session, DataMatching("email", LINES, ("vip", "акція")), MARK, "Ада", None) == expected


VALUES = st.tuples(*[st.none() | st.text("0125:;=ab field_name", min_size=1, max_size=12)] * 2)


@settings(max_examples=150, deadline=None)
@given(one=VALUES, other=VALUES)
def test_different_contents_never_share_a_fingerprint(
    one: tuple[str | None, ...], other: tuple[str | None, ...]
) -> None:
    matching = DataMatching("email", LINES)
    with TemporaryDirectory() as spill, open_session(Path(spill), threads=1) as session:
        same = marked(session, matching, Leavers(), *one) == marked(session, matching, Leavers(), *other)
    assert same == (one == other)
