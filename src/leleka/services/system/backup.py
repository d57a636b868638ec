"""Backup and restore: the whole state and every snapshot it points to, in one file, without the master key.

The archive is a tar: ``manifest.json`` first, then ``state/<model>.jsonl`` in an order in which rows can be loaded,
then ``lake/…``. Secrets in it stay wrapped by the master key, which is kept elsewhere (S-6). The same archive goes
back into SQLite or PostgreSQL.
"""

import io
import json
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from django.apps import apps
from django.core import serializers
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.loader import MigrationLoader

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.errors import Conflict, InvalidInput, LelekaError, NeedsAttention, NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.installation import configuration as installation_configuration
from leleka.services.system import snapshot_references
from leleka.state.models import (
    Account,
    Connection,
    NoticeDelivery,
    Run,
    RunStatus,
    SignInFailure,
    Task,
    User,
    WebSession,
)

_FORMAT: Final = 1
_MANIFEST: Final = "manifest.json"
# They are of the moment; and what a backup would send again was sent by the installation it is of.
_LEFT_OUT: Final = {WebSession, SignInFailure, Task, NoticeDelivery}
_ROWS: Final = 1_000
_IN_MEMORY: Final = 16_000_000  # bytes
_FENCES: Final = 1_000  # so that whoever still held one of before can write nothing (fault 49)


@dataclass(frozen=True, slots=True)
class Backed:
    """What stands in an archive. ``bytes`` is its size."""

    path: str
    rows: int
    snapshots: int
    bytes: int


def backup(actor: Actor, path: Path, clock: Clock) -> Backed:
    """Write a backup to a new file. The state is read at one moment; runs may go on meanwhile."""
    require(actor, Permission.SYSTEM)
    aside = path.with_name(f".{path.name}.partial")
    try:
        with _one_moment():
            record(actor, "backup", path.name)
            references = sorted(filter(None, snapshot_references.needed(clock)))
            with tarfile.open(aside, "w:gz", compresslevel=3) as archive:
                rows = _write_state(archive)
                snapshots = sum(_add_snapshot(archive, reference) for reference in references)
        if path.exists():
            raise Conflict("BACKUP_EXISTS", where=str(path))
        aside.rename(path)
    except OSError as error:
        raise NeedsAttention("BACKUP_UNWRITABLE", where=str(path), reason=error.strerror) from None
    finally:
        aside.unlink(missing_ok=True)
    return Backed(str(path), rows, snapshots, path.stat().st_size)


def restore(actor: Actor, path: Path) -> Backed:
    """Fill an empty installation from a backup. Runs that were live in it end; their next run begins anew."""
    require(actor, Permission.SYSTEM)
    if User.objects.exists() or Connection.objects.exists():
        raise Conflict("RESTORE_NOT_EMPTY")
    try:
        with tarfile.open(path, "r:gz") as archive, transaction.atomic():
            _check_manifest(archive)
            rows, snapshots = _read_all(archive)
            _begin_anew()
            _move_sequences()
            record(actor, "restore", path.name)
    except FileNotFoundError:
        raise NotFound("BACKUP_UNKNOWN", where=str(path)) from None
    except LelekaError:
        raise
    except (
        tarfile.TarError,
        EOFError,
        OSError,
        ValueError,
        DatabaseError,
        serializers.base.DeserializationError,
    ):
        raise _damaged(path) from None
    return Backed(str(path), rows, snapshots, path.stat().st_size)


@contextmanager
def _one_moment() -> Iterator[None]:
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _models() -> list[type[models.Model]]:
    every = apps.get_app_config("state").get_models(include_auto_created=True)
    return [model for model in every if model not in _LEFT_OUT]


def _schema() -> list[str]:
    loader = MigrationLoader(connection)
    return sorted(name for app, name in loader.graph.leaf_nodes() if app == "state")


def _write_state(archive: tarfile.TarFile) -> int:
    found = _models()
    manifest = {
        "format": _FORMAT,
        "schema": _schema(),
        "made_at": utc_now().isoformat(),
        "models": [model._meta.label for model in found],
    }
    _add(archive, _MANIFEST, io.BytesIO(json.dumps(manifest, indent=1).encode()))
    total = 0
    for model in found:
        rows = model._default_manager.order_by("pk")
        with SpooledTemporaryFile(_IN_MEMORY) as file:
            text = io.TextIOWrapper(file, encoding="utf-8", write_through=True)
            serializers.serialize("jsonl", rows.iterator(_ROWS), stream=text)
            text.detach()
            _add(archive, f"state/{model._meta.label}.jsonl", file)
        total += rows.count()
    return total


def _add(archive: tarfile.TarFile, name: str, file: IO[bytes]) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = file.seek(0, io.SEEK_END), 0o600
    file.seek(0)
    archive.addfile(info, file)


def _add_snapshot(archive: tarfile.TarFile, reference: str) -> int:
    root = installation_configuration.configuration().lake_dir
    folder = root / reference
    if not folder.is_dir():
        return 0
    for file in sorted(folder.iterdir()):
        archive.add(file, f"lake/{file.relative_to(root)}", recursive=False)
    return 1


def _check_manifest(archive: tarfile.TarFile) -> None:
    first = archive.next()
    opened = archive.extractfile(first) if first is not None and first.name == _MANIFEST else None
    manifest: dict[str, Any] = json.load(opened) if opened else {}
    if manifest.get("format") != _FORMAT:
        raise ValueError("not a backup of Leleka")
    if manifest["schema"] != _schema():
        raise InvalidInput("BACKUP_VERSION", schema=manifest["schema"])


def _read_all(archive: tarfile.TarFile) -> tuple[int, int]:
    rows, folders = 0, set()
    for member in archive:
        if member.name.startswith("state/"):
            opened = archive.extractfile(member)
            rows += _load(opened) if opened else 0
        elif member.isfile() and member.name.startswith("lake/"):
            _put(archive, member)
            folders.add(member.name.rpartition("/")[0])
    connection.check_constraints()
    return rows, len(folders)


def _put(archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
    """Write a file of the lake; not by the archive's own filter, which Python 3.11 has only from 3.11.4 on."""
    here = installation_configuration.configuration().data_dir.resolve()
    path = (here / member.name).resolve()
    content = archive.extractfile(member)
    if not path.is_relative_to(here / "lake") or content is None:
        raise ValueError("a path in it leads out of the folder")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        shutil.copyfileobj(content, file)


def _load(lines: IO[bytes]) -> int:
    """Rows may point to rows that come later: the database looks at the end of the transaction."""
    number = 0
    for number, one in enumerate(serializers.deserialize("jsonl", lines), 1):  # noqa: B007 - the last number counts
        one.save()
    return number


def _begin_anew() -> None:
    """Nobody owns anything; what was under way is over, and what it sent waits out its quarantine."""
    Account.objects.update(lane=None)
    problem = {
        "code": "RESTORED",
        "message": "The installation was restored from a backup while this run was under way.",
        "where": "",
        "remedy": "Run the export again, and reconcile it: the list may hold what was sent after the backup.",
    }
    live = Run.objects.filter(finished_at__isnull=True)
    live.update(
        status=RunStatus.FAILED,
        finished_at=utc_now(),
        problems=[problem],
        lease_until=0.0,
        worker="",
        fence=models.F("fence") + _FENCES,
    )


def _move_sequences() -> None:
    """PostgreSQL counts on from where its sequences are, not from the rows that were loaded."""
    if connection.vendor == "postgresql":
        from django.core.management.color import no_style  # noqa: PLC0415 - needed here alone

        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
                cursor.execute(statement)


def _damaged(path: Path) -> InvalidInput:
    return InvalidInput("BACKUP_DAMAGED", where=str(path))
