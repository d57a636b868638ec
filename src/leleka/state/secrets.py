"""Secrets at rest (S-1): each value under a data key of its own, each data key wrapped by a master key.

Both seals are AES-256-GCM and bound to the place the value belongs to: the connection, the secret's name, the
host it may be sent to and its version. A row copied to another connection, or a host changed behind the
service's back, does not decrypt. The master keys live in a file outside the data directory (S-2).
"""

import base64
import binascii
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from leleka.core.secret import Secret
from leleka.errors import NeedsAttention

_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32
_ID_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Place:
    """What a sealed value is bound to."""

    connection: int
    name: str
    host: str
    version: int

    def bytes(self) -> bytes:
        return "\x1f".join(("secret", str(self.connection), self.name, self.host, str(self.version))).encode()


@dataclass(frozen=True, slots=True)
class Sealed:
    """An envelope: the id of the master key, the wrapped data key, the sealed value. Nonces stand in front."""

    master_key: str
    wrapped: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """The keys of the key file; the first one seals, all of them open."""

    path: Path
    keys: dict[str, bytes] = field(repr=False)

    def seal(self, secret: Secret, place: Place) -> Sealed:
        master_id = next(iter(self.keys))
        data_key = AESGCM.generate_key(bit_length=_KEY_BYTES * 8)
        return Sealed(
            master_id,
            _encrypt(self.keys[master_id], data_key, place.bytes()),
            _encrypt(data_key, secret.reveal().encode(), place.bytes()),
        )

    def open(self, sealed: Sealed, place: Place) -> Secret:
        """Give the value; raises ``NeedsAttention`` where the key is missing or the row was tampered with."""
        master = self.keys.get(sealed.master_key)
        if master is None:
            raise NeedsAttention(
                "MASTER_KEY_WRONG",
                f"The stored key was sealed with master key {sealed.master_key}, which the key file does not hold.",
                where=str(self.path),
                remedy="Put the right key file in place, or enter the API key again.",
            )
        try:
            data_key = _decrypt(master, sealed.wrapped, place.bytes())
            return Secret(_decrypt(data_key, sealed.sealed, place.bytes()).decode())
        except InvalidTag:
            raise NeedsAttention(
                "SECRET_UNREADABLE",
                "The stored API key does not belong to this connection and host, or was altered.",
                remedy="Enter the API key again.",
            ) from None


def load_master_keys(path: Path, *, create: bool) -> MasterKeys:
    """Read the key file; make it (mode 0600) where it is missing and ``create`` says nothing was sealed yet."""
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


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    line = f"{secrets.token_hex(_ID_BYTES)}:{base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}\n"
    # Written aside and linked: two first starts at once agree on one key, and none is ever half written.
    aside = path.with_name(f".{path.name}.{secrets.token_hex(_ID_BYTES)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()


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


def _encrypt(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def _decrypt(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
