"""Reading entries of a list: one a line, or the first column of a CSV file."""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from typing import Final

from leleka.core import email
from leleka.core.address_masking import SIGN
from leleka.core.rules.operators import BLANKS
from leleka.errors import InvalidInput
from leleka.services.lists.contracts import Entries

MOST: Final = 1_000_000
EXAMPLES: Final = 10
_LONGEST: Final = 500  # characters of an entry


def read_file(content: bytes, headers: Sequence[str]) -> list[str]:
    """Return the first column of a file; a first line that is one of ``headers`` is none of the entries.

    Raises ``InvalidInput`` where it is no text.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("LIST_NOT_TEXT", where="file") from None
    separator = ";" if ";" in text.partition("\n")[0] else ","
    try:
        rows = [row[0] for row in csv.reader(io.StringIO(text), delimiter=separator, strict=True) if row]
    except csv.Error:
        raise InvalidInput("LIST_NOT_TEXT", where="file") from None
    return rows[1:] if rows and rows[0].strip(BLANKS).casefold() in map(str.casefold, headers) else rows


def read_entries(given: Iterable[str], *, addresses: bool) -> Entries:
    """Return the entries without blanks, addresses in their one spelling. Raises ``InvalidInput`` for none, or too
    many.
    """
    told = {text for one in given if (text := one.strip(BLANKS))}
    if not told:
        raise InvalidInput("LIST_EMPTY", where="entries")
    if len(told) > MOST:
        raise InvalidInput("LIST_TOO_LONG", where="entries", most=MOST)
    read = {one: email.normalise(one) for one in told} if addresses else {}
    usable = {one.key for one in read.values() if isinstance(one, email.Address)}
    bad = sorted(one for one, found in read.items() if not isinstance(found, email.Address))
    if not addresses:
        bad = sorted(one for one in told if not _is_key(one))
        usable = told - set(bad)
    return Entries(frozenset(usable), len(bad), tuple(map(masked, bad[:EXAMPLES])), digest_of(usable))


def digest_of(values: Iterable[str], before: str = "", *, away: bool = False) -> str:
    """Return what tells one set of entries from another, whatever their order; of a set that gained, or lost, some
    without a look at the others: digests of entries are added up.
    """
    total = int(before or "0", 16)
    for value in values:
        one = int.from_bytes(hashlib.sha256(value.encode()).digest())
        total += -one if away else one
    return f"{total % (1 << 256):064x}"


def masked(entry: str) -> str:
    """Return as much of an entry as its owner recognises."""
    if SIGN.search(entry):
        return email.mask(entry)
    return f"{entry[:1]}***" if entry[:1].isprintable() else "***"


def _is_key(text: str) -> bool:
    return len(text) <= _LONGEST and "\0" not in text and not any("\ud800" <= one <= "\udfff" for one in text)
