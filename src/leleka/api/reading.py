"""Reading requests strictly: what could be understood in two ways is refused (inputs 102, 104, 105, 112)."""

import json
import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import orjson
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.parser import Parser

from leleka.errors import InvalidInput, Problem

_PARAMETER: Final = re.compile(r"<(?:\w+:)?(\w+)>")
_NUL: Final = "\x00"  # PostgreSQL keeps no text with it


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
    if any(_NUL in key or _has_nul(value) for key, value in pairs):
        raise _TwiceError("it has a NUL character")
    return found


def _has_nul(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_has_nul, value))
    return isinstance(value, str) and _NUL in value


def _number(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise _TwiceError("a number in it is too large")
    return number


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, _TwiceError) else "it cannot be parsed"


def check_query(request: HttpRequest, known: frozenset[str]) -> None:
    """Raises ``InvalidInput`` for parameters that are unknown, or stand there twice."""
    found = []
    for name, values in request.GET.lists():
        if name not in known:
            found.append(Problem.of("UNKNOWN_FIELD.parameter", name[:100]))
        elif len(values) > 1:
            found.append(Problem.of("INPUT_INVALID.twice", name))
        elif _NUL in values[0]:
            found.append(Problem.of("INPUT_INVALID.nul", name))
    if found:
        raise InvalidInput.of(found)


def parameters_of(request: HttpRequest) -> frozenset[str]:
    """Give the query parameters that the operation a request is for knows."""
    match = request.resolver_match
    path = "/" + _PARAMETER.sub(r"{\1}", match.route) if match else ""
    return _parameters().get((path, str(request.method).lower()), frozenset())


@cache
def _parameters() -> dict[tuple[str, str], frozenset[str]]:
    from leleka.api.urls import api  # noqa: PLC0415 - its operations ask here who may pass

    return {
        (path, method): frozenset(one["name"] for one in operation["parameters"] if one["in"] == "query")
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method, operation in operations.items()
    }
