"""The installation: its settings, its folders, its database, its lake."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from leleka.core.configuration import Web
from leleka.errors import Conflict, InvalidInput, NeedsAttention, NotFound
from leleka.services.installation import database_outage
from leleka.services.installation.configuration import configuration

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PRIVATE = 0o700
_PRIVATE_FILE = 0o600


def open_existing() -> None:
    """Bring the installation that is there to this version. Raises ``NotFound`` where there is none, and makes none:
    a command without the settings of the service would go on with an empty one, as if all were well.
    """
    here = configuration().data_dir
    with _told(here):
        if not here.is_dir():
            raise NotFound("INSTALLATION_UNKNOWN.folder", where=str(here))
        _refuse_foreign(here)
        if not _has_state():
            raise _unknown(here)
    prepare()


def exists() -> bool:
    """Return whether there is an installation where the settings say."""
    here = configuration().data_dir
    with _told(here):
        return here.is_dir() and _has_state()


def prepare() -> None:
    """Make the folders and bring the database to this version; safe to call by several processes at once."""
    here = configuration().data_dir
    with _told(here):
        here.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
        _refuse_foreign(here)
        with (here / "prepare.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _migrate()
        for file in here.glob("state.sqlite3*"):
            with suppress(FileNotFoundError):  # SQLite takes its own away again
                file.chmod(_PRIVATE_FILE)


@contextmanager
def _told(here: Path) -> Iterator[None]:
    """Raise an error of the tree in the place of one of the operating system or the database."""
    try:
        yield
    except OSError as error:
        raise _unusable(error, here) from None
    except database_outage.ERRORS as error:
        raise database_outage.trouble(error) or database_outage.unusable(error) from None


def _has_state() -> bool:
    found = connections[DEFAULT_DB_ALIAS]
    if isinstance(found, SQLite) and not found.is_in_memory_db():
        file = Path(found.settings_dict["NAME"])
        if not file.is_file() or not file.stat().st_size:  # connecting would make it
            return False
    applied = MigrationRecorder(found).applied_migrations()
    return any(app == "state" for app, _ in applied)


def _unknown(here: Path) -> NotFound:
    if connection.vendor == "sqlite":
        return NotFound("INSTALLATION_UNKNOWN", where=str(here))
    return NotFound("INSTALLATION_UNKNOWN.database", where="LELEKA_DATABASE_URL", folder=str(here))


def _refuse_foreign(here: Path) -> None:
    """Refuse before anything is written: root may write to anybody's folder, and would leave files there that their
    owner cannot open any more.
    """
    for path in (here, here / "prepare.lock", here / "state.sqlite3", here / "lake", here / "spill"):
        if not path.exists():
            continue
        if path.stat().st_uid != os.geteuid():
            key = "DATA_DIR_FORBIDDEN.owner" if path == here else "DATA_DIR_FORBIDDEN.inside"
            raise _forbidden(key, path, here, owner=path.stat().st_uid)
        right = os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0)
        if not os.access(path, right, effective_ids=True):
            if os.statvfs(path).f_flag & os.ST_RDONLY:  # no permission would help
                raise _read_only(path)
            raise _forbidden("DATA_DIR_FORBIDDEN", path, here)


def _unusable(error: OSError, here: Path) -> NeedsAttention:
    path = Path(error.filename or here)
    if error.errno == errno.EROFS:
        return _read_only(path)
    if error.errno in {errno.EACCES, errno.EPERM}:
        return _forbidden("DATA_DIR_FORBIDDEN.because", path, here, reason=error.strerror)
    return NeedsAttention("DATA_DIR_UNUSABLE", where=str(path), reason=error.strerror)


def _read_only(path: Path) -> NeedsAttention:
    return NeedsAttention("DATA_DIR_UNUSABLE.read_only", where=str(path))


def _forbidden(key: str, path: Path, here: Path, **params: Any) -> NeedsAttention:
    return NeedsAttention(key, where=str(path), user=os.geteuid(), folder=str(here), **params)


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
            raise Conflict("WORKER_RUNNING", where=str(configuration().data_dir)) from None
        yield


def refuse_plain_http(web: Web) -> None:
    """Raises ``InvalidInput`` where the pages would be served to other machines without encryption."""
    if web.address not in _LOOPBACK and not web.is_https:
        raise InvalidInput("PLAIN_HTTP", where="LELEKA_WEB_ADDRESS")
