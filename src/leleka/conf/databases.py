"""The database of the state: SQLite in the data directory, or PostgreSQL by URL."""

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from leleka.errors import InvalidInput

_SCHEMES = frozenset({"postgresql", "postgres"})
# 3.51.3 ends the bug that corrupts a WAL file shared by two connections.
_WAL_IS_SAFE = (3, 51, 3)


def default(url: str, data_dir: Path) -> dict[str, Any]:
    """Give Django's settings of the database. The URL holds a password and is in no message."""
    return _postgresql(url) if url else _sqlite(data_dir)


def _sqlite(data_dir: Path) -> dict[str, Any]:
    journal = "WAL" if sqlite3.sqlite_version_info >= _WAL_IS_SAFE else "TRUNCATE"
    pragmas = (f"journal_mode={journal}", "synchronous=FULL", "mmap_size=0", "foreign_keys=ON")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": data_dir / "state.sqlite3",
        "OPTIONS": {
            # A transaction that begins by reading and then writes would lose against others without waiting.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": " ".join(f"PRAGMA {pragma};" for pragma in pragmas),
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _invalid() from None
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in _SCHEMES or not name:
        raise _invalid()
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": {"connect_timeout": 10, **options},
        "CONN_HEALTH_CHECKS": True,
    }


def _invalid() -> InvalidInput:
    return InvalidInput(
        "SETTING_INVALID",
        "This is not the URL of a PostgreSQL database.",
        where="LELEKA_DATABASE_URL",
        remedy="It reads postgresql://user:password@host:5432/name.",
    )
