"""Reading an archive: verified from its first byte to its last before anything of it is used."""

import gzip
import hashlib
import io
import os
import stat
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from leleka.errors import InvalidInput, NeedsAttention, NotFound
from leleka.services.backups import manifest as archive_manifest
from leleka.services.backups.contracts import ArchiveView
from leleka.services.backups.manifest import Manifest, Member
from leleka.state.sealed_stream import KeyUnknown, SealedReader, Unsealable
from leleka.state.secrets import MasterKeys

_GZIP: Final = b"\x1f\x8b"  # how archives of 0.1.0 begin
_PIECE: Final = 1_048_576  # bytes
_DAMAGED: Final = (Unsealable, tarfile.TarError, EOFError, zlib.error, ValueError, TypeError, KeyError)


class Archive:
    """A verified archive: ``manifest`` is what it holds. It can be read any number of times while it is open."""

    def __init__(self, path: Path, file: IO[bytes], keys: MasterKeys) -> None:
        self.path = path
        self._file = file
        self._keys = keys
        with _told(path, keys):
            self.master_key, self.manifest = self._verified()

    def view(self) -> ArchiveView:
        size = os.fstat(self._file.fileno()).st_size
        return self.manifest.view(str(self.path), self.master_key, size)

    def members(self) -> Iterator[tuple[str, IO[bytes]]]:
        """Yield name and contents of each member but the manifest. Each is to be read before the next one."""
        for name, content in self._all():
            if name != archive_manifest.NAME:
                yield name, content

    def refuse_other_version(self) -> None:
        """Raises ``InvalidInput`` where the tables are not those of this version."""
        if self.manifest.schema != archive_manifest.current_schema():
            raise InvalidInput(
                "BACKUP_VERSION",
                where=str(self.path),
                schema=self.manifest.schema,
                version=self.manifest.version,
            )
        if {one.model for one in self.manifest.members} - {""} != {
            model._meta.label for model in archive_manifest.tables()
        }:
            raise damaged(self.path)

    def _verified(self) -> tuple[str, Manifest]:
        found: list[Member] = []
        manifest = None
        for name, content in self._all():
            if manifest is not None:
                raise ValueError("something behind the manifest")
            if name == archive_manifest.NAME:
                manifest = Manifest.parse(content.read())
            else:
                found.append(_measured(name, content))
        if manifest is None or manifest.members != found or len({one.name for one in found}) != len(found):
            raise ValueError("not what its manifest says")
        return self._reader().master_key, manifest

    def _all(self) -> Iterator[tuple[str, IO[bytes]]]:
        opened = gzip.GzipFile(fileobj=io.BufferedReader(self._reader(), _PIECE), mode="rb")
        with tarfile.open(fileobj=opened, mode="r|") as tar:
            for member in tar:
                yield member.name, _file_in(tar, member)
        while opened.read(_PIECE):  # to the end: only there is it seen to be whole
            pass

    def _reader(self) -> SealedReader:
        self._file.seek(0)
        return SealedReader(self._file, self._keys)


@contextmanager
def opened(path: Path, keys: MasterKeys) -> Iterator[Archive]:
    """Open and verify an archive; raises an error of the tree that says why it cannot be used."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        raise NotFound("BACKUP_UNKNOWN", where=str(path)) from None
    except OSError as error:
        raise _unreadable(path, error) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise damaged(path)
    with os.fdopen(descriptor, "rb") as file:
        if file.read(len(_GZIP)) == _GZIP:
            raise InvalidInput("BACKUP_UNSEALED", where=str(path))
        yield Archive(path, file, keys)


def damaged(path: Path) -> InvalidInput:
    """Return the error for an archive that is not as it was written."""
    return InvalidInput("BACKUP_DAMAGED", where=str(path))


@contextmanager
def _told(path: Path, keys: MasterKeys) -> Iterator[None]:
    try:
        yield
    except KeyUnknown as error:
        raise NeedsAttention(
            "BACKUP_KEY_MISSING", where=str(path), key=error.args[0], file=str(keys.path)
        ) from None
    except _DAMAGED:
        raise damaged(path) from None
    except OSError as error:
        if error.errno is None:  # of gzip's own
            raise damaged(path) from None
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> NeedsAttention:
    return NeedsAttention("BACKUP_UNREADABLE", where=str(path), reason=error.strerror)


def _file_in(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    """Return a member's contents; no link, no device and no path but those that a backup writes."""
    name = member.name
    kinds = (archive_manifest.model_in, archive_manifest.snapshot_in, archive_manifest.upload_in)
    known = name == archive_manifest.NAME or any(kind(name) for kind in kinds)
    content = tar.extractfile(member) if known and member.isreg() else None
    if content is None:
        raise ValueError("a member that no backup writes")
    return content


def _measured(name: str, content: IO[bytes]) -> Member:
    digest, size, lines = hashlib.sha256(), 0, 0
    while piece := content.read(_PIECE):
        digest.update(piece)
        size += len(piece)
        lines += piece.count(b"\n")
    rows = lines if archive_manifest.model_in(name) else 0
    return Member(name, size, digest.hexdigest(), rows)
