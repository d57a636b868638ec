"""What every connector to tables promises, whatever is behind it: the same rows, typed, and nothing ever written."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from leleka.core.columns import ColumnType
from leleka.core.ports.connector import Connector, Wanted
from leleka.core.ports.destination import CheckStatus
from leleka.errors import InvalidInput, LelekaError


class Ended(Exception):
    """Somebody wanted an end."""


def nobody(*, rows: int = 0, size: int = 0) -> None:
    """Nobody watches."""


def copied(connector: Connector, wanted: Wanted, folder: Path) -> list[dict[str, Any]]:
    folder.mkdir()
    found = connector.copy(wanted, folder, nobody)
    assert found.format == "parquet"
    (path,) = found.files
    rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    assert found.rows == len(rows)
    return sorted(rows, key=lambda row: row["id"])


class TablesContract:
    """A subclass gives ``connector`` and ``table``: orders with id 1 and 2, amount 10.5 and none, note "a" and ""."""

    types = (ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.TEXT)
    unknown_table: str = "no_such_table"

    @pytest.fixture
    def connector(self) -> Connector:
        raise NotImplementedError

    @pytest.fixture
    def table(self) -> str:
        return "orders"

    def test_a_test_of_the_connection_passes(self, connector: Connector) -> None:
        assert {step.standing for step in connector.check()} == {CheckStatus.PASSED}

    def test_its_tables_are_listed(self, connector: Connector, table: str) -> None:
        assert table in connector.names(100)

    def test_columns_have_types_before_a_row_is_read(self, connector: Connector, table: str) -> None:
        found = connector.columns(Wanted(table=table))
        assert [one.name for one in found] == ["id", "amount", "note"]
        assert tuple(one.type for one in found) == self.types

    def test_rows_are_copied_as_a_snapshot_has_them(
        self, connector: Connector, table: str, tmp_path: Path
    ) -> None:
        assert copied(connector, Wanted(table=table), tmp_path / "aside") == [
            {"id": 1, "amount": 10.5, "note": "a"}, {"id": 2, "amount": None, "note": None},
        ]  # fmt: skip

    def test_a_table_that_is_not_there_is_the_askers_mistake(
        self, connector: Connector, tmp_path: Path
    ) -> None:
        with pytest.raises(InvalidInput):
            connector.copy(Wanted(table=self.unknown_table), tmp_path, nobody)

    def test_whoever_watches_may_end_it(self, connector: Connector, table: str, tmp_path: Path) -> None:
        def end(**_done: int) -> None:
            raise Ended

        with pytest.raises(Ended):
            connector.copy(Wanted(table=table), tmp_path, end)


class QueriesContract(TablesContract):
    """Of one that also takes queries."""

    writing: Sequence[str] = ("DELETE FROM orders", "DROP TABLE orders", "INSERT INTO orders (id) VALUES (3)")

    def test_a_query_is_read(self, connector: Connector, tmp_path: Path) -> None:
        query = "SELECT id + 1 AS id, note FROM orders WHERE id = 1; "
        assert copied(connector, Wanted(query=query), tmp_path / "aside") == [{"id": 2, "note": "a"}]

    def test_nothing_is_written_whatever_the_query_says(
        self, connector: Connector, table: str, tmp_path: Path
    ) -> None:
        for number, query in enumerate(self.writing):
            folder = tmp_path / str(number)
            folder.mkdir()
            with pytest.raises(LelekaError):
                connector.copy(Wanted(query=query), folder, nobody)
        assert len(copied(connector, Wanted(table=table), tmp_path / "aside")) == 2

    def test_a_wrong_query_is_refused_with_the_far_sides_own_words(
        self, connector: Connector, tmp_path: Path
    ) -> None:
        with pytest.raises(InvalidInput, match=r"SOURCE_QUERY|nothing_of_the_kind"):
            connector.copy(Wanted(query="SELECT nothing_of_the_kind FROM orders"), tmp_path, nobody)
