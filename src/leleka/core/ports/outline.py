"""How a destination writes a contact whose texts are plain, so that a query engine may write it, too.

Plain is a text without controls, quotation marks and backslashes: in JSON it stands as it is.
"""

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

ADDRESS: Final = ""  # the key of the address, which every contact has
# Of the syntax that RE2 and Python share; all characters outside of it are ones that JSON or a destination minds.
PLAIN_PATTERN: Final = r"[^\x00-\x1f\x22\x5c\x7f-\x9f]*"
_PLAIN: Final = re.compile(PLAIN_PATTERN)
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")  # no query engine has any


@dataclass(frozen=True, slots=True)
class Piece:
    """The value of a field, with what stands around it; nothing where the contact has no such value."""

    key: str
    opening: str
    closing: str


@dataclass(frozen=True, slots=True)
class Group:
    """Pieces, each of which begins with a comma except the first that is there; nothing where none is."""

    opening: str
    pieces: tuple[Piece, ...]
    closing: str


Outline: TypeAlias = tuple[str | Piece | Group, ...]
"""A contact from its beginning to its end."""


def most_bytes(outline: Outline, longest: int) -> int:
    """Return how large a contact can be whose texts have at most ``longest`` characters."""
    return sum(_most_bytes(part, 4 * longest) for part in outline)


def _most_bytes(part: str | Piece | Group, longest: int) -> int:
    if isinstance(part, str):
        return len(part.encode())
    inside = sum(_most_bytes(one, longest) for one in part.pieces) if isinstance(part, Group) else longest
    return len((part.opening + part.closing).encode()) + inside


def is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and not _SURROGATE.search(text)
