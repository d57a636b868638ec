"""The installation: its settings, its folders, its database, its lake."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import BoundedSemaphore

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from leleka.core.configuration import Configuration, Web
from leleka.errors import Conflict, InvalidInput, NeedsAttention
from leleka.services import database
from leleka.state.key_file import load_master_keys
from leleka.state.models import StoredSecret
from leleka.state.secrets import MasterKeys
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake
from leleka.warehouse.session import open_session

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PRIVATE = 0o700
_PRIVATE_FILE = 0o600
_SMALL = "64MB"  # a session of a page spills beyond it
_PAGES = BoundedSemaphore(2)


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
        _refuse_foreign(here)
        with (here / "prepare.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _migrate()
        for file in here.glob("state.sqlite3*"):
            with suppress(FileNotFoundError):  # SQLite takes its own away again
                file.chmod(_PRIVATE_FILE)
    except OSError as error:
        raise _unusable(error, here) from None
    except database.ERRORS as error:
        raise database.trouble(error) or database.unusable(error) from None


def _refuse_foreign(here: Path) -> None:
    """Refuse before anything is written: root may write to anybody's folder, and would leave files there that their
    owner cannot open any more.
    """
    for path in (here, here / "prepare.lock", here / "state.sqlite3", here / "lake", here / "spill"):
        if not path.exists():
            continue
        if path.stat().st_uid != os.geteuid():
            raise _forbidden(path, here, f"It belongs to user {path.stat().st_uid}.")
        right = os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0)
        if not os.access(path, right, effective_ids=True):
            raise _forbidden(path, here, "It cannot be read and written.")


def _unusable(error: OSError, here: Path) -> NeedsAttention:
    path = Path(error.filename or here)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return _forbidden(path, here, f"{error.strerror}.")
    return NeedsAttention(
        "DATA_DIR_UNUSABLE",
        f"The data directory cannot be used: {error.strerror}.",
        where=str(path),
        remedy="Make room for it, or set LELEKA_DATA_DIR to another folder.",
    )


def _forbidden(path: Path, here: Path, why: str) -> NeedsAttention:
    me = os.geteuid()
    return NeedsAttention(
        "DATA_DIR_FORBIDDEN",
        f"User {me}, as whom this runs, must own the data directory and may read and write it. {why}",
        where=str(path),
        remedy=f"Run this as its owner, or: chown -R {me} {here}; chmod -R u+rwX {here}. A disk must be mounted for "
        "writing. LELEKA_DATA_DIR names another folder.",
    )


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
def session() -> Iterator[Engine]:
    """Open a query session within this installation's limits."""
    config = configuration()
    with open_session(config.spill_dir, memory_limit=config.memory_limit, threads=config.threads) as opened:
        yield opened


@contextmanager
def small_session() -> Iterator[Engine]:
    """Open a query session that holds little: for reading files in the order in which they are."""
    with open_session(configuration().spill_dir, memory_limit=_SMALL, threads=1) as opened:
        yield opened


@contextmanager
def page_session() -> Iterator[Engine]:
    """Open a small session for somebody who waits for a page; in one process so many at once, the others wait."""
    with _PAGES, small_session() as opened:
        yield opened


def master_keys() -> MasterKeys:
    """Read the master keys; a first start makes one, but never while something is sealed with another (S-2)."""
    return load_master_keys(configuration().master_key_file, create=not StoredSecret.objects.exists())
