"""Immutable snapshots on disk: ``lake/<kind>/<name>/<id>/*.parquet``, written aside, fsynced, renamed.

Nobody ever sees half a snapshot, and nobody ever sees one change. State holds the pointers.
"""

import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from leleka.errors import NeedsAttention, TryLater
from leleka.warehouse import checksums

# What is not simply read again from the sources is named.
_NAMED = {
    "ledgers": "SNAPSHOT_DAMAGED.ledgers",
    "members": "SNAPSHOT_DAMAGED.members",
    "outcomes": "SNAPSHOT_DAMAGED.outcomes",
    "plans": "SNAPSHOT_DAMAGED.plans",
}
# Nothing makes these anew by itself: they are taken for lost only where they are.
_ALONE = frozenset({"ledgers", "outcomes", "plans"})
_UNSAFE = re.compile(r"[^a-z0-9]+")
_REFERENCE = re.compile(r"[a-z0-9-]+/[a-z0-9-]+/[a-z0-9-]+")
_LIKE_A_DIGEST = re.compile(r"(.*-)?[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A pointer to a snapshot. ``reference`` is what State stores: ``kind/name/id``."""

    reference: str
    path: Path

    @property
    def files(self) -> str:
        """A glob of its Parquet files, for the engine."""
        return str(self.path / "*.parquet")

    def file(self, name: str) -> str:
        return str(self.path / f"{name}.parquet")


class SnapshotUnreadable(TryLater):
    """Something stored may be whole, but cannot be read now: a right, a full table of open files, a disk."""


class Lake:
    """A folder of snapshots."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def open(self, reference: str) -> Snapshot:
        """Return the snapshot behind a pointer. The pointer is the project's own: never a user's text.

        Raises ``NeedsAttention`` SNAPSHOT_DAMAGED where it is lost, cut short or changed, SNAPSHOT_POINTER where the
        pointer leads out of the lake, and what ``is_sound`` raises.
        """
        if reference and not is_reference(reference):
            raise NeedsAttention("SNAPSHOT_POINTER", where=reference)
        if not self.is_sound(reference):
            raise NeedsAttention(_NAMED.get(_kind(reference), "SNAPSHOT_DAMAGED"), where=reference)
        return Snapshot(reference, self.root / reference)

    def is_sound(self, reference: str) -> bool:
        """Return whether the snapshot behind a pointer is there, whole and as it was written.

        Raises ``SnapshotUnreadable`` where that cannot be told, and nothing would make it anew.
        """
        try:
            return bool(reference) and checksums.is_sound(self.root / reference)
        except OSError as error:
            if _kind(reference) not in _ALONE:
                return False
            where = str(error.filename or self.root / reference)
            raise SnapshotUnreadable("SNAPSHOT_UNREADABLE", where=where, reason=error.strerror) from error

    @contextmanager
    def write(self, kind: str, name: str) -> Iterator[Snapshot]:
        """Yield a snapshot whose folder is writable inside the block and published when it ends well."""
        identity = uuid.uuid4().hex
        reference = f"{kind}/{folder_name(name)}/{identity}"
        final = self.root / reference
        aside = final.with_name(f".{identity}.writing")
        aside.mkdir(parents=True, mode=0o700)
        try:
            yield Snapshot(reference, aside)
            checksums.write(aside)
            self._publish(aside, final)
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def adopt(self, folder: Path, reference: str) -> None:
        """Take a folder from the same disk as the snapshot of this pointer, in the place of whatever was there."""
        final = self.root / reference
        final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.remove(reference)
        self._publish(folder, final)

    def _publish(self, aside: Path, final: Path) -> None:
        for file in aside.iterdir():
            _fsync(file)
        _fsync(aside)
        aside.rename(final)
        # The folders above may be new as well.
        for folder in (final.parent, final.parent.parent, self.root):
            _fsync(folder)

    def all(self) -> Iterator[Snapshot]:
        for folder in self.root.glob("*/*/*"):
            if folder.is_dir() and not folder.name.startswith("."):
                yield Snapshot(str(folder.relative_to(self.root)), folder)

    def leftovers(self) -> Iterator[Path]:
        """Return the folders of those who died while they wrote."""
        yield from self.root.glob("*/*/.*.writing")

    def remove(self, reference: str) -> None:
        checksums.forget(self.root / reference)
        shutil.rmtree(self.root / reference, ignore_errors=True)


def is_reference(text: str) -> bool:
    """Return whether a pointer leads to a folder of the lake, and to nothing above or beside it."""
    return _REFERENCE.fullmatch(text) is not None


def _kind(reference: str) -> str:
    return reference.partition("/")[0]


def folder_name(name: str) -> str:
    """Turn a display name into a folder name: readable where ASCII, never the same for two names."""
    readable = _UNSAFE.sub("-", name.lower()).strip("-")[:40]
    if readable and readable == name and not _LIKE_A_DIGEST.fullmatch(name):
        return readable
    return f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:8]}".lstrip("-")


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
