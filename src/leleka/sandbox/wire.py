"""Writes replies to a real socket, faults included: reset, truncated, a byte at a time, never-ending."""

import gzip
import socket
import struct
from http import HTTPStatus
from threading import Event
from typing import TYPE_CHECKING

from leleka.sandbox.messages import JSON_TYPE, Reply, Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOMB_MEGABYTES = 200
_MEGABYTE = 1 << 20
_LEAST_PAUSE = 0.01  # slow even where time is unlimited


def head(reply: Reply, length: int | None, extra: tuple[tuple[str, str], ...] = ()) -> bytes:
    """The status line and headers; without a length the body is sent in chunks."""
    try:
        phrase = HTTPStatus(reply.status).phrase
    except ValueError:
        phrase = "Unknown"
    framing = ("Transfer-Encoding", "chunked") if length is None else ("Content-Length", str(length))
    lines = [f"HTTP/1.1 {reply.status} {phrase}"]
    lines += [f"{name}: {value}" for name, value in (*reply.headers.items(), framing, *extra)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def reset(connection: socket.socket) -> None:
    """Closing with a linger of zero makes the kernel send RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def act_out(connection: socket.socket, reply: Reply, closing: Event, pause: float) -> None:
    """Sends a faulty reply, which ends the connection. `pause` separates two bytes of a slow one."""
    if reply.wire is Wire.TRUNCATED:
        connection.sendall(head(reply, len(reply.body) or 100) + reply.body[: len(reply.body) // 2])
        # a reset would let the kernel discard what the client has not read yet
        connection.shutdown(socket.SHUT_WR)
    elif reply.wire is Wire.SLOW:
        for position in range(len(sent := head(reply, len(reply.body)) + reply.body)):
            if closing.wait(max(pause, _LEAST_PAUSE)):
                break
            connection.sendall(sent[position : position + 1])
    elif reply.wire is Wire.ENDLESS:
        connection.sendall(head(reply, None) + chunk(b'{"padding":"'))
        while not closing.is_set():
            connection.sendall(chunk(b"." * 65_536))
    elif reply.wire is Wire.GZIP_BOMB:
        bomb = Reply(reply.status, b"", {"Content-Type": JSON_TYPE, "Content-Encoding": "gzip"})
        packed = b"".join(_bomb())
        connection.sendall(head(bomb, len(packed)) + packed)
        connection.shutdown(socket.SHUT_WR)


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def _bomb() -> "Iterator[bytes]":
    """Gzip members may follow one another: one small member, repeated, is 200 MB for 200 KB."""
    member = gzip.compress(b" " * _MEGABYTE, 9)
    for _ in range(_BOMB_MEGABYTES):
        yield member
