"""Rules as a browser can hold them: its numbers have 53 bits, and ours 64. A larger one goes there and back as text."""

from collections.abc import Mapping
from typing import Any, Final

_LARGEST: Final = 2**53 - 1
_INTEGER: Final = "$integer"
_MOST_DIGITS: Final = 20


def for_browser(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {key: for_browser(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [for_browser(value) for value in data]
    large = isinstance(data, int) and abs(data) > _LARGEST
    return {_INTEGER: str(data)} if large else data


def from_browser(data: Any) -> Any:
    if isinstance(data, list):
        return [from_browser(value) for value in data]
    if not isinstance(data, Mapping):
        return data
    text = data.get(_INTEGER)
    if isinstance(text, str) and len(data) == 1 and len(text) <= _MOST_DIGITS:
        return int(text) if text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() else text
    return {key: from_browser(value) for key, value in data.items()}
