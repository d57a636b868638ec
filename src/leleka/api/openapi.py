"""The OpenAPI document: what every operation may answer beside its success stands in one place, here."""

from collections.abc import Mapping
from typing import Any, Final

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from leleka.api.problems import ProblemsOut

_PROBLEM: Final = "application/problem+json"
_REFERENCE: Final = "#/components/schemas/{model}"
_ALWAYS: Final = {
    401: "No token, or one that is not known.",
    403: "The person may not do this.",
    409: "It cannot be told now; problems says why.",
    422: "The input is wrong; problems names every field.",
    503: "Not now: Leleka or an account does not answer; Retry-After says when to come again.",
}
_NAMING: Final = {
    404: "There is no such object.",
}
_TAKING_BODIES: Final = frozenset({"post", "put", "patch"})
_CHANGING: Final = {
    404: "Something that is named does not exist.",
    409: "Something stands in the way: a stale version, a live run, an object in use, a file that manages it.",
    429: "Too often; Retry-After says for how long.",
}
_WITH_BODY: Final = {
    400: "The body is not JSON.",
    413: "The body is larger than 1 MB.",
    415: "The body is not application/json.",
}


class LelekaApi(NinjaAPI):
    """Django Ninja's API whose document names every error."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        schema = ProblemsOut.model_json_schema(ref_template=_REFERENCE)
        document["components"]["schemas"].update(schema.pop("$defs"))
        document["components"]["schemas"]["ProblemsOut"] = schema
        for operations in document["paths"].values():
            for method, operation in operations.items():
                operation["responses"].update(_errors(method, operation))
        return document


def _errors(method: str, operation: Mapping[str, Any]) -> dict[int, Any]:
    found = dict(_ALWAYS)
    if any(one["required"] for one in operation["parameters"]):
        found |= _NAMING
    if method != "get":
        found |= _CHANGING
    if method in _TAKING_BODIES:
        found |= _WITH_BODY
    content = {_PROBLEM: {"schema": {"$ref": _REFERENCE.format(model="ProblemsOut")}}}
    return {status: _answer(status, text, content) for status, text in sorted(found.items())}


def _answer(status: int, text: str, content: Mapping[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"description": text, "content": content}
    if status == 401:  # noqa: PLR2004 - a status
        described["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}}
    if status in {429, 503}:
        described["headers"] = {"Retry-After": {"schema": {"type": "string"}}}
    return described
