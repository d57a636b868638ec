import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Server(Protocol):
    """A PostgreSQL server that can be shut down and started again."""

    def stop_at_once(self) -> None: ...
    def start(self) -> None: ...


@contextmanager
def database(kind: str) -> Iterator[tuple[Server | None, str]]:
    """Start what the parameters ask for; return the server and its URL, and neither for SQLite."""
    if kind == "sqlite":
        yield None, ""
        return
    with tempfile.TemporaryDirectory(prefix="leleka-run-") as runtime:
        # The server keeps its lock there, and warns if the machine has no such folder.
        os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
        # The PostgreSQL of the tests: a development dependency that SQLite does not need.
        from tests.acceptance.databases import postgresql_server  # noqa: PLC0415

        with postgresql_server() as server:
            yield server, server.url
