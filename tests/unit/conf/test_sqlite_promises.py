"""What SQLite is asked for at opening, and what is done if it is not available."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from leleka.conf import databases
from leleka.errors import NeedsAttention
from leleka.messages.problems import english

pytestmark = pytest.mark.django_db  # for the connections that are made here
NEW, OLD = (3, 51, 3), (3, 51, 2)


def opened(settings: dict[str, Any]) -> BaseDatabaseWrapper:
    connection = ConnectionHandler({"default": settings})["default"]
    connection.ensure_connection()
    return connection


def settings_of(folder: Path) -> dict[str, Any]:
    return databases.default("", folder, 60.0)


def told(connection: BaseDatabaseWrapper) -> str:
    with pytest.raises(NeedsAttention) as caught:
        databases.refuse_unsafe(connection)
    (problem,) = caught.value.problems
    assert problem.code == "DATABASE_UNSAFE"
    assert problem.where == str(connection.settings_dict["NAME"])
    assert "LELEKA_DATA_DIR" in english(problem).remedy
    return english(problem).message


def test_a_connection_that_keeps_its_promises_is_left_alone(tmp_path: Path) -> None:
    connection = opened(settings_of(tmp_path))
    databases.refuse_unsafe(connection)
    with connection.cursor() as cursor:
        found = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("synchronous", "mmap_size", "foreign_keys")
        ]
    assert found == [2, 0, 1]
    connection.close()


@pytest.mark.parametrize(
    ("pragma", "told_so"),
    [
        ("synchronous=NORMAL", "synchronous is 1 instead of 2"),
        ("mmap_size=65536", "mmap_size is 65536 instead of 0"),
        ("foreign_keys=OFF", "foreign_keys is 0 instead of 1"),
        ("journal_mode=MEMORY", "journal_mode is memory instead of"),
    ],
)
def test_what_is_not_so_is_named(tmp_path: Path, pragma: str, told_so: str) -> None:
    """I-4: with less than that, a commit could be gone after a loss of power."""
    settings = settings_of(tmp_path)
    settings["OPTIONS"]["init_command"] += f" PRAGMA {pragma};"
    assert told_so in told(opened(settings))


def test_a_file_system_without_shared_memory_has_no_wal(tmp_path: Path) -> None:
    """SQLite does not refuse, it continues with another journal. Locks by files, as on some network disks."""
    settings = settings_of(tmp_path)
    settings["NAME"] = f"file:{tmp_path}/state.sqlite3?vfs=unix-dotfile"
    settings["OPTIONS"] |= {"init_command": "PRAGMA journal_mode=WAL;"}
    message = told(opened(settings))
    assert "journal_mode is delete instead of" in message
    assert sqlite3.sqlite_version in message


def test_a_connection_that_is_refused_is_closed(tmp_path: Path) -> None:
    """Or a second request would get it."""
    settings = settings_of(tmp_path)
    settings["OPTIONS"]["init_command"] = ""
    connection = opened(settings)
    told(connection)
    assert connection.connection is None


@pytest.mark.parametrize(("version", "journal"), [(NEW, "wal"), ((4, 0, 0), "wal"), (OLD, "truncate")])
def test_only_a_version_without_the_bug_gets_a_wal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], journal: str
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    connection = opened(settings_of(tmp_path))
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone()[0] == journal
    connection.close()


def test_a_wal_that_this_version_may_damage_is_refused(tmp_path: Path) -> None:
    """The version is asked of the connection itself: a WAL below 3.51.3, or none above, is not what is promised."""
    settings = settings_of(tmp_path)
    other = "truncate" if sqlite3.sqlite_version_info >= NEW else "wal"
    settings["OPTIONS"]["init_command"] += f" PRAGMA journal_mode={other};"
    assert f"journal_mode is {other} instead of" in told(opened(settings))


def test_a_command_that_meets_such_a_database_ends_with_an_error_for_people(tmp_path: Path) -> None:
    """Python takes its SQLite for another version than it is: what is asked for is not what is promised."""
    taken_for = OLD if sqlite3.sqlite_version_info >= NEW else (3, 99, 0)
    code = (
        f"import sqlite3, sys; sqlite3.sqlite_version_info = {taken_for}; sys.argv = ['leleka', 'init'];"
        "from leleka.conf.entry import main; main()"
    )
    paths = {
        "LELEKA_DATA_DIR": str(tmp_path / "data"),
        "LELEKA_MASTER_KEY_FILE": str(tmp_path / "master.key"),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | paths, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error [DATABASE_UNSAFE] SQLite ")
    assert f"  at  {tmp_path}/data/state.sqlite3" in done.stderr


@pytest.mark.parametrize(("patience", "timeout"), [(60.0, 20.0), (5.0, 5.0)])
def test_a_statement_never_waits_longer_than_a_command(
    tmp_path: Path, patience: float, timeout: float
) -> None:
    """Fault 48."""
    assert databases.default("", tmp_path, patience)["OPTIONS"]["timeout"] == timeout


@pytest.mark.parametrize(("patience", "seconds"), [(60.0, 10), (5.0, 5), (1.0, 2)])
def test_a_connection_to_postgresql_is_not_waited_for_without_end(
    tmp_path: Path, patience: float, seconds: int
) -> None:
    """Fault 51: when nothing answers at all."""
    found = databases.default("postgresql://u@192.0.2.1/state", tmp_path, patience)
    assert found["OPTIONS"]["connect_timeout"] == seconds
