"""Reads one complete HTTP message from a socket as bytes: enough to know where it ends and what it
contains.
"""

import re
import socket
from dataclasses import dataclass

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\nContent-Length:\s*(\d+)", re.IGNORECASE)
_PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Message:
    """``whole`` is False if the sender ended in the middle; ``head`` and ``body`` are what had arrived until
    then.
    """

    head: bytes
    body: bytes
    whole: bool

    @property
    def content(self) -> bytes:
        return self.head + self.body

    @property
    def first_line(self) -> str:
        return self.head.partition(b"\r\n")[0].decode("latin-1")

    @property
    def status(self) -> int:
        """Of a reply; 0 if there is none."""
        words = self.first_line.split(" ")
        return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0


def read(connection: socket.socket) -> Message | None:
    """Read the next message; None if the other side ended before its first byte. Raises OSError on a reset.

    The length is always stated: neither Leleka nor the sandbox's API sends in chunks.
    """
    received = b""
    while _END_OF_HEAD not in received:
        piece = connection.recv(_PIECE)
        if not piece:
            return Message(received, b"", whole=False) if received else None
        received += piece
    head, _, body = received.partition(_END_OF_HEAD)
    head += _END_OF_HEAD
    said = _LENGTH.search(head)
    length = int(said[1]) if said else 0
    pieces, missing = [body], length - len(body)
    while missing > 0:
        piece = connection.recv(_PIECE)
        if not piece:
            return Message(head, b"".join(pieces), whole=False)
        pieces.append(piece)
        missing -= len(piece)
    return Message(head, b"".join(pieces), whole=True)
