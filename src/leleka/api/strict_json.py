"""Reading requests strictly: what could be understood in two ways is refused (inputs 102, 104, 105, 112)."""

import json
import re
from collections.abc import Sequence
from typing import Any, Final

import orjson
from django.http import HttpRequest
from ninja.parser import Parser

from leleka.errors import InvalidInput

NUL: Final = "\x00"  # PostgreSQL keeps no text with it
_MOST_PROPERTIES: Final = 5_000  # of an object: each that is unknown is a problem of its own
_MOST_OBJECTS: Final = 20_000  # of a body: so is each that stands where there must be text
# A string, with the colon behind it where it is the name of a property; the ends of objects.
_TOKEN: Final = re.compile(r'("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}]')
_TWICE: Final = "REQUEST_INVALID.twice"
_PROPERTIES: Final = "REQUEST_INVALID.properties"
_OBJECTS: Final = "REQUEST_INVALID.objects"
_WITH_NUL: Final = "REQUEST_INVALID.nul"
_KEYS: Final = {
    "depth limit exceeded": "REQUEST_INVALID.deep",
    "number is infinity when parsed as double": "REQUEST_INVALID.number",
}


class StrictParser(Parser):
    """JSON as RFC 8259 has it, in UTF-8; no property twice, no NUL."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Raises ``InvalidInput`` REQUEST_INVALID, which says what is wrong and where, and quotes nothing."""
        text = _decoded(request.body)
        try:
            orjson.loads(text)  # refuses NaN, lone surrogates and nesting without end, unlike the other
            return json.loads(text, object_pairs_hook=_Objects().once)
        except orjson.JSONDecodeError as error:
            key = _KEYS.get(error.msg, "REQUEST_INVALID.json")
            raise _invalid(key, text, error.pos, detail=error.msg) from None
        except _RefusedError as error:
            most = _MOST_OBJECTS if error.key == _OBJECTS else _MOST_PROPERTIES
            raise _invalid(error.key, text, _position(text, error.key), most=most) from None
        except RecursionError:
            raise InvalidInput("REQUEST_INVALID.deep") from None


class _RefusedError(Exception):
    """JSON of which parsers may think differently, or too much of it."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        before = body[: error.start].decode()
        raise _invalid("REQUEST_INVALID.utf8", before, len(before)) from None


class _Objects:
    """The objects of one body."""

    def __init__(self) -> None:
        self._read = 0

    def once(self, pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        self._read += 1
        if self._read > _MOST_OBJECTS:
            raise _RefusedError(_OBJECTS)
        found = dict(pairs)
        if len(found) < len(pairs):
            raise _RefusedError(_TWICE)
        if len(pairs) > _MOST_PROPERTIES:
            raise _RefusedError(_PROPERTIES)
        if any(NUL in key or _has_nul(value) for key, value in pairs):
            raise _RefusedError(_WITH_NUL)
        return found


def _has_nul(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_has_nul, value))
    return isinstance(value, str) and NUL in value


def _position(text: str, key: str) -> int:
    """Return where JSON that can be parsed has the first of what is refused."""
    names: list[set[str]] = []  # of the objects around, from the outside
    begun = 0
    for found in _TOKEN.finditer(text):
        if found[0] == "{":
            begun += 1
            if key == _OBJECTS and begun > _MOST_OBJECTS:
                return found.start()
            names.append(set())
        elif found[0] == "}":
            names.pop()
        else:
            value = json.loads(found[1])
            here = names[-1] if found[2] else set[str]()
            refused = {
                _WITH_NUL: NUL in value,
                _TWICE: value in here,
                _PROPERTIES: len(here) == _MOST_PROPERTIES,
            }
            if refused.get(key):
                return found.start()
            here.add(value)
    raise ValueError(key)


def _invalid(key: str, text: str, position: int, **params: object) -> InvalidInput:
    line, column = text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
    return InvalidInput(key, where=f"line {line}, column {column}", **params)
