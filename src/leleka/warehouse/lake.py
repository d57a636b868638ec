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

_UNSAFE = re.compile(r"[^a-z0-9]+")
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


class Lake:
    """A folder of snapshots."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def open(self, reference: str) -> Snapshot:
        """Return the snapshot behind a pointer. The pointer is the project's own: never a user's text."""
        return Snapshot(reference, self.root / reference)

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
            for file in aside.iterdir():
                _fsync(file)
            _fsync(aside)
            aside.rename(final)
            # The folders above may be new as well.
            for folder in (final.parent, final.parent.parent, self.root):
                _fsync(folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def all(self) -> Iterator[Snapshot]:
        for folder in self.root.glob("*/*/*"):
            if folder.is_dir() and not folder.name.startswith("."):
                yield Snapshot(str(folder.relative_to(self.root)), folder)

    def leftovers(self) -> Iterator[Path]:
        """Return the folders of those who died while they wrote."""
        yield from self.root.glob("*/*/.*.writing")

    def remove(self, reference: str) -> None:
        shutil.rmtree(self.root / reference, ignore_errors=True)


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
