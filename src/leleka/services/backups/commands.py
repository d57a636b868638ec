"""Backup and restore: the whole state, every snapshot it points to and every upload, in one file, sealed with the
master key.

The file is a sealed stream of a compressed tar: ``state/<model>.jsonl`` in an order in which rows can be loaded, then
``lake/…`` and ``uploads/…``, then ``manifest.json``. The master key is not in it (S-6). The same archive goes back into
SQLite or PostgreSQL.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.core.serializers.base import DeserializationError
from django.db import DataError, IntegrityError, connection, transaction

from leleka import __version__
from leleka.core.clock import utc_now
from leleka.core.ports.clock import Clock
from leleka.errors import Conflict, NeedsAttention
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.backups import loading, suppressions, uploads
from leleka.services.backups import manifest as archive_manifest
from leleka.services.backups.contracts import ArchiveView, Restored
from leleka.services.backups.manifest import Manifest
from leleka.services.backups.reading import Archive, damaged, opened
from leleka.services.backups.writing import ArchiveWriter, new_file, overtaken
from leleka.services.connections import master_keys
from leleka.services.installation import configuration as installation_configuration
from leleka.services.installation import lake_sessions, preparation
from leleka.services.system import snapshot_references
from leleka.state.key_file import load_master_keys
from leleka.state.models import Upload
from leleka.state.secrets import MasterKeys
from leleka.warehouse.lake import Lake, is_reference


def backup(actor: Actor, path: Path, clock: Clock) -> ArchiveView:
    """Write a backup to a new file, and read it back. The state is read at one moment; runs may go on meanwhile."""
    require(actor, Permission.SYSTEM)
    if not archive_manifest.worth_saving():
        raise Conflict("BACKUP_EMPTY", where=str(installation_configuration.configuration().data_dir))
    keys = master_keys.master_keys()
    # Before the moment that is read: an entry of the audit is linked to the last one there is.
    record(actor, "backup", path.name)
    with new_file(path) as (aside, file):
        archive = ArchiveWriter(file, keys)
        with _one_moment():
            references, received = _references(clock), list(Upload.objects.order_by("pk"))
            for model in archive_manifest.tables():
                archive.add_table(model)
        # Snapshots never change: nobody has to wait for them to be copied.
        lake = lake_sessions.lake()
        missing = [one for one in references if not archive.add_snapshot(lake, one)]
        _refuse_overtaken(lake, missing, clock)
        missing += uploads.add_uploads(archive, received)
        archive.finish(
            Manifest(
                version=__version__,
                schema=archive_manifest.current_schema(),
                made_at=utc_now(clock).isoformat(),
                missing=missing,
                members=archive.members,
            )
        )
        with opened(aside, keys) as written:
            view = written.manifest.view(str(path), written.master_key, file.tell())
    return view


def restore(actor: Actor, path: Path, clock: Clock, others: Sequence[Path] = ()) -> Restored:
    """Fill an empty installation from a backup; make it where there is none. Runs that were live in it end.

    Everything is verified before anything is touched. ``others`` are archives whose suppressed people are added.
    """
    require(actor, Permission.SYSTEM)
    keys = _keys_that_are_there()
    with ExitStack() as open_files:
        archive = open_files.enter_context(opened(path, keys))
        archive.refuse_other_version()
        sets = [suppressions.read(open_files.enter_context(opened(other, keys))) for other in others]
        preparation.prepare()
        with preparation.only_worker(), loading.staging_folder() as staging, _damage_told(archive):
            with transaction.atomic():
                loading.refuse_if_in_use()
                loading.load(archive, staging, clock)
                added = sum(map(suppressions.add, sets))
                record(actor, "restore", path.name, {"suppressed_added": added})
                loading.publish(staging)
            return Restored(archive.view(), added)


def add_suppressed(actor: Actor, path: Path) -> Restored:
    """Add the suppressed people of an archive to an installation that may be in use, and nothing else."""
    require(actor, Permission.SYSTEM)
    with opened(path, _keys_that_are_there()) as archive:
        sets = suppressions.read(archive)
        with transaction.atomic():
            added = suppressions.add(sets)
            record(actor, "suppressed people add", path.name, {"suppressed_added": added})
        return Restored(archive.view(), added)


def verify(actor: Actor, path: Path) -> ArchiveView:
    """Read an archive from its first byte to its last, and say what it holds; nothing is restored or made.

    Raises an error that says why it could not be restored with the master keys and the version that are here.
    """
    require(actor, Permission.SYSTEM)
    with opened(path, _keys_that_are_there()) as archive:
        archive.refuse_other_version()
        return archive.view()


def _keys_that_are_there() -> MasterKeys:
    return load_master_keys(installation_configuration.configuration().master_key_file, create=False)


def _references(clock: Clock) -> list[str]:
    references = sorted(filter(None, snapshot_references.needed(clock)))
    for one in references:
        if not is_reference(one):  # it would put any file of this machine into the archive
            raise NeedsAttention("SNAPSHOT_POINTER", where=one)
    return references


def _refuse_overtaken(lake: Lake, missing: Sequence[str], clock: Clock) -> None:
    """What is lost and still pointed to was lost before; anything else was superseded meanwhile, and was in order."""
    superseded = set(missing) - snapshot_references.needed(clock)
    if superseded:
        raise overtaken(lake.root / min(superseded))


@contextmanager
def _one_moment() -> Iterator[None]:
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


@contextmanager
def _damage_told(archive: Archive) -> Iterator[None]:
    """The archive was whole a moment ago: what does not fit now was written so by somebody who had the key."""
    try:
        yield
    except (EOFError, ValueError, KeyError, IntegrityError, DataError, DeserializationError):
        raise damaged(archive.path) from None
    except OSError as error:
        here = error.filename or installation_configuration.configuration().data_dir
        raise NeedsAttention("RESTORE_UNWRITABLE", where=str(here), reason=error.strerror) from None
