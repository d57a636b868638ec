"""Reading requests strictly: what could be understood in two ways is refused (inputs 102, 104, 105, 112)."""

import json
from collections.abc import Sequence
from typing import Any, Final

import orjson
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.parser import Parser

NUL: Final = "\x00"  # PostgreSQL keeps no text with it


class StrictParser(Parser):
    """JSON as RFC 8259 has it, in UTF-8; no property twice, no NUL."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            orjson.loads(
                request.body
            )  # refuses NaN, lone surrogates and nesting without end, unlike the other
            return json.loads(request.body, object_pairs_hook=_once, parse_float=_number)
        except (ValueError, RecursionError) as error:
            raise HttpError(400, f"The body is not JSON as it must be: {_why(error)}.") from error


class _TwiceError(ValueError):
    """A property stands in an object twice."""


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _TwiceError("a property stands in it twice")
    if any(NUL in key or _has_nul(value) for key, value in pairs):
        raise _TwiceError("it has a NUL character")
    return found


def _has_nul(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_has_nul, value))
    return isinstance(value, str) and NUL in value


def _number(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise _TwiceError("a number in it is too large")
    return number


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, _TwiceError) else "it cannot be parsed"
