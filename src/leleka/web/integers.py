"""Numbers from forms and addresses: invalid ones, or ones longer than any of ours, count as missing."""

from typing import Final

_LONGEST: Final = 9  # digits


def whole_number(text: str | None, missing: int = 0) -> int:
    known = text is not None and text.isascii() and text.isdecimal() and len(text) <= _LONGEST
    return int(text) if known and text is not None else missing
