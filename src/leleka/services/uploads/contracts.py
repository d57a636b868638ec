"""How a large body comes in: the front asks the application first, and reads the body to disk only where it may."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from leleka.errors import LelekaError

_LARGE: Final = re.compile(r"/(data|api/v1)/sources/(uploads|[0-9]{1,19}/file)")
_METHODS: Final = frozenset({"POST", "PUT"})
RECEPTION: Final = "leleka.reception"  # in a request's environment, of a request whose body may be large


def is_large(method: str, path: str) -> bool:
    """Return whether a request may bring a file instead of a form."""
    return method in _METHODS and _LARGE.fullmatch(path) is not None


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave to write a body to ``path``: at most so many bytes, and never the last of the disk."""

    path: Path
    most: int
    reserve: int  # bytes of the disk that stay free


@dataclass(slots=True)
class Reception:
    """The body of one request. The front calls the application twice with it: at first nothing was read, and the view
    says whether it may be by setting ``grant``; then it lies in a file, or ``failed`` says why it does not.

    ``body`` is what the request brought where no front is before the application.
    """

    announced: int | None  # bytes, where the client said so
    grant: Grant | None = None
    received: Path | None = None
    failed: LelekaError | None = None
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class UploadView:
    """An uploaded file; a source names it by its ``id``."""

    id: int
    name: str
    size: int
    uploaded_by: str
    uploaded_at: datetime
