"""What may be shown of a reply: its status, type and shape. Texts of a body are not shown, save a few known words."""

from typing import Any, Final

import orjson

from leleka.destinations.activecampaign.response_parsing import described
from leleka.transport.client import Answer, Reply

_LONGEST: Final = 160
_DEPTH: Final = 3
_SHOWN: Final = frozenset(
    {"status", "contact", "queued_contacts", "total"}
)  # words and numbers of the API itself
_LONGEST_VALUE: Final = 20


def shown(answer: Answer) -> str:
    """Return an answer in one line."""
    if not isinstance(answer, Reply):
        return f"no answer: {answer.reason}"
    shape = shape_of(answer.body)
    return f"{described(answer)}{': ' if shape else ''}{shape}"


def shape_of(body: bytes) -> str:
    """Return the names and types of a JSON document; what else the body is, where it is none."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "HTML" if b"<" in body[:200] else "no JSON" if body else ""
    shape = _shape(found, "", _DEPTH)
    return shape if len(shape) <= _LONGEST else shape[: _LONGEST - 1] + "…"


def _shape(value: Any, name: str, depth: int) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if name in _SHOWN and isinstance(value, str | int) and len(str(value)) <= _LONGEST_VALUE:
        return orjson.dumps(value).decode() if str(value).isascii() and str(value).isprintable() else "text"
    if isinstance(value, dict):
        if not depth:
            return "{…}"
        inner = (f"{_name(key)}: {_shape(one, key, depth - 1)}" for key, one in value.items())
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, list):
        return (
            f"[{_shape(value[0], name, depth - 1)} × {len(value)}]" if value and depth else f"[{len(value)}]"
        )
    return "null" if value is None else "number" if isinstance(value, int | float) else "text"


def _name(key: str) -> str:
    return key if key.isidentifier() else "(name)"
