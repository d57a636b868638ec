"""Packed files: gzip, Zstandard, or a zip of one file. What is in them is unpacked aside, within bounds.

No name in an archive is ever used as a path.
"""

import gzip
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from leleka.errors import InvalidInput, NeedsAttention

_BLOCK: Final = 1 << 20
_ZSTD_BLOCK: Final = 1 << 10  # it may hold a thousand thousand times as much
ALWAYS_ALLOWED: Final = 1 << 30  # bytes
MOST_TIMES: Final = 250  # larger than packed; text becomes ten times smaller, seldom a hundred
PACKED: Final = frozenset({".gz", ".zst", ".zip"})
_MAGIC: Final = {".gz": b"\x1f\x8b", ".zst": b"\x28\xb5\x2f\xfd", ".zip": b"PK"}
_LITTER: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db")
_ENCRYPTED: Final = 1
_MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a source: people know its ``path``, ``content`` is read, ``inner`` is the name it has unpacked."""

    path: Path
    content: Path
    inner: str

    @property
    def name(self) -> str:
        return self.path.name


def opened(path: Path, aside: Path) -> SourceFile:
    """Return the file as it is, or what is packed in it, unpacked into ``aside``."""
    suffix = path.suffix.lower()
    if suffix not in PACKED:
        return SourceFile(path, path, path.name)
    with path.open("rb") as file:
        if not (head := file.read(4)):
            raise InvalidInput("FILE_EMPTY", where=path.name)
    if not head.startswith(_MAGIC[suffix]):
        raise InvalidInput("FILE_TYPE.not_packed", where=path.name, suffix=suffix)
    if suffix == ".zip":
        return _from_zip(path, aside)
    inner = path.stem
    _refuse_nested(path, inner)
    target = aside / f"unpacked{Path(inner).suffix[:20]}"
    with _faults(path):
        if suffix == ".gz":
            with gzip.open(path) as packed:
                _copy(path, _blocks(packed), target)
        else:
            _copy(path, _zstandard(path), target)
    return SourceFile(path, target, inner)


def bound(packed_bytes: int) -> int:
    """Return how large a file may be that was packed into so many bytes."""
    return max(ALWAYS_ALLOWED, packed_bytes * MOST_TIMES)


def _from_zip(path: Path, aside: Path) -> SourceFile:
    with _faults(path), zipfile.ZipFile(path) as archive:
        member = _only_member(path, archive)
        inner = Path(member.filename).name
        _refuse_nested(path, inner)
        target = aside / f"unpacked{Path(inner).suffix[:20]}"
        with archive.open(member) as packed:
            _copy(path, _blocks(packed), target)
    return SourceFile(path, target, inner)


def _only_member(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    members = [one for one in archive.infolist() if not one.is_dir() and not _is_litter(one.filename)]
    if any(_leads_outside(one) for one in members):
        raise InvalidInput("FILE_ARCHIVE.path", where=path.name)
    if not members:
        raise InvalidInput("FILE_ARCHIVE.nothing", where=path.name)
    if len(members) > 1:
        names = [repr(one.filename) for one in members[:_MOST_NAMED]]
        raise InvalidInput("FILE_ARCHIVE", where=path.name, files=len(members), names=names)
    if members[0].flag_bits & _ENCRYPTED:
        raise InvalidInput("FILE_ENCRYPTED.archive", where=path.name)
    return members[0]


def _is_litter(name: str) -> bool:
    return name.startswith(_LITTER[0]) or Path(name).name in _LITTER


def _leads_outside(member: zipfile.ZipInfo) -> bool:
    name = member.filename.replace("\\", "/")
    return ".." in name.split("/") or name.startswith("/") or stat.S_ISLNK(member.external_attr >> 16)


def _refuse_nested(path: Path, inner: str) -> None:
    if Path(inner).suffix.lower() in PACKED:
        raise InvalidInput("FILE_ARCHIVE.nested", where=path.name)


class _Reader(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _blocks(packed: _Reader) -> Iterator[bytes]:
    return iter(lambda: packed.read(_BLOCK), b"")


def _zstandard(path: Path) -> Iterator[bytes]:
    """Yield what the frames of a file hold; unlike the library's reader, refuse a file that ends in the middle."""
    import zstandard  # noqa: PLC0415 - a library that only such a file needs

    decompressor = zstandard.ZstdDecompressor()
    frame = decompressor.decompressobj()
    begun = False
    with path.open("rb") as file:
        while block := file.read(_ZSTD_BLOCK):
            while block:
                if frame.eof:
                    frame = decompressor.decompressobj()
                begun = True
                try:
                    yield frame.decompress(block)
                except zstandard.ZstdError as error:
                    raise zlib.error from error
                block = frame.unused_data if frame.eof else b""
    if begun and not frame.eof:
        raise EOFError


def _copy(path: Path, blocks: Iterator[bytes], target: Path) -> None:
    most, written = bound(path.stat().st_size), 0
    with target.open("wb") as out:
        for block in blocks:
            written += len(block)
            if written > most:
                raise InvalidInput("FILE_EXPANDS_TOO_MUCH", where=path.name, most=most >> 20)
            try:
                out.write(block)
            except OSError as error:  # the disk is full
                raise NeedsAttention("MEMORY_LIMIT", where=path.name) from error


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise InvalidInput("FILE_CORRUPT", where=path.name) from error
