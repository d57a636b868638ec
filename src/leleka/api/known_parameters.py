"""Which query parameters an operation takes: what it does not know is refused, not overlooked."""

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final

from django.http import HttpRequest

from leleka.api.strict_json import NUL
from leleka.errors import InvalidInput, Problem

_PARAMETER: Final = re.compile(r"<(?:\w+:)?(\w+)>")


def check_query(request: HttpRequest, known: frozenset[str]) -> None:
    """Raises ``InvalidInput`` for parameters that are unknown, or stand there twice."""
    found = []
    for name, values in request.GET.lists():
        if name not in known:
            found.append(Problem.of("UNKNOWN_FIELD.parameter", name[:100]))
        elif len(values) > 1:
            found.append(Problem.of("INPUT_INVALID.twice", name))
        elif NUL in values[0]:
            found.append(Problem.of("INPUT_INVALID.nul", name))
    if found:
        raise InvalidInput.of(found)


class KnownParameters:
    """The query parameters of every operation, from the API's own document: read once, when first asked."""

    def __init__(self, document: Callable[[], Mapping[str, Any]]) -> None:
        self._document = document

    def of(self, request: HttpRequest) -> frozenset[str]:
        """Return the query parameters that the operation a request is for knows."""
        match = request.resolver_match
        path = "/" + _PARAMETER.sub(r"{\1}", match.route) if match else ""
        return self._by_operation.get((path, str(request.method).lower()), frozenset())

    @cached_property
    def _by_operation(self) -> dict[tuple[str, str], frozenset[str]]:
        return {
            (path, method): frozenset(one["name"] for one in operation["parameters"] if one["in"] == "query")
            for path, operations in self._document()["paths"].items()
            for method, operation in operations.items()
        }
