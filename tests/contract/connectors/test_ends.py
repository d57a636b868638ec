"""A copy comes to its end: where nobody answers, where nothing ends, where there is no time or room left."""

import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leleka.connectors import arrow_parts, mysql_values, pinned_socket, sqlite_file
from leleka.connectors.any_adbc import AnyDriver
from leleka.connectors.any_adbc import Settings as AnySettings
from leleka.connectors.registry import spec_of
from leleka.core.configuration import Network
from leleka.core.ports.connector import Bounds, Since, Wanted
from leleka.errors import InvalidInput, NeedsAttention, TryLater
from tests.contract.connectors.connector import Ended, nobody

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"


def test_a_server_of_mysql_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pinned_socket, "SILENT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        spec = spec_of("mysql")
        settings = spec.settings(
            host="127.0.0.1", port=str(port), database="shop", user="ann", encryption="disable"
        )
        connector = spec.open(settings, Bounds(Network(source_hosts=frozenset({f"127.0.0.1:{port}"}))))
        with pytest.raises(TryLater, match="SOURCE_LOST"):
            connector.names(1)


def test_a_query_of_sqlite_without_end_can_be_ended(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE orders (id)")
    spec = spec_of("sqlite")
    connector = spec.open(spec.settings(path=str(path)), Bounds(Network(), (tmp_path,)))

    def end(**_done: int) -> None:
        raise Ended

    with pytest.raises(Ended):
        connector.copy(Wanted(query=ENDLESS), tmp_path, end)


def stream() -> pa.RecordBatchReader:
    schema = pa.schema([("id", pa.string())])

    def batches() -> Iterator[pa.RecordBatch]:
        while True:
            yield pa.record_batch([pa.array(["x" * 1_000_000] * 4)], schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


def write(folder: Path, seconds: float) -> None:
    arrow_parts.write(
        stream,
        folder,
        nobody,
        seconds=seconds,
        cancel=lambda: None,
        translate=lambda _error: TryLater("SOURCE_LOST"),
    )


def test_a_stream_that_never_pauses_ends_when_its_time_is_over(tmp_path: Path) -> None:
    with pytest.raises(TryLater, match="SOURCE_SLOW"):
        write(tmp_path, 0.2)


def test_a_stream_without_end_leaves_room_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=100_000_000))
    with pytest.raises(NeedsAttention, match="LAKE_UNWRITABLE"):
        write(tmp_path, 5)


def test_a_disk_that_cannot_be_written_is_not_the_far_sides_fault(tmp_path: Path) -> None:
    with pytest.raises(NeedsAttention, match="LAKE_UNWRITABLE"):
        write(tmp_path / "gone", 5)


def test_a_batch_of_all_rows_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver may bring everything at once; what is made of it stays small."""
    monkeypatch.setattr(arrow_parts, "_GROUP_BYTES", 100_000)
    texts = pa.array([f"{number:0100}" for number in range(20_000)])
    whole = pa.record_batch([texts], names=["id"])

    def opened() -> pa.RecordBatchReader:
        return pa.RecordBatchReader.from_batches(whole.schema, iter([whole, whole.slice(0, 0)]))

    copied = arrow_parts.write(
        opened, tmp_path, nobody, seconds=60, cancel=lambda: None, translate=lambda _error: None
    )
    assert copied.rows == 20_000
    file = pq.ParquetFile(copied.files[0])
    rows = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    assert max(rows) <= 2_000
    assert file.read().column("id").to_pylist() == texts.to_pylist()


def test_few_rows_are_held_at_once() -> None:
    assert (
        max(sqlite_file._CHUNK, mysql_values._CHUNK) * 50_000 < 32_000_000
    )  # bytes, of rows that hold a long text


def test_any_driver_is_asked_from_a_day_earlier_as_its_session_may_be_in_another_zone() -> None:
    driver = AnyDriver(AnySettings(driver="adbc_driver_snowflake"), Bounds(Network()))
    moment = driver.select(Wanted(table="orders", since=Since("seen", "2026-01-02 03:04:05")))
    assert moment.endswith("""WHERE "seen" >= '2026-01-01 03:04:05'""")
    assert driver.select(Wanted(table="orders", since=Since("id", "7"))).endswith('WHERE "id" >= 7')


def test_the_driver_of_duckdb_which_reads_files_is_not_reached_by_another_road() -> None:
    spec, name = spec_of("adbc"), "adbc_driver_duckdb"
    allowed = Bounds(Network(source_drivers=frozenset({name})))
    with pytest.raises(NeedsAttention, match="SOURCE_DRIVER_NOT_ALLOWED"):
        spec.open(spec.settings(driver=name), allowed).names(1)


@pytest.mark.parametrize("line", ["entrypoint = abort", "profile = x", "uri = profile://x", "driver = x"])
def test_options_that_choose_what_is_loaded_are_refused(line: str) -> None:
    (field,) = (one for one in spec_of("adbc").fields if one.name == "options")
    assert field.info.check is not None
    with pytest.raises(InvalidInput, match="SOURCE_OPTIONS_INVALID"):
        field.info.check(line)
