"""``python -m scripts.bench_delivery.far_side``: the account behind HTTP/1.1, as a process of its own.

It prints its port and serves until it is terminated. Bare asyncio: what it costs the machine is not to be seen in
the figures of those who are measured.
"""

import argparse
import asyncio
import re
import signal
from functools import partial
from time import monotonic
from typing import Final

from scripts.bench_delivery.account import Account, as_json

COUNTS: Final = "/counts"  # outside of the API: neither counted nor delayed
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END: Final = b"\r\n\r\n"


class Connection(asyncio.Protocol):
    """One kept connection. A client that waits for each reply, as all do here, needs no queue of requests."""

    def __init__(self, account: Account, latency: float) -> None:
        self._account = account
        self._latency = latency
        self._received = bytearray()
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(_END)
        if end < 0:
            return
        head = bytes(self._received[:end])
        length = _LENGTH.search(head)
        whole = end + len(_END) + (int(length[1]) if length else 0)
        if len(self._received) < whole:
            return
        body = bytes(self._received[end + len(_END) : whole])
        del self._received[:whole]
        self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        method, target, _ = head.partition(b"\r\n")[0].decode("ascii").split(" ", 2)
        if target == COUNTS:
            self._write(200, as_json(self._account.counted()))
            return
        status, found = self._account.answer(method, target, body, monotonic())
        if self._latency:
            asyncio.get_running_loop().call_later(self._latency, self._write, status, as_json(found))
        else:
            self._write(status, as_json(found))

    def _write(self, status: int, body: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(
                b"HTTP/1.1 %d Bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                % (status, len(body), body)
            )


async def serve(account: Account, latency: float) -> None:
    """Serve until SIGTERM."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(partial(Connection, account, latency), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.bench_delivery.far_side", description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds until each reply")
    parser.add_argument("--import-time", type=float, default=0.0, help="seconds until a batch is completed")
    parser.add_argument("--limited", action="store_true", help="refuse what exceeds the documented limits")
    parser.add_argument("--speed", type=float, default=1.0, help="how much faster the limits' time passes")
    given = parser.parse_args()
    account = Account(import_time=given.import_time, limited=given.limited, speed=given.speed)
    asyncio.run(serve(account, given.latency))


if __name__ == "__main__":
    main()
