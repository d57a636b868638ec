"""Parquet files keep their types, or report why they cannot."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import pytest

from leleka.core.columns import ColumnType
from leleka.core.sources import TypeOverride
from leleka.errors import InvalidInput
from leleka.warehouse.readers import Loaded
from tests.integration.source_files import Desk, open_desk

moment: Final = datetime.fromisoformat


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def lay(desk: Desk, select: str, name: str = "people.parquet") -> str:
    path = desk.folder / name
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"COPY ({select}) TO '{path}' (FORMAT PARQUET)")
    return str(path)


def read(desk: Desk, select: str, **declared: Any) -> Loaded:
    return desk.load(lay(desk, select), **declared)


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("'Олена'", ColumnType.TEXT, "Олена"),
        ("''", ColumnType.TEXT, None),
        ("'007'", ColumnType.TEXT, "007"),
        ("'a'::ENUM('a', 'b')", ColumnType.TEXT, "a"),
        (
            "'6fb7c1a0-0000-4000-8000-000000000001'::UUID",
            ColumnType.TEXT,
            "6fb7c1a0-0000-4000-8000-000000000001",
        ),
        ("7::TINYINT", ColumnType.INTEGER, 7),
        ("9223372036854775807::UBIGINT", ColumnType.INTEGER, 9223372036854775807),
        ("12345678901234567::DECIMAL(38, 0)", ColumnType.INTEGER, 12345678901234567),
        ("1.25::DECIMAL(9, 2)", ColumnType.NUMBER, 1.25),
        ("1.5::FLOAT", ColumnType.NUMBER, 1.5),
        ("'nan'::DOUBLE", ColumnType.NUMBER, None),
        ("'-infinity'::DOUBLE", ColumnType.NUMBER, None),
        ("true", ColumnType.BOOLEAN, True),
        ("DATE '2027-12-31'", ColumnType.DATE, date(2027, 12, 31)),
        ("TIMESTAMP '2027-12-31 10:00:00.5'", ColumnType.DATETIME, moment("2027-12-31T10:00:00.500000")),
        ("TIMESTAMP_NS '2027-12-31 10:00:00'", ColumnType.DATETIME, moment("2027-12-31T10:00:00")),
        ("TIMESTAMPTZ '2027-12-31 10:00:00+02'", ColumnType.DATETIME, moment("2027-12-31T08:00:00")),
    ],
)
def test_a_type_of_parquet_becomes_one_of_ours(
    desk: Desk, value: str, kind: ColumnType, expected: object
) -> None:
    loaded = read(desk, f'SELECT {value} AS "The value"')
    (column,) = loaded.table.columns
    assert (column.name, column.type) == ("The value", kind)
    assert desk.rows(loaded) == [(expected,)]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("18446744073709551615::UBIGINT", "NUMBER_INVALID"),
        ("DATE '12027-12-31'", "DATE_INVALID"),
        ("'infinity'::TIMESTAMP", "DATE_INVALID"),
    ],
)
def test_a_value_beyond_our_range_refuses_the_file(desk: Desk, value: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read(desk, f"SELECT 1 AS id, NULL AS x UNION ALL SELECT 2, {value}")
    assert [(p.code, p.where) for p in caught.value.problems] == [(code, "people.parquet, row 2, column 'x'")]


@pytest.mark.parametrize("value", ["['a']", "{'a': 1}", "MAP {'a': 1}", "'a'::BLOB"])
def test_a_column_of_lists_records_or_bytes_is_refused(desk: Desk, value: str) -> None:
    with pytest.raises(InvalidInput, match=r"\[TYPE_MISMATCH\] people, column 'x'"):
        read(desk, f"SELECT {value} AS x")


def test_a_declared_type_converts_text_and_refuses_what_does_not_fit(desk: Desk) -> None:
    declared = {"x": TypeOverride(ColumnType.DATE, "%d.%m.%Y"), "n": TypeOverride(ColumnType.TEXT)}
    assert desk.rows(read(desk, "SELECT '31.12.2027' AS x, 7 AS n", types=declared)) == [
        (date(2027, 12, 31), "7")
    ]
    with pytest.raises(InvalidInput, match=r"\[DATE_INVALID\] people.parquet, row 1, column 'x'"):
        read(desk, "SELECT '2027-12-31' AS x, 7 AS n", types=declared)


def test_rows_without_a_key_or_with_the_same_are_named(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match=r"\[PROFILE_KEY_MISSING\] people.parquet, row 2"):
        read(desk, "SELECT unnest([1, NULL]) AS id", primary_key="id")
    with pytest.raises(
        InvalidInput, match=r"\[PROFILE_KEY_DUPLICATE\] people.parquet, row 1.*people.parquet, row 3"
    ):
        read(desk, "SELECT unnest([1, 2, 1]) AS id", primary_key="id")


def test_several_files_are_one_table(desk: Desk) -> None:
    lay(desk, "SELECT 1 AS id, 'Anna' AS name", "a.parquet")
    lay(desk, "SELECT 'Bob' AS name, 2 AS id", "b.parquet")
    loaded = desk.load(str(desk.folder / "*.parquet"))
    assert desk.rows(loaded) == [(1, "Anna"), (2, "Bob")]
    assert loaded.rows == 2


@pytest.mark.parametrize(
    "other", ["SELECT 1 AS id", "SELECT 1 AS id, 'x' AS nam", "SELECT 'one' AS id, 'x' AS name"]
)
def test_files_with_other_columns_or_types_are_refused(desk: Desk, other: str) -> None:
    lay(desk, "SELECT 1 AS id, 'Anna' AS name", "a.parquet")
    lay(desk, other, "b.parquet")
    with pytest.raises(InvalidInput, match=r"\[FILE_COLUMNS_DIFFER\] b.parquet"):
        desk.load(str(desk.folder / "*.parquet"))


def test_csv_and_parquet_are_not_mixed(desk: Desk) -> None:
    lay(desk, "SELECT 1 AS id", "a.parquet")
    desk.lay("id\n1\n", "a.csv")
    with pytest.raises(InvalidInput, match="FILE_TYPE"):
        desk.load(str(desk.folder / "a.*"))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FILE_EMPTY"),
        (b"a,b\n1,2\n", "FILE_TYPE"),
        (b"PAR1", "FILE_CORRUPT"),
        (b"PAR1" + b"\0" * 40 + b"PAR1", "FILE_CORRUPT"),
        (b"PAR1" + b"\xff" * 40 + b"\x20\0\0\0PAR1", "FILE_CORRUPT"),
    ],
)
def test_a_file_that_is_no_parquet_is_refused(desk: Desk, content: bytes, code: str) -> None:
    error = desk.refused(content, "people.parquet")
    assert (error.code, error.problems[0].where) == (code, "people.parquet")


def test_a_damaged_page_is_refused_without_the_words_of_the_engine(desk: Desk) -> None:
    path = Path(lay(desk, "SELECT i AS id, md5(i::VARCHAR) AS name FROM range(5000) AS r(i)"))
    content = bytearray(path.read_bytes())
    content[200:2000] = b"\xff" * 1800
    error = desk.refused(bytes(content), "people.parquet")
    assert error.code == "FILE_CORRUPT"
    assert "duckdb" not in str(error).lower()
    assert str(desk.folder) not in str(error)


def test_a_parquet_file_of_another_name_needs_its_format_declared(desk: Desk) -> None:
    path = lay(desk, "SELECT 1 AS id", "people.data")
    with pytest.raises(InvalidInput, match="FILE_TYPE"):
        desk.load(path)
    assert desk.rows(desk.load(path, format="parquet")) == [(1,)]
