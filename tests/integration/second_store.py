"""A second installation for tests of backups: another data directory with a SQLite file of its own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite

from leleka.conf.databases import default
from leleka.services.installation import preparation


@contextmanager
def elsewhere(data_dir: Path) -> Iterator[Path]:
    """Let everything inside the block work on the installation in this folder, which need not exist."""
    configuration, before = settings.LELEKA, connections[DEFAULT_DB_ALIAS]
    options: dict[str, Any] = {**connections.settings[DEFAULT_DB_ALIAS], **default("", data_dir, 5.0)}
    settings.LELEKA = replace(configuration, data_dir=data_dir)
    connections[DEFAULT_DB_ALIAS] = SQLite(options)
    try:
        yield data_dir
    finally:
        connections[DEFAULT_DB_ALIAS].close()
        connections[DEFAULT_DB_ALIAS] = before
        settings.LELEKA = configuration


@cache
def _empty() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="leleka-empty-"))
    with elsewhere(folder / "data"):
        preparation.prepare()
    return folder / "data"


@contextmanager
def empty(data_dir: Path) -> Iterator[Path]:
    """As ``elsewhere``, in a new installation that is empty: its migrations are done once in a process."""
    shutil.copytree(_empty(), data_dir)
    with elsewhere(data_dir):
        yield data_dir
