"""Which files a source refers to, whether they may be read, and whether they are what their name says."""

import glob
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from leleka.core.sources import FileFormat, SourceSpec
from leleka.errors import InvalidInput, NeedsAttention
from leleka.warehouse.readers import archives
from leleka.warehouse.readers.archives import SourceFile

_SUFFIXES: Final[Mapping[str, FileFormat]] = {
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    **dict.fromkeys((".tsv", ".tab"), "tsv"),
    **dict.fromkeys((".jsonl", ".ndjson", ".json"), "jsonl"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), "excel"),
}
_MAGIC: Final = (
    (b"PK\x03\x04", "FILE_TYPE.workbook", "a ZIP archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "FILE_TYPE.workbook", "an old Excel workbook"),
    (b"\x1f\x8b", "FILE_TYPE.archive", "a gzip archive"),
    (b"\x28\xb5\x2f\xfd", "FILE_TYPE.archive", "a Zstandard archive"),
    (b"BZh", "FILE_TYPE.archive", "a bzip2 archive"),
    (b"\x89PNG", "FILE_TYPE.document", "a PNG picture"),
    (b"\xff\xd8\xff", "FILE_TYPE.document", "a JPEG picture"),
    (b"%PDF", "FILE_TYPE.document", "a PDF document"),
    (b"SQLite format 3", "FILE_TYPE.database", "an SQLite database"),
    (b"PAR1", "FILE_TYPE.parquet", ""),
)
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_HTML: Final = (b"<!doctype html", b"<html", b"<?xml")
_PARQUET: Final = b"PAR1"
_JSON: Final = re.compile(rb'(\[\s*)?\{\s*"')


def resolve(spec: SourceSpec, source_dirs: Sequence[Path]) -> list[Path]:
    """Return the real paths of a source's files, each below one of ``source_dirs``; globs in sorted order."""
    if not source_dirs:
        raise NeedsAttention("SOURCE_DIRS_UNSET", where=spec.name)
    allowed = [folder.resolve() for folder in source_dirs]
    found = [file for pattern in spec.paths for file in _matches(pattern, allowed)]
    if not found:
        raise _not_found(spec.name)
    return list(dict.fromkeys(found))


def digest(paths: Sequence[Path]) -> str:
    """Return a hash of the files' contents, in the order of the paths."""
    total = hashlib.sha256()
    for path in paths:
        with _faults(path), path.open("rb") as file:
            total.update(
                hashlib.file_digest(file, "sha256").digest()
            )  # machines compute it twice as fast as blake2b
    return total.hexdigest()


def signature(paths: Sequence[Path]) -> tuple[tuple[int, int, int], ...]:
    """Return what changes when somebody writes to one of the files."""
    found = []
    for path in paths:
        with _faults(path):
            found.append(path.stat())
    return tuple((stat.st_ino, stat.st_size, stat.st_mtime_ns) for stat in found)


def format_of(spec: SourceSpec, name: str) -> FileFormat:
    """Return the format of a file by its name, or by that of what is packed in it."""
    return spec.format or _SUFFIXES.get(Path(name).suffix.lower(), "csv")


def unpacked(path: Path, aside: Path) -> SourceFile:
    """Return the file, or what is packed in it, unpacked into ``aside``."""
    with _faults(path):
        return archives.opened(path, aside)


def check_type(file: SourceFile, kind: FileFormat) -> None:
    """Refuse an empty file, and one whose first bytes show that it is something else."""
    with _faults(file.path), file.content.open("rb") as content:
        head = content.read(512)
    if not head:
        raise InvalidInput("FILE_EMPTY", where=file.name)
    if kind == "parquet":
        if not head.startswith(_PARQUET):
            raise InvalidInput("FILE_TYPE", where=file.name)
    elif kind == "excel":
        if not head.startswith(_WORKBOOKS):
            raise InvalidInput("FILE_TYPE.no_workbook", where=file.name)
    else:
        _check_text(file, head, kind)


def _check_text(file: SourceFile, head: bytes, kind: FileFormat) -> None:
    for magic, key, what in _MAGIC:
        if head.startswith(magic):
            raise InvalidInput(key, where=file.name, **({"what": what} if what else {}))
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.lower().startswith(_HTML):
        raise InvalidInput("FILE_TYPE.web_page", where=file.name)
    if kind != "jsonl" and _JSON.match(start):
        raise InvalidInput("FILE_TYPE.json", where=file.name)


def _matches(pattern: str, allowed: Sequence[Path]) -> list[Path]:
    try:
        plain = Path(pattern)
        if not glob.has_magic(pattern) or (_below(plain.resolve(), allowed) and plain.is_file()):
            candidates = [plain]
        else:
            # A lookup outside the allowed folders would reveal what exists there.
            _must_be_below(_fixed_part(plain), allowed, plain.name)
            candidates = [Path(match) for match in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207 (absolute)
            candidates = [path for path in candidates if not path.is_dir()]
        real = [path.resolve() for path in candidates]
        for path in real:
            _must_be_below(path, allowed, plain.name)
        if not all(path.is_file() for path in real):
            raise _not_found(plain.name)
    except PermissionError as error:
        raise _forbidden(Path(pattern)) from error
    except (ValueError, OSError) as error:
        raise _not_found(Path(pattern).name[:80]) from error
    return real


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    """Name a file that is there and cannot be read: it is another user's, went away meanwhile, or its disk fails."""
    try:
        yield
    except FileNotFoundError as error:
        raise _not_found(path.name) from error
    except PermissionError as error:
        raise _forbidden(path) from error
    except OSError as error:
        raise NeedsAttention("SOURCE_UNREADABLE.because", where=path.name, reason=error.strerror) from error


def _forbidden(path: Path) -> NeedsAttention:
    return NeedsAttention("SOURCE_UNREADABLE", where=path.name)


def _fixed_part(pattern: Path) -> Path:
    fixed = Path(pattern.anchor)
    for part in pattern.parts[1 if pattern.anchor else 0 :]:
        if glob.has_magic(part):
            break
        fixed /= part
    return fixed.resolve()


def _must_be_below(path: Path, allowed: Sequence[Path], shown: str) -> None:
    if not _below(path, allowed):
        raise InvalidInput("SOURCE_OUTSIDE_ALLOWED", where=shown)


def _below(path: Path, allowed: Sequence[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in allowed)


def _not_found(where: str) -> InvalidInput:
    return InvalidInput("SOURCE_NOT_FOUND", where=where)
