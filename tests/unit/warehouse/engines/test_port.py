"""How the port's calls become an engine's own expressions."""

from sqlglot import exp

from leleka.warehouse.engines import duckdb_dialect, port
from leleka.warehouse.sql.tables import column
from tests.fakes import spark_dialect

NESTED = port.number_text(port.number_text(column("a")))
TOLD = '"a" || ("a") || ("a" || ("a"))'
WRITERS: port.Writers = {
    port.Call.NUMBER_TEXT: lambda number: exp.DPipe(this=number, expression=exp.paren(number)),
}


def test_a_call_within_a_call_is_written_too() -> None:
    assert port.written(exp.select(NESTED), WRITERS).sql() == "SELECT " + TOLD


def test_a_call_that_is_the_whole_query_is_written() -> None:
    assert port.written(NESTED, WRITERS).sql() == TOLD


def test_a_query_that_was_written_can_be_written_again() -> None:
    query = exp.select(NESTED)
    told = query.sql()
    assert port.written(query, WRITERS).sql() == port.written(query, WRITERS).sql()
    assert query.sql() == told


def test_an_engine_writes_every_call() -> None:
    assert set(duckdb_dialect._WRITERS) == set(spark_dialect._WRITERS) == set(port.Call)
