"""Writing an archive: sealed, aside, and under its own name only once it has been read back."""

import errno
import gzip
import hashlib
import io
import os
import secrets
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from leleka.errors import Conflict, NeedsAttention, TryLater
from leleka.services.backups.manifest import NAME, Manifest, Member, model_in
from leleka.services.installation import configuration as installation_configuration
from leleka.state.durable_folders import fsync_folder
from leleka.state.sealed_stream import SealedWriter
from leleka.state.secrets import MasterKeys
from leleka.warehouse.lake import Lake

_ROWS: Final = 1_000
_IN_MEMORY: Final = 16_000_000  # bytes
_PRIVATE: Final = 0o600
_QUICK: Final = 3  # of gzip's nine levels: snapshots are compressed already
_NO_LINKS: Final = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}


@contextmanager
def new_file(path: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """Yield a file beside ``path`` that nobody else has open or can read; where the block ends well it gets the name.

    A name that can be guessed could be taken by another user of the machine, who could then read along. An existing
    file keeps its name and contents.
    """
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}.partial")
    try:
        descriptor = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _PRIVATE)
        with os.fdopen(descriptor, "w+b") as file:
            yield aside, file
        _publish(aside, path)
    except OSError as error:
        raise NeedsAttention("BACKUP_UNWRITABLE", where=str(path), reason=error.strerror) from None
    finally:
        aside.unlink(missing_ok=True)


def _publish(aside: Path, path: Path) -> None:
    try:
        os.link(aside, path)
    except FileExistsError:
        raise Conflict("BACKUP_EXISTS", where=str(path)) from None
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if path.exists():
            raise Conflict("BACKUP_EXISTS", where=str(path)) from None
        aside.rename(path)
    fsync_folder(path.parent)


class _Exact(DjangoJSONEncoder):
    """Keeps moments as they are; Django's own drops what is smaller than a millisecond."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


class ArchiveWriter:
    """Puts tables and snapshots into an archive, and keeps account of them for the manifest."""

    def __init__(self, file: IO[bytes], keys: MasterKeys) -> None:
        self._file = file
        self._sealed = SealedWriter(file, keys)
        self._packed = gzip.GzipFile(
            filename="", fileobj=self._sealed, mode="wb", compresslevel=_QUICK, mtime=0
        )
        self._tar = tarfile.open(fileobj=self._packed, mode="w|")  # noqa: SIM115 - finish closes it
        self.members: list[Member] = []

    def add_table(self, model: type[models.Model]) -> None:
        rows = model._default_manager.order_by("pk")
        spill = installation_configuration.configuration().spill_dir
        spill.mkdir(parents=True, exist_ok=True, mode=0o700)
        with SpooledTemporaryFile(_IN_MEMORY, dir=str(spill)) as file:
            text = io.TextIOWrapper(file, encoding="utf-8", write_through=True)
            serializers.serialize("jsonl", rows.iterator(_ROWS), stream=text, cls=_Exact)
            text.detach()
            self._add(f"state/{model._meta.label}.jsonl", file)

    def add_snapshot(self, lake: Lake, reference: str) -> bool:
        """Add a snapshot; return whether it is there, whole and as it was written. Of one that is not, nothing is
        added. Raises ``TryLater`` BACKUP_OVERTAKEN where it goes while it is copied.
        """
        if not lake.is_sound(reference):
            return False
        folder = lake.root / reference
        try:
            for path in sorted(folder.iterdir()):
                with path.open("rb") as file:
                    self._add(f"lake/{reference}/{path.name}", file)
        except FileNotFoundError:
            raise overtaken(folder) from None
        if not lake.is_sound(reference):  # what was gone when the folder was listed is in no archive
            raise overtaken(folder)
        return True

    def add_upload(self, number: int, file: Path, size: int) -> bool:
        """Add an uploaded file; return whether it is there, and as long as it was. It is read to its end also where
        another takes its place meanwhile.
        """
        try:
            with file.open("rb") as opened:
                if os.fstat(opened.fileno()).st_size != size:
                    return False
                self._add(f"uploads/{number}", opened)
        except (FileNotFoundError, IsADirectoryError):
            return False
        return True

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest and close the archive, down to the disk."""
        self._put(NAME, io.BytesIO(manifest.text()))
        self._tar.close()
        self._packed.close()
        self._sealed.close()
        self._file.flush()
        os.fsync(self._file.fileno())

    def _add(self, name: str, file: IO[bytes]) -> None:
        counted = _Counted(file)
        size = self._put(name, counted)
        rows = counted.lines if model_in(name) else 0
        self.members.append(Member(name, size, counted.digest.hexdigest(), rows))

    def _put(self, name: str, file: "IO[bytes] | _Counted") -> int:
        info = tarfile.TarInfo(name)
        info.size, info.mode = file.seek(0, io.SEEK_END), _PRIVATE
        file.seek(0)
        self._tar.addfile(info, file)
        return info.size


def overtaken(folder: Path) -> TryLater:
    """Return the error for a snapshot that was superseded and cleaned away since the state was read."""
    return TryLater("BACKUP_OVERTAKEN", where=str(folder))


class _Counted:
    """A file that takes note of what is read from it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.lines = 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self.digest.update(content)
        self.lines += content.count(b"\n")
        return content
