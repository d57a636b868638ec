"""The file of master keys: one ``id:key`` a line, the newest first; mode 0600, outside the data directory (S-2)."""

import base64
import binascii
import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from leleka.errors import NeedsAttention
from leleka.state.secrets import MasterKeys

_KEY_BYTES: Final = 32
_ID_BYTES: Final = 4
_PRIVATE: Final = 0o600


def load_master_keys(path: Path, *, create: bool) -> MasterKeys:
    """Read the key file; make it where it is missing and ``create`` says nothing was sealed yet."""
    if not path.exists():
        if not create:
            raise NeedsAttention(
                "MASTER_KEY_MISSING",
                "The master key file is gone, and stored API keys cannot be read without it.",
                where=str(path),
                remedy="Restore the file, or point LELEKA_MASTER_KEY_FILE at it. Nothing was overwritten.",
            )
        _create(path)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise NeedsAttention(
            "MASTER_KEY_EXPOSED",
            "Others than its owner may read the master key file.",
            where=str(path),
            remedy=f"Run: chmod 600 {path}",
        )
    return MasterKeys(
        path, dict(_parse(line, path) for line in path.read_text().splitlines() if line.strip())
    )


def add_master_key(keys: MasterKeys) -> MasterKeys:
    """Put a new key in front of the others (S-3): it seals from now on, the others still open."""
    lines = [_new_line(), *(_line(name, key) for name, key in keys.keys.items())]
    _replace(keys.path, lines)
    return load_master_keys(keys.path, create=False)


def keep_master_keys(keys: MasterKeys, wanted: Iterable[str]) -> MasterKeys:
    """Remove all keys but those in ``wanted`` and the newest."""
    kept = {keys.newest, *wanted}
    _replace(keys.path, [_line(name, key) for name, key in keys.keys.items() if name in kept])
    return load_master_keys(keys.path, create=False)


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Written aside and linked: two first starts at once agree on one key, and none is ever half written.
    aside = _write_aside(path, [_new_line()])
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()


def _replace(path: Path, lines: Iterable[str]) -> None:
    _write_aside(path, lines).rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write_aside(path: Path, lines: Iterable[str]) -> Path:
    aside = path.with_name(f".{path.name}.{secrets.token_hex(_ID_BYTES)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    try:
        os.write(descriptor, "".join(lines).encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return aside


def _new_line() -> str:
    return _line(secrets.token_hex(_ID_BYTES), secrets.token_bytes(_KEY_BYTES))


def _line(name: str, key: bytes) -> str:
    return f"{name}:{base64.b64encode(key).decode()}\n"


def _parse(line: str, path: Path) -> tuple[str, bytes]:
    name, _, encoded = line.strip().partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if not name or len(key) != _KEY_BYTES:
        raise NeedsAttention(
            "MASTER_KEY_DAMAGED",
            "A line of the master key file is not 'id:key' with a key of 32 bytes in base64.",
            where=str(path),
            remedy="Restore the file from where it is kept safe.",
        )
    return name, key
