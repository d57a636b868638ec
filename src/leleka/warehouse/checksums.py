"""What tells a snapshot that is as it was written from one that lost a file, its end, or a bit.

Beside its files lies a manifest with the size and SHA-256 of each. Everything is read once in a process; from then on
the sizes are compared, which costs a ``stat`` a file. A snapshot of an older version has no manifest: of its files the
two ends are looked at, by which Parquet tells a whole file.
"""

import hashlib
from pathlib import Path
from typing import Final

import orjson

_MANIFEST: Final = "manifest.json"
_MAGIC: Final = b"PAR1"
_LEAST: Final = 12  # bytes of a Parquet file: its two ends and the length of its footer
_MOST_KNOWN: Final = 10_000  # snapshots whose sizes one process remembers

_known: dict[Path, dict[str, int]] = {}


def write(folder: Path) -> None:
    """Write the manifest of a folder that is about to be published."""
    told = {file.name: [file.stat().st_size, _digest(file)] for file in sorted(folder.iterdir())}
    (folder / _MANIFEST).write_bytes(orjson.dumps(told))


def is_sound(folder: Path) -> bool:
    """Return whether the snapshot in a folder is there, whole and unchanged.

    Raises ``OSError`` where that cannot be told: it may not be read, or not now.
    """
    try:
        if folder in _known:
            return _sizes(folder, _known[folder])
        found = _checked(folder)
    except (FileNotFoundError, NotADirectoryError, AttributeError, KeyError, TypeError, ValueError):
        return False  # it is not there, or its manifest is none
    if found and len(_known) < _MOST_KNOWN:
        _known[folder] = found
    return bool(found)


def forget(folder: Path) -> None:
    """Let go of what is known of a snapshot that is removed."""
    _known.pop(folder, None)


def _checked(folder: Path) -> dict[str, int]:
    """Return the sizes of the files of a sound snapshot; nothing of any other."""
    try:
        manifest = (folder / _MANIFEST).read_bytes()
    except FileNotFoundError:
        return _by_their_ends(folder)
    told = orjson.loads(manifest)
    sizes = {name: int(size) for name, (size, _) in told.items()}
    sound = _sizes(folder, sizes) and all(_digest(folder / name) == told[name][1] for name in sizes)
    return sizes if sound else {}


def _by_their_ends(folder: Path) -> dict[str, int]:
    files = [
        file for file in folder.iterdir() if file.suffix == ".parquet"
    ]  # glob passes over what is forbidden
    return {file.name: file.stat().st_size for file in files} if all(map(_has_both_ends, files)) else {}


def _has_both_ends(file: Path) -> bool:
    size = file.stat().st_size
    if size < _LEAST:
        return False
    with file.open("rb") as read:
        begins = read.read(len(_MAGIC))
        read.seek(-8, 2)
        footer, ends = int.from_bytes(read.read(4), "little"), read.read(4)
    return begins == ends == _MAGIC and 0 < footer <= size - _LEAST


def _sizes(folder: Path, sizes: dict[str, int]) -> bool:
    return bool(sizes) and all((folder / name).stat().st_size == size for name, size in sizes.items())


def _digest(file: Path) -> str:
    with file.open("rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest()
