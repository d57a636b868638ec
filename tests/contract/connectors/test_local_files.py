"""Databases and tables that are files: SQLite, DuckDB by ADBC, SQLite by any driver, Delta Lake, Iceberg."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import adbc_driver_duckdb
import adbc_driver_manager
import adbc_driver_manager.dbapi
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from pyiceberg.catalog.memory import InMemoryCatalog

from leleka.connectors.registry import spec_of
from leleka.core.configuration import Network
from leleka.core.ports.connector import Bounds, Connector, Wanted
from leleka.core.secret import Secret
from leleka.errors import InvalidInput, NeedsAttention
from tests.contract.connectors.connector import QueriesContract, TablesContract, copied, nobody

ROWS = "INSERT INTO orders VALUES (1, 10.5, 'a'), (2, NULL, '')"
DRIVERS = Network(source_drivers=frozenset({"adbc_driver_sqlite"}))


def opened(kind: str, allowed: Path, network: Network = DRIVERS, **settings: Any) -> Connector:
    spec = spec_of(kind)
    made: Connector = spec.open(spec.settings(**settings), Bounds(network, (allowed,)))
    return made


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE orders (id INTEGER, amount REAL, note TEXT)")
        database.execute(ROWS)
        database.commit()
    return path


class TestSQLite(QueriesContract):
    @pytest.fixture
    def connector(self, sqlite_file: Path) -> Connector:
        return opened("sqlite", sqlite_file.parent, path=str(sqlite_file))

    def test_a_version_tells_whether_anybody_wrote(self, connector: Connector, sqlite_file: Path) -> None:
        before = connector.version(Wanted(table="orders")).tag
        with closing(sqlite3.connect(sqlite_file)) as database:
            database.execute("INSERT INTO orders VALUES (3, 1, 'c')")
            database.commit()
        assert connector.version(Wanted(table="orders")).tag not in {"", before}

    def test_no_other_file_is_reached(self, connector: Connector, tmp_path: Path) -> None:
        other = tmp_path / "other.db"
        for query in (f"ATTACH '{other}' AS o", "SELECT load_extension('x')", "PRAGMA journal_mode = WAL"):
            with pytest.raises(InvalidInput):
                connector.columns(Wanted(query=query))
        assert not other.exists()

    def test_a_column_with_values_of_many_types_is_text(self, sqlite_file: Path, tmp_path: Path) -> None:
        with closing(sqlite3.connect(sqlite_file)) as database:
            database.execute("CREATE TABLE mixed (id, many)")
            database.execute("INSERT INTO mixed VALUES (1, 1), (2, 'x'), (3, 2.5)")
            database.commit()
        mixed = opened("sqlite", tmp_path, path=str(sqlite_file))
        rows = copied(mixed, Wanted(table="mixed"), tmp_path / "aside")
        assert [row["many"] for row in rows] == ["1", "x", "2.5"]


class TestDuckDB(QueriesContract):
    @pytest.fixture
    def connector(self, tmp_path: Path) -> Connector:
        path = tmp_path / "shop.duckdb"
        database = adbc_driver_manager.AdbcDatabase(
            driver=adbc_driver_duckdb.driver_path(), entrypoint="duckdb_adbc_init", path=str(path)
        )
        manager = adbc_driver_manager
        with (
            manager.dbapi.Connection(
                database, manager.AdbcConnection(database), autocommit=True
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("CREATE TABLE orders (id INTEGER, amount DECIMAL(10,2), note VARCHAR)")
            cursor.execute(ROWS)
        return opened("duckdb", tmp_path, path=str(path))

    def test_no_other_file_is_reached(self, connector: Connector, tmp_path: Path) -> None:
        secret = tmp_path / "secret.csv"
        secret.write_text("a\n1\n", encoding="utf-8")
        for query in (f"FROM read_csv('{secret}')", f"FROM '{secret}'"):
            with pytest.raises(InvalidInput, match=r"SOURCE_OTHER_FILE|SOURCE_QUERY"):
                connector.copy(Wanted(query=query), tmp_path / "none", nobody)

    @pytest.mark.parametrize(
        "query",
        [
            "SELECT 1 AS id; SET memory_limit = '9GB'",
            "SELECT 1) AS a; CALL enable_logging(); SELECT * FROM (SELECT 1 AS b",
            "SELECT 'open",
        ],
    )
    def test_one_statement_is_run_and_no_more(self, connector: Connector, query: str, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="SOURCE_QUERY_SYNTAX"):
            connector.copy(Wanted(query=query), tmp_path / "none", nobody)

    def test_a_semicolon_in_a_text_is_no_end(self, connector: Connector, tmp_path: Path) -> None:
        assert copied(connector, Wanted(query="SELECT 1 AS id, 'a;b' AS note;"), tmp_path / "aside")


class TestAnyDriver(QueriesContract):
    """As the roads to Snowflake and others go, tried with SQLite's driver."""

    writing = ("DELETE FROM orders", "DROP TABLE orders")

    @pytest.fixture
    def connector(self, sqlite_file: Path) -> Connector:
        options = f"uri = file:{sqlite_file}?mode=ro\n"
        return opened("adbc", sqlite_file.parent, driver="adbc_driver_sqlite", secret_options=Secret(options))

    @pytest.fixture
    def table(self) -> str:
        return "orders"

    def test_a_driver_that_the_operator_did_not_allow_is_not_loaded(self, tmp_path: Path) -> None:
        other = opened("adbc", tmp_path, Network(), driver="adbc_driver_sqlite")
        with pytest.raises(NeedsAttention, match="SOURCE_DRIVER_NOT_ALLOWED"):
            other.names(1)


class TestDelta(TablesContract):
    @pytest.fixture
    def connector(self, tmp_path: Path) -> Connector:
        rows = pa.table({"id": [1, 2], "amount": [10.5, None], "note": ["a", ""]})
        write_deltalake(str(tmp_path / "lake" / "orders"), rows)
        return opened("delta", tmp_path, folder=str(tmp_path / "lake"))

    def test_a_new_version_has_another_mark(self, connector: Connector, tmp_path: Path) -> None:
        before = connector.version(Wanted(table="orders")).tag
        DeltaTable(str(tmp_path / "lake" / "orders")).delete("id = 1")
        assert connector.version(Wanted(table="orders")).tag != before
        assert [row["id"] for row in copied(connector, Wanted(table="orders"), tmp_path / "aside")] == [2]

    def test_a_table_outside_the_folder_is_not_read(self, connector: Connector) -> None:
        with pytest.raises(InvalidInput, match="SOURCE_OUTSIDE_ALLOWED"):
            connector.columns(Wanted(table="../.."))


class TestIceberg(TablesContract):
    @pytest.fixture
    def connector(self, tmp_path: Path) -> Connector:
        (tmp_path / "lake").mkdir()
        catalog = InMemoryCatalog("tests", warehouse=f"file://{tmp_path}/lake")
        catalog.create_namespace("shop")
        rows = pa.table({"id": [1, 2], "amount": [10.5, None], "note": ["a", ""]})
        place = f"file://{tmp_path}/lake/orders"
        catalog.create_table("shop.orders", rows.schema, location=place).append(rows)
        return opened("iceberg", tmp_path, folder=str(tmp_path / "lake"))

    def test_the_tenth_version_is_newer_than_the_ninth(self, connector: Connector, tmp_path: Path) -> None:
        """As catalogues number them, and as Hadoop does."""
        metadata = tmp_path / "lake" / "orders" / "metadata"
        for older, newer in (("v9", "v10"), ("00009-b0", "00100-a0"), ("v99", "v0100")):
            files = sorted(metadata.glob("*.metadata.json"), key=lambda one: one.stat().st_mtime_ns)
            content = files[-1].read_bytes()
            for one in files:
                one.unlink()
            (metadata / f"{newer}.metadata.json").write_bytes(content)
            (metadata / f"{older}.metadata.json").write_text("{}", encoding="utf-8")
            assert connector.version(Wanted(table="orders")).tag == f"{newer}.metadata.json"
            assert len(copied(connector, Wanted(table="orders"), tmp_path / newer)) == 2
            (metadata / f"{older}.metadata.json").unlink()

    def test_what_is_not_below_the_folder_is_not_read(self, connector: Connector, tmp_path: Path) -> None:
        (tmp_path / "lake" / "orders").rename(tmp_path / "moved")
        (tmp_path / "lake" / "orders").mkdir()
        (tmp_path / "lake" / "orders" / "metadata").symlink_to(tmp_path / "moved" / "metadata")
        with pytest.raises(InvalidInput):
            connector.copy(Wanted(table="orders"), tmp_path / "none", nobody)


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_file_that_is_no_database_or_lies_elsewhere_is_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("not a database at all " * 100, encoding="utf-8")
    with pytest.raises(InvalidInput, match="SOURCE_FILE_KIND"):
        opened(kind, tmp_path, path=str(path)).names(1)
    (tmp_path / "allowed").mkdir()
    with pytest.raises(InvalidInput, match="SOURCE_OUTSIDE_ALLOWED"):
        opened(kind, tmp_path / "allowed", path=str(path)).names(1)
    with pytest.raises(InvalidInput, match="SOURCE_NOT_FOUND"):
        opened(kind, tmp_path, path=str(tmp_path / "none.db")).names(1)


def test_bytes_are_refused_by_name(sqlite_file: Path, tmp_path: Path) -> None:
    connector = opened("sqlite", tmp_path, path=str(sqlite_file))
    assert [one.type for one in connector.columns(Wanted(query="SELECT x'00' AS raw"))] == [None]
    with pytest.raises(InvalidInput, match=r"raw \(blob\)"):
        connector.copy(Wanted(query="SELECT x'00' AS raw"), tmp_path, nobody)
