"""What an error of the tree is over HTTP: the same on pages and in the API."""

from typing import Final

from leleka.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    LelekaError,
    NeedsAttention,
    NotFound,
    TryLater,
    Unavailable,
)

_STATUS: Final = (
    (InvalidInput, 422),
    (NotFound, 404),
    (Forbidden, 403),
    (Conflict, 409),
    (NeedsAttention, 409),
    (Unavailable, 503),
    (TryLater, 429),
)


def status_of(error: LelekaError) -> int:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def retry_after(error: LelekaError) -> dict[str, str]:
    """Return the header that says when to come again, where that is known."""
    seconds = error.retry_after if isinstance(error, TryLater) else None
    return {"Retry-After": str(max(1, round(seconds)))} if seconds else {}
