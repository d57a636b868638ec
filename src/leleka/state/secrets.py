"""Secrets at rest (S-1): each value under a data key of its own, each data key wrapped by a master key.

Both seals are AES-256-GCM and bound to the place the value belongs to: the connection, the secret's name, the
host it may be sent to and its version. A row copied to another connection, or a host changed behind the
service's back, does not decrypt. The master keys live in a file outside the data directory (S-2).
"""

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from leleka.core.secret import Secret
from leleka.errors import NeedsAttention

_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Place:
    """What a sealed value is bound to; ``of`` tells connections to destinations from those to sources."""

    connection: int
    name: str
    host: str
    version: int
    of: str = "secret"

    def bytes(self) -> bytes:
        return "\x1f".join((self.of, str(self.connection), self.name, self.host, str(self.version))).encode()


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
        data_key = AESGCM.generate_key(bit_length=_KEY_BYTES * 8)
        return Sealed(
            self.newest,
            _encrypt(self.keys[self.newest], data_key, place.bytes()),
            _encrypt(data_key, secret.reveal().encode(), place.bytes()),
        )

    @property
    def newest(self) -> str:
        """The id of the key that seals."""
        return next(iter(self.keys))

    def rewrap(self, sealed: Sealed, place: Place) -> Sealed:
        """Wrap the data key with the newest master key; the sealed value stays as it is (S-3)."""
        data_key = self._data_key(sealed, place)
        return Sealed(self.newest, _encrypt(self.keys[self.newest], data_key, place.bytes()), sealed.sealed)

    def open(self, sealed: Sealed, place: Place) -> Secret:
        """Return the value; raises ``NeedsAttention`` where the key is missing or the row was tampered with."""
        data_key = self._data_key(sealed, place)
        return Secret(_decrypt(data_key, sealed.sealed, place.bytes()).decode())

    def _data_key(self, sealed: Sealed, place: Place) -> bytes:
        master = self.keys.get(sealed.master_key)
        if master is None:
            raise NeedsAttention("MASTER_KEY_WRONG", where=str(self.path), key=sealed.master_key)
        return _decrypt(master, sealed.wrapped, place.bytes())


def _encrypt(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def _decrypt(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
    except (InvalidTag, ValueError):  # a ValueError where not even a whole nonce is left
        raise NeedsAttention("SECRET_UNREADABLE") from None
