"""A stream sealed with a master key: encrypted and authenticated in chunks, so that nobody has to hold it whole.

A header names the master key and carries a random salt; HKDF makes a key of the two that seals this stream alone. Each
chunk is AES-256-GCM, bound to the header; its nonce is its number and whether it is the last. So a chunk that is
changed, left out, moved or taken from another stream does not open, and neither does a stream that ends too early.
"""

import io
import json
import secrets
from typing import IO, Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from leleka.state.secrets import MasterKeys

MAGIC: Final = b"leleka sealed 1\n"
_CHUNK: Final = 262_144  # bytes
_TAG: Final = 16  # bytes that sealing adds to a chunk
_LONGEST_HEADER: Final = 1_000
_SALT_BYTES: Final = 32
_KEY_BYTES: Final = 32
_NUMBER_BYTES: Final = 11  # and one for whether it is the last: a nonce of twelve
_PURPOSE: Final = b"leleka sealed stream 1"


class Unsealable(ValueError):
    """This is no such stream, or not as it was written."""


class KeyUnknown(ValueError):
    """The stream is sealed with a master key that is not in the file; ``args[0]`` is its id."""


class SealedWriter:
    """Seals what is written to it into a file; only ``close`` makes it whole."""

    def __init__(self, file: IO[bytes], keys: MasterKeys) -> None:
        salt = secrets.token_bytes(_SALT_BYTES)
        named = json.dumps({"master_key": keys.newest, "salt": salt.hex()})
        self._header = MAGIC + named.encode() + b"\n"
        self._sealing = _sealing(keys.keys[keys.newest], salt)
        self._file = file
        self._waiting = bytearray()
        self._number = 0
        file.write(self._header)

    def write(self, content: bytes) -> int:
        self._waiting += content
        while len(self._waiting) > _CHUNK:  # one that may be the last waits
            self._seal(bytes(self._waiting[:_CHUNK]), last=False)
            del self._waiting[:_CHUNK]
        return len(content)

    def flush(self) -> None:
        """Do nothing: a chunk is sealed when it is full."""

    def close(self) -> None:
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._file.write(self._sealing.encrypt(_nonce(self._number, last=last), chunk, self._header))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Opens a sealed file from its beginning. Raises ``Unsealable`` and ``KeyUnknown``."""

    def __init__(self, file: IO[bytes], keys: MasterKeys) -> None:
        super().__init__()
        self._header, self.master_key, salt = _read_header(file)
        key = keys.keys.get(self.master_key)
        if key is None:
            raise KeyUnknown(self.master_key)
        self._sealing = _sealing(key, salt)
        self._file = file
        self._sealed = file.read(_CHUNK + _TAG)
        self._opened = b""
        self._number = 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while not self._opened and (self._sealed or not self._number):
            self._open()
        taken = min(len(into), len(self._opened))
        into[:taken] = self._opened[:taken]
        self._opened = self._opened[taken:]
        return taken

    def _open(self) -> None:
        chunk, self._sealed = self._sealed, self._file.read(_CHUNK + _TAG)
        try:
            nonce = _nonce(self._number, last=not self._sealed)
            self._opened = self._sealing.decrypt(nonce, chunk, self._header)
        except (InvalidTag, ValueError):  # a ValueError where not even a tag is left
            raise Unsealable("a chunk is not as it was written") from None
        self._number += 1


def _read_header(file: IO[bytes]) -> tuple[bytes, str, bytes]:
    """Return the header, the id of the master key and the salt."""
    if file.read(len(MAGIC)) != MAGIC:
        raise Unsealable("not a sealed stream")
    line = file.readline(_LONGEST_HEADER)
    try:
        named = json.loads(line)
        return MAGIC + line, str(named["master_key"]), bytes.fromhex(named["salt"])
    except (ValueError, TypeError, KeyError):
        raise Unsealable("its header is not as it was written") from None


def _sealing(master: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), length=_KEY_BYTES, salt=salt, info=_PURPOSE).derive(master))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_NUMBER_BYTES, "big") + bytes([last])
