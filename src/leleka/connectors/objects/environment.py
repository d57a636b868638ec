"""What a library for object storage would take from the environment, kept from it.

It reads variables when a store is made: keys and tokens of somebody else's, another endpoint, proxies to go around the
guarding one, where to ask a machine for its credentials. Nothing of that was said in the connection.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

_BEGINNINGS: Final = ("AWS_", "AZURE_", "GOOGLE_", "IDENTITY_", "MSI_", "OBJECT_STORE_", "SERVICE_ACCOUNT")
_PROXIES: Final = frozenset({"ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "REQUEST_METHOD"})
_one_at_a_time: Final = Lock()


@contextmanager
def nothing_from_the_environment() -> Iterator[None]:
    """Take those variables away while a store is made. Other threads do without them for that moment."""
    with _one_at_a_time:
        hidden = {name: value for name, value in os.environ.items() if _is_meant(name.upper())}
        for name in hidden:
            del os.environ[name]
        try:
            yield
        finally:
            os.environ.update(hidden)


def _is_meant(name: str) -> bool:
    return name in _PROXIES or name.startswith(_BEGINNINGS)
