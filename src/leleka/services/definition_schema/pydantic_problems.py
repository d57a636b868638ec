from typing import Any, Final

_SENTENCES: Final = {
    "missing": "this is required",
    "model_type": "this must be a mapping",
    "model_attributes_type": "this must be a mapping",
    "extra_forbidden": "there is no such setting",
    "string_type": "this must be text: put it in quotes",
    "bool_type": "this must be true or false",
    "bool_parsing": "this must be true or false",
    "list_type": "this must be a list",
    "too_short": "this must not be empty",
    "string_too_short": "this must not be empty",
}


def said_of(detail: Any) -> tuple[str, str]:
    """Return the code and the sentence for one thing the definitions do not allow."""
    kind = detail["type"]
    sentence = _SENTENCES.get(kind, str(detail["msg"]).removeprefix("Value error, "))
    return kind if kind.isupper() else "DEFINITION_INVALID", f"{sentence[:1].upper()}{sentence[1:]}."
