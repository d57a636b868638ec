"""The installation: its settings, its folders, its database, its lake."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from leleka.core.configuration import Configuration, Web
from leleka.errors import Conflict, InvalidInput, NeedsAttention
from leleka.state.key_file import load_master_keys
from leleka.state.models import StoredSecret
from leleka.state.secrets import MasterKeys
from leleka.warehouse.lake import Lake
from leleka.warehouse.session import Session, open_session

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PRIVATE = 0o700
_PRIVATE_FILE = 0o600


def configuration() -> Configuration:
    """Give the settings this process was started with."""
    found = settings.LELEKA
    if not isinstance(found, Configuration):
        raise TypeError("settings.LELEKA is not a Configuration")
    return found


def prepare() -> None:
    """Make the folders and bring the database to this version; safe to call by several processes at once."""
    here = configuration().data_dir
    try:
        here.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
        with (here / "prepare.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _migrate()
        for database in here.glob("state.sqlite3*"):
            database.chmod(_PRIVATE_FILE)
    except PermissionError as error:
        raise NeedsAttention(
            "DATA_DIR_FORBIDDEN",
            "The data directory cannot be written to.",
            where=str(error.filename or here),
            remedy=f"Give user {os.geteuid()} the right, or set LELEKA_DATA_DIR to another folder.",
        ) from None
    except OSError as error:
        raise NeedsAttention(
            "DATA_DIR_UNUSABLE",
            f"The data directory cannot be used: {error.strerror}.",
            where=str(error.filename or here),
            remedy="Make room for it, or set LELEKA_DATA_DIR to another folder.",
        ) from None
    except DatabaseError as error:
        raise NeedsAttention(
            "DATABASE_UNUSABLE", f"The database cannot be used: {error}.", where=str(here / "state.sqlite3")
        ) from None


def _migrate() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def only_worker() -> Iterator[None]:
    """Be the one worker of a SQLite installation; raises ``Conflict`` where there is one already (design 9)."""
    if connection.vendor != "sqlite":
        yield
        return
    with (configuration().data_dir / "worker.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Conflict(
                "WORKER_RUNNING",
                "Another worker is running, and SQLite allows one.",
                where=str(configuration().data_dir),
                remedy="Use the one there is, or PostgreSQL for several (LELEKA_DATABASE_URL).",
            ) from None
        yield


def refuse_plain_http(web: Web) -> None:
    """Raises ``InvalidInput`` where the pages would be served to other machines without encryption."""
    if web.address not in _LOOPBACK and not web.is_https:
        raise InvalidInput(
            "PLAIN_HTTP",
            "Passwords and personal data would cross the network unencrypted.",
            where="LELEKA_WEB_ADDRESS",
            remedy="Put a reverse proxy with a certificate in front of it and set LELEKA_PUBLIC_URL to its "
            "https:// address, or serve on 127.0.0.1.",
        )


def lake() -> Lake:
    return Lake(configuration().lake_dir)


@contextmanager
def session() -> Iterator[Session]:
    """Open a query session within this installation's limits."""
    config = configuration()
    with open_session(config.spill_dir, memory_limit=config.memory_limit, threads=config.threads) as opened:
        yield opened


def master_keys() -> MasterKeys:
    """Read the master keys; a first start makes one, but never while something is sealed with another (S-2)."""
    return load_master_keys(configuration().master_key_file, create=not StoredSecret.objects.exists())
