"""An application for a web server under test: an endless response that records in a file when it
was aborted.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from leleka.conf.server.body_reader import Front

_PIECE = b"a" * 65_536


def _endless(environment: dict[str, Any], start: Callable[..., Any]) -> Iterator[bytes]:
    start("200 OK", [("content-type", "text/plain")])
    return _pieces(Path(os.environ["LELEKA_TEST_GIVEN_UP"]) / environment["PATH_INFO"].strip("/"))


def _pieces(told: Path) -> Iterator[bytes]:
    try:
        while True:
            yield _PIECE
    finally:
        told.touch()


application = Front(_endless, ThreadPoolExecutor(2), seconds=20.0)
