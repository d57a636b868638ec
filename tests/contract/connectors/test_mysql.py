"""Tables and queries of a real MariaDB."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest

from leleka.connectors.registry import spec_of
from leleka.core.clock import SystemClock
from leleka.core.configuration import Network
from leleka.core.ports.connector import Bounds, Connector, Wanted
from leleka.core.secret import Secret
from leleka.errors import InvalidInput, NeedsAttention, TryLater
from tests.contract.connectors.connector import QueriesContract, copied, nobody
from tests.source_databases import PASSWORD, free_port

SERVER = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
pytestmark = [
    pytest.mark.skipif(
        not Path(SERVER).exists(), reason="there is no MariaDB: apt install mariadb-server-core"
    ),
    pytest.mark.long,
]


STATEMENTS = (
    "CREATE DATABASE shop",
    f"CREATE USER reader@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'",
    "GRANT ALL ON shop.* TO reader@'127.0.0.1'",
    "CREATE TABLE shop.orders (id INT, amount DECIMAL(10,2), note VARCHAR(20))",
    "INSERT INTO shop.orders VALUES (1, 10.5, 'a'), (2, NULL, '')",
    """CREATE TABLE shop.kinds (id BIGINT UNSIGNED, tiny BOOL, whole DECIMAL(9,0), day DATE, at DATETIME(6),
    took TIME, mood ENUM('calm'), extra JSON, born YEAR, raw BLOB)""",
    """INSERT INTO shop.kinds VALUES (1, TRUE, 7, '2027-01-02', '2027-01-02 03:04:05.678', '10:00:00',
    'calm', '{"a": 1}', 1999, 'x')""",
)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    home, port = tmp_path_factory.mktemp("mariadb"), free_port()
    home.chmod(0o755)
    data, socket = home / "data", home / "s"
    own = ["--no-defaults", f"--datadir={data}", "--user=root"]
    subprocess.run(
        ["mariadb-install-db", *own, "--auth-root-authentication-method=normal"],
        check=True,
        capture_output=True,
    )
    process = subprocess.Popen(
        [
            SERVER,
            *own,
            f"--port={port}",
            "--bind-address=127.0.0.1",
            f"--socket={socket}",
            f"--log-error={home}/log",
        ]
    )
    try:
        _wait(socket, process)
        with (
            pymysql.connect(unix_socket=str(socket), user="root", autocommit=True) as root,
            root.cursor() as cursor,
        ):
            for statement in STATEMENTS:
                cursor.execute(statement)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait(socket: Path, process: "subprocess.Popen[bytes]") -> None:
    while not socket.exists():
        assert process.poll() is None
        SystemClock().sleep(0.1)


def opened(port: int, password: str = PASSWORD, **other: str) -> Connector:
    spec = spec_of("mysql")
    given = {
        "host": "127.0.0.1",
        "port": str(port),
        "database": "shop",
        "user": "reader",
        "encryption": "disable",
    }
    network = Network(source_hosts=frozenset({"127.0.0.1"}))
    made: Connector = spec.open(
        spec.settings(**{**given, **other}, password=Secret(password)), Bounds(network)
    )
    return made


class TestMariaDB(QueriesContract):
    @pytest.fixture
    def connector(self, port: int) -> Connector:
        return opened(port)

    @pytest.fixture
    def table(self) -> str:
        return "shop.orders"

    def test_every_kind_of_value_becomes_one_of_ours(self, connector: Connector, tmp_path: Path) -> None:
        query = "SELECT id, tiny, whole, day, at, took, mood, extra, born FROM kinds"
        (row,) = copied(connector, Wanted(query=query), tmp_path / "aside")
        told = {name: str(value) for name, value in row.items()}
        assert told == {
            "id": "1", "tiny": "1", "whole": "7", "day": "2027-01-02", "at": "2027-01-02 03:04:05.678000",
            "took": "10:00:00", "mood": "calm", "extra": '{"a": 1}', "born": "1999",
        }  # fmt: skip
        with pytest.raises(InvalidInput, match="raw"):
            connector.copy(Wanted(table="kinds"), tmp_path, nobody)

    def test_a_wrong_password_a_slow_query_and_a_wrong_database_are_said(
        self, port: int, tmp_path: Path
    ) -> None:
        with pytest.raises(NeedsAttention, match="SOURCE_LOGIN"):
            opened(port, "wrong").names(1)
        with pytest.raises(NeedsAttention, match=r"SOURCE_DENIED|SOURCE_DATABASE_UNKNOWN"):
            opened(port, database="none").names(1)
        slow = Wanted(query="SELECT id, sleep(9) AS slept FROM orders")
        with pytest.raises(TryLater, match="SOURCE_SLOW"):
            opened(port, statement_seconds="1").copy(slow, tmp_path, nobody)
