"""The file of master keys: one ``id:key`` a line, the newest first; mode 0600, outside the data directory (S-2)."""

import base64
import binascii
import fcntl
import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from leleka.errors import NeedsAttention
from leleka.state.durable_folders import fsync_folder
from leleka.state.secrets import MasterKeys

_KEY_BYTES: Final = 32
_ID_BYTES: Final = 4
_PRIVATE: Final = 0o600


def load_master_keys(path: Path, *, create: bool) -> MasterKeys:
    """Read the key file; make it where it is missing and ``create`` says nothing was sealed yet."""
    with _usable(path):
        if not path.exists():
            if not create:
                raise NeedsAttention("MASTER_KEY_MISSING", where=str(path))
            _create(path)
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise NeedsAttention("MASTER_KEY_EXPOSED", where=str(path), path=path)
        return MasterKeys(path, _read(path))


def add_master_key(keys: MasterKeys) -> MasterKeys:
    """Put a new key in front of the others (S-3): it seals from now on, the others still open."""
    with _usable(keys.path), _alone(keys.path):
        # Read again: somebody else may have added a key, and secrets may be wrapped with it already.
        _replace(keys.path, [_new_line(), *_lines(_read(keys.path))])
    return load_master_keys(keys.path, create=False)


def keep_master_keys(keys: MasterKeys, wanted: Iterable[str]) -> MasterKeys:
    """Remove all keys of ``keys`` but those in ``wanted`` and the newest."""
    unneeded = keys.keys.keys() - {keys.newest, *wanted}
    with _usable(keys.path), _alone(keys.path):
        known = _read(keys.path)
        _replace(keys.path, _lines({name: key for name, key in known.items() if name not in unneeded}))
    return load_master_keys(keys.path, create=False)


@contextmanager
def _usable(path: Path) -> Iterator[None]:
    """Say what the operating system says against the file in words for an administrator."""
    try:
        yield
    except OSError as error:
        raise NeedsAttention(
            "MASTER_KEY_UNUSABLE", where=str(path), reason=error.strerror, user=os.geteuid()
        ) from None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep out whoever else changes the file: two at once would each lose the other's key."""
    folder = os.open(path.resolve().parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Written aside and linked: two first starts at once agree on one key, and none is ever half written.
    with _written_aside(path, [_new_line()]) as aside:
        try:
            os.link(aside, path)
        except FileExistsError:
            return
        fsync_folder(path.parent)


def _replace(path: Path, lines: Iterable[str]) -> None:
    real = path.resolve()  # a link stays a link
    with _written_aside(real, lines) as aside:
        aside.rename(real)
        fsync_folder(real.parent)


@contextmanager
def _written_aside(path: Path, lines: Iterable[str]) -> Iterator[Path]:
    """Write to a file beside ``path``; whatever happens, it does not stay there."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(_ID_BYTES)}")
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
        with os.fdopen(descriptor, "wb") as file:
            file.write("".join(lines).encode())
            file.flush()
            os.fsync(descriptor)
        yield aside
    finally:
        aside.unlink(missing_ok=True)


def _new_line() -> str:
    return _line(secrets.token_hex(_ID_BYTES), secrets.token_bytes(_KEY_BYTES))


def _line(name: str, key: bytes) -> str:
    return f"{name}:{base64.b64encode(key).decode()}\n"


def _lines(keys: Mapping[str, bytes]) -> list[str]:
    return [_line(name, key) for name, key in keys.items()]


def _read(path: Path) -> dict[str, bytes]:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except UnicodeDecodeError:
        raise NeedsAttention("MASTER_KEY_DAMAGED.text", where=str(path)) from None
    keys: dict[str, bytes] = {}
    for line in filter(str.strip, lines):
        name, key = _parse(line, path)
        if keys.setdefault(name, key) != key:
            raise NeedsAttention("MASTER_KEY_DAMAGED.twice", where=str(path), name=name)
    if not keys:
        raise NeedsAttention("MASTER_KEY_DAMAGED.empty", where=str(path))
    return keys


def _parse(line: str, path: Path) -> tuple[str, bytes]:
    name, _, encoded = line.strip().partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if not name or len(key) != _KEY_BYTES:
        raise NeedsAttention("MASTER_KEY_DAMAGED", where=str(path))
    return name, key
