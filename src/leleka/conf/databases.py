"""The database of the state: SQLite in the data directory, or PostgreSQL by URL."""

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from leleka.errors import InvalidInput, NeedsAttention

_SCHEMES = frozenset({"postgresql", "postgres"})
# 3.51.3 fixes the bug that corrupts a WAL file shared by two connections.
_WAL_IS_SAFE = (3, 51, 3)
_FULL = "2"  # synchronous=FULL, as SQLite reports it
_LOCKED_AT_ONCE = 20.0  # seconds that one statement waits for a lock at most
_CONNECTED_WITHIN = 10.0  # seconds at most; PostgreSQL treats less than 2 as 2


def default(url: str, data_dir: Path, patience: float) -> dict[str, Any]:
    """Return Django's database settings; a connection may wait for up to ``patience`` seconds.

    The URL contains a password and appears in no message.
    """
    return _postgresql(url, patience) if url else _sqlite(data_dir, patience)


def _sqlite(data_dir: Path, patience: float) -> dict[str, Any]:
    promised = _promised(sqlite3.sqlite_version_info)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": data_dir / "state.sqlite3",
        "OPTIONS": {
            # A transaction that first reads and then writes would fail against others without waiting.
            "transaction_mode": "IMMEDIATE",
            "timeout": min(_LOCKED_AT_ONCE, patience),
            "init_command": " ".join(f"PRAGMA {name}={value};" for name, value in promised.items()),
        },
    }


def _promised(version: tuple[int, ...]) -> dict[str, str]:
    """Return the pragmas that make this version of SQLite durable."""
    journal = "wal" if version >= _WAL_IS_SAFE else "truncate"
    return {"journal_mode": journal, "synchronous": _FULL, "mmap_size": "0", "foreign_keys": "1"}


def refuse_unsafe(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Read back the settings of a new SQLite connection, and close it if they are not what is promised.

    SQLite does not report a pragma that it cannot apply: a file system without shared memory has no WAL, and
    a build may leave out foreign keys.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        version = str(_read(cursor, "SELECT sqlite_version()"))
        promised = _promised(tuple(map(int, version.split("."))))
        # A build without memory mapping does not know this pragma and does not need it.
        found = {name: str(_read(cursor, f"PRAGMA {name}", promised[name])).lower() for name in promised}
    if found != promised:
        connection.close()
        raise _unsafe(str(connection.settings_dict["NAME"]), version, promised, found)


def _read(cursor: CursorWrapper, question: str, default: str = "") -> object:
    row = cursor.execute(question).fetchone()
    return row[0] if row else default


def _unsafe(where: str, version: str, promised: dict[str, str], found: dict[str, str]) -> NeedsAttention:
    wrong = [
        f"{name} is {found[name]} instead of {value}"
        for name, value in promised.items()
        if found[name] != value
    ]
    return NeedsAttention("DATABASE_UNSAFE", where=where, version=version, wrong=wrong)


def _postgresql(url: str, patience: float) -> dict[str, Any]:
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
        "OPTIONS": {"connect_timeout": round(min(_CONNECTED_WITHIN, max(patience, 2))), **options},
        "CONN_HEALTH_CHECKS": True,
    }


def _invalid() -> InvalidInput:
    return InvalidInput("SETTING_INVALID.database_url", where="LELEKA_DATABASE_URL")
