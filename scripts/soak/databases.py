import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Server(Protocol):
    """A PostgreSQL that can be pulled down, and put up again."""

    def stop_at_once(self) -> None: ...
    def start(self) -> None: ...


@contextmanager
def database(kind: str) -> Iterator[tuple[Server | None, str]]:
    """Start what is asked for; give the server and its URL, and nothing of either for SQLite."""
    if kind == "sqlite":
        yield None, ""
        return
    with tempfile.TemporaryDirectory(prefix="leleka-run-") as runtime:
        # The server keeps its lock there, and warns where the machine names no such folder.
        os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
        # The server of the tests: a development dependency, and nothing that SQLite needs.
        from tests.acceptance.databases import postgresql_server  # noqa: PLC0415

        with postgresql_server() as server:
            yield server, server.url
