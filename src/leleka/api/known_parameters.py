import re
from functools import cache
from typing import Final

from django.http import HttpRequest

from leleka.api.strict_json import NUL
from leleka.errors import InvalidInput, Problem

_PARAMETER: Final = re.compile(r"<(?:\w+:)?(\w+)>")


def check_query(request: HttpRequest, known: frozenset[str]) -> None:
    """Raises ``InvalidInput`` for parameters that are unknown, or stand there twice."""
    found = []
    for name, values in request.GET.lists():
        if name not in known:
            found.append(Problem("UNKNOWN_FIELD", "There is no such parameter.", name[:100]))
        elif len(values) > 1:
            found.append(Problem("INPUT_INVALID", "This parameter stands there twice.", name))
        elif NUL in values[0]:
            found.append(Problem("INPUT_INVALID", "A NUL character has no place here.", name))
    if found:
        raise InvalidInput.of(found)


def parameters_of(request: HttpRequest) -> frozenset[str]:
    """Return the query parameters that the operation a request is for knows."""
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
