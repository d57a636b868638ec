"""Whole numbers of other databases: exact or refused, never rounded."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from pymysql.constants import FIELD_TYPE

from leleka.connectors import fetched_rows, mysql_values, postgresql
from leleka.connectors.arrow_types import Shape
from leleka.core.columns import ColumnType
from leleka.errors import InvalidInput

LARGE = 2**53 + 1


def taken(cells: Any) -> pa.Array:
    batch = pa.record_batch([cells], names=["id"])
    return Shape(batch.schema).take(batch).column(0)


def numeric(digits: int) -> pa.Field:
    metadata = {b"POSTGRESQL:typmod": str((digits << 16) + 4).encode(), b"ADBC:postgresql:type": b"numeric"}
    return pa.field("id", pa.string(), metadata=metadata)


@pytest.mark.parametrize("kind", [pa.uint64(), pa.decimal128(20, 0), pa.decimal128(38, 0)])
def test_a_whole_number_of_arrow_stays_what_it_is(kind: pa.DataType) -> None:
    cells = pa.array([Decimal(LARGE) if pa.types.is_decimal(kind) else LARGE, None], kind)
    assert taken(cells).to_pylist() == [LARGE, None]


@pytest.mark.parametrize("cells", [pa.array([2**64 - 1], pa.uint64()), pa.array([Decimal(10**19)])])
def test_one_that_does_not_fit_is_refused_by_its_column_and_without_its_value(cells: pa.Array) -> None:
    with pytest.raises(InvalidInput) as caught:
        taken(cells)
    assert caught.value.code == "SOURCE_COLUMN_TYPE"
    assert caught.value.problems[0].params["columns"] == [f"id ({cells.type})"]
    assert caught.value.__suppress_context__


def test_a_moment_of_nanoseconds_is_cut_to_microseconds() -> None:
    assert taken(pa.array([1_767_225_600_123_456_789], pa.timestamp("ns"))).cast(pa.int64()).to_pylist() == [
        1_767_225_600_123_456
    ]


def test_a_numeric_of_postgresql_with_many_digits_is_text() -> None:
    column, value = postgresql._column(numeric(20))
    assert (column.type, value) == (ColumnType.TEXT, '"id"::text')
    assert postgresql._column(numeric(18))[0].type is ColumnType.INTEGER


@pytest.mark.parametrize("code", [FIELD_TYPE.LONGLONG, FIELD_TYPE.NEWDECIMAL])
def test_a_whole_number_of_mysql_is_an_integer_whatever_its_width(code: int) -> None:
    field = SimpleNamespace(name="id", type_code=code, flags=32, scale=0, length=21, charsetnr=63)
    assert mysql_values._column(field).type is ColumnType.INTEGER


def test_a_row_whose_number_does_not_fit_is_refused_by_its_column() -> None:
    reader = fetched_rows.reader(["id"], [ColumnType.INTEGER], iter([[(2**63,)]]))
    with pytest.raises(InvalidInput) as caught:
        next(reader)
    assert caught.value.problems[0].params["columns"] == ["id (integer)"]
