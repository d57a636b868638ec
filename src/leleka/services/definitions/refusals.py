"""What the schema refuses, as a problem of ours; apart from the reader of YAML, which forms never need."""

from typing import Any, Final

from leleka.errors import Problem

_KEYS: Final = {
    "missing": "DEFINITION_INVALID.missing",
    "model_type": "DEFINITION_INVALID.mapping",
    "model_attributes_type": "DEFINITION_INVALID.mapping",
    "extra_forbidden": "DEFINITION_INVALID.unknown",
    "string_type": "DEFINITION_INVALID.text",
    "bool_type": "DEFINITION_INVALID.truth",
    "bool_parsing": "DEFINITION_INVALID.truth",
    "list_type": "DEFINITION_INVALID.list",
    "too_short": "DEFINITION_INVALID.empty",
    "string_too_short": "DEFINITION_INVALID.empty",
}


def refusal_of(detail: Any) -> Problem:
    """Return one thing that the definitions do not allow, without its place."""
    kind = detail["type"]
    if kind[:1].isupper():  # one of ours
        return Problem(kind)
    if kind in _KEYS:
        return Problem(_KEYS[kind])
    return Problem.of("DEFINITION_INVALID", detail=str(detail["msg"]))
