"""Filling an empty installation from a verified archive: whole, or not at all."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from django.core import serializers
from django.core.management.color import no_style
from django.db import connection, models

from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.errors import Conflict
from leleka.services.backups import manifest as archive_manifest
from leleka.services.backups import uploads
from leleka.services.backups.reading import Archive
from leleka.services.installation import configuration as installation_configuration
from leleka.services.installation import lake_sessions
from leleka.services.system import snapshot_references
from leleka.state.models import (
    Account,
    AuditEntry,
    Connection,
    Export,
    Run,
    RunStatus,
    Segment,
    Source,
    User,
)
from leleka.warehouse.lake import is_reference

_FENCES: Final = 1_000  # so that whoever still held one of before can write nothing (fault 49)
# What people made, or what records it. Everything else is made anew by a process that only starts.
_MADE_BY_PEOPLE: Final = (User, Account, Connection, Source, Segment, Export, Run, AuditEntry)


def refuse_if_in_use() -> None:
    """Raises ``Conflict`` where the installation holds anything that a restore would mix with or replace."""
    if any(model._default_manager.exists() for model in _MADE_BY_PEOPLE):
        raise Conflict("RESTORE_NOT_EMPTY", where=str(installation_configuration.configuration().data_dir))


def load(archive: Archive, staging: Path, clock: Clock) -> None:
    """Load the tables, inside the caller's transaction, and put snapshots and uploads below ``staging``."""
    for model in reversed(archive_manifest.tables()):
        if model not in _MADE_BY_PEOPLE:
            model._default_manager.all().delete()
    rows = {one.model: one.rows for one in archive.manifest.members if one.model}
    for name, content in archive.members():
        table = archive_manifest.model_in(name)
        if archive_manifest.upload_in(name):
            _put(staging / name, content)
        elif not table:
            _put(staging / archive_manifest.snapshot_in(name) / name.rpartition("/")[2], content)
        elif _load_rows(table, content) != rows[table]:
            raise ValueError("fewer rows than the manifest says")
    connection.check_constraints()
    uploads.check_names()
    _check_pointers(archive, clock)
    _begin_anew(clock)
    _move_sequences()


@contextmanager
def staging_folder() -> Iterator[Path]:
    """Yield an empty folder beside the lake, for one restore at a time; what one that was killed left there goes."""
    here = installation_configuration.configuration().data_dir
    with (here / "restore.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Conflict("RESTORE_RUNNING", where=str(here)) from None
        folder = here / ".restoring"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def publish(staging: Path) -> None:
    """Move snapshots and uploads to where they belong. Before the state is committed nothing points to them: a restore
    that is killed here is done again from its beginning.
    """
    lake = lake_sessions.lake()
    for folder in sorted(staging.glob("*/*/*")):
        lake.adopt(folder, str(folder.relative_to(staging)))
    uploads.publish(staging)


def _load_rows(table: str, lines: IO[bytes]) -> int:
    """Rows may point to rows that come later: the database looks at the end of the transaction."""
    rows = 0
    for one in serializers.deserialize("jsonl", lines):
        if one.object._meta.label != table:
            raise ValueError("a row of another table")
        one.save()
        rows += 1
    return rows


def _put(path: Path, content: IO[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("xb") as file:
        shutil.copyfileobj(content, file)


def _check_pointers(archive: Archive, clock: Clock) -> None:
    """Every snapshot that something may still need lies in the archive, or was known to be lost."""
    there = archive.manifest.snapshots | set(archive.manifest.missing)
    pointers = set(filter(None, snapshot_references.needed(clock)))
    older = set(filter(None, Run.objects.values_list("plan", flat=True)))
    if not pointers <= there or not all(map(is_reference, pointers | older)):
        raise ValueError("a pointer leads to no snapshot of the archive")


def _begin_anew(clock: Clock) -> None:
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
        finished_at=utc_now(clock),
        problems=[problem],
        lease_until=0.0,
        worker="",
        fence=models.F("fence") + _FENCES,
    )


def _move_sequences() -> None:
    """PostgreSQL counts on from where its sequences are, not from the rows that were loaded."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), archive_manifest.tables()):
                cursor.execute(statement)
