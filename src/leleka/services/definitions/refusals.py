"""What the schema refuses, as a problem of ours; apart from the reader of YAML, which forms never need."""

from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from leleka.destinations.registry import specs
from leleka.errors import InvalidInput, Problem
from leleka.services.definition_schema.schema import Name

_NAME: Final = TypeAdapter[str](Name)

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


def checked_name(text: str) -> str:
    """Return the name of a segment or measure. Raises ``InvalidInput`` for what no file and no account takes."""
    try:
        name = _NAME.validate_python(text)
    except ValidationError as error:
        raise InvalidInput.of([refusal_of(error.errors()[0])]) from None
    for spec in specs():
        spec.check_name(name)
    return name
