"""An application for a web server under test: a response that is endless, which records in a file when it was aborted,
or one that is large, below ``/large``.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from leleka.conf.server.body_reader import REFUSED, Front

THREADS: Final = 4
LARGE: Final = 400 * 8192  # bytes: more than the buffers of a connection hold
_PIECE = b"a" * 65_536


def _answer(environment: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    start(f"{environment.get(REFUSED, 200):d} Whatever", [("content-type", "text/plain")])
    if REFUSED in environment:
        return [b"refused"]
    path = environment["PATH_INFO"]
    if path.startswith("/large"):
        return (b"a" * 8192 for _ in range(LARGE // 8192))
    return _pieces(Path(os.environ["LELEKA_TEST_GIVEN_UP"]) / path.strip("/"))


def _pieces(told: Path) -> Iterator[bytes]:
    try:
        while True:
            yield _PIECE
    finally:
        told.touch()


application = Front(_answer, ThreadPoolExecutor(THREADS), seconds=20.0)
