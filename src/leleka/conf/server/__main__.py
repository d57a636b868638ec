"""``python -m leleka.conf.server``: the web server and what it runs, in one process.

The server's own command would start a second process to watch over the first, which ``leleka serve`` does already; it
would hold tens of megabytes for that.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
from contextlib import suppress
from ctypes import CDLL
from pathlib import Path
from pkgutil import resolve_name
from threading import Timer
from typing import Any, Final

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server

_LOGS: Final = Path(__file__).with_name("web_server_logs.json")
_MMAP_THRESHOLD, _TRIM_THRESHOLD, _ARENA_MAX = -3, -1, -8
_MALLOC: Final = {_MMAP_THRESHOLD: 1 << 17, _TRIM_THRESHOLD: 1 << 17, _ARENA_MAX: 1}
_LONGEST_STOP: Final = 10.0  # seconds for the requests under way when the process is asked to end


def main() -> None:
    """Serve until a signal, and finish what is under way."""
    parser = argparse.ArgumentParser(prog="python -m leleka.conf.server", description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--header-seconds", type=float, required=True, help="for the head of a request")
    parser.add_argument("application", help="module:name of an ASGI application")
    given = parser.parse_args()
    _give_back_what_is_free()
    sys.modules["rich"] = None  # type: ignore[assignment] # for coloured tracebacks, in which a log has no use
    head = HTTP1Settings(header_read_timeout=round(given.header_seconds * 1000))
    asyncio.run(_serve(resolve_name(given.application), given.host, given.port, head))


def _give_back_what_is_free() -> None:
    """Have the C library give memory of some size back to the system when it is freed, rather than keep it for each
    thread: pages that read much would add up. Where there is no such library nothing is done.
    """
    with suppress(OSError, AttributeError):
        limit = CDLL(None).mallopt  # man 3 mallopt
        for parameter, value in _MALLOC.items():
            limit(parameter, value)


async def _serve(application: Any, host: str, port: int, head: HTTP1Settings) -> None:
    server = Server(
        application,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=head,
        websockets=False,
        log_level=LogLevels.error,
        log_dictconfig=json.loads(_LOGS.read_text(encoding="utf-8")),
    )

    def stop() -> None:
        late = Timer(_LONGEST_STOP, os._exit, (0,))  # a thread: a request that is stuck holds the exit up
        late.daemon = True
        late.start()
        server.stop()  # type: ignore[no-untyped-call] # the server's own

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    await server.serve()


if __name__ == "__main__":
    main()
