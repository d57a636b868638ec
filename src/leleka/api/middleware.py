"""What holds for every request to the API, before any operation sees it, and for every answer."""

from collections.abc import Callable
from typing import Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError

from leleka.api.problems import answer
from leleka.errors import Problem
from leleka.services.uploads.contracts import is_large

_PREFIX: Final = "/api/"
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_JSON: Final = "application/json"


class Gate:
    """JSON only (inputs 103, 119), bounded (107), and problem+json where Django would answer with a page."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self._respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(_PREFIX):
            return self._respond(request)
        return _refused(request) or _as_problem(self._respond(request))


def _refused(request: HttpRequest) -> HttpResponse | None:
    try:
        body = request.body if request.method in _WITH_BODY else b""
    except RequestDataTooBig:
        return answer(413, [Problem.of("BODY_TOO_LARGE")])
    except UnreadablePostError:
        return answer(400, [Problem.of("REQUEST_INVALID.broken_off")])
    if body and request.content_type != _JSON and not is_large("PUT", request.path):
        problem = Problem.of("CONTENT_TYPE", "Content-Type", type=_JSON)
        return answer(415, [problem])
    return None


def _as_problem(response: HttpResponse) -> HttpResponse:
    if response.status_code == 400 and not _is_json(response):  # noqa: PLR2004 - a status
        return answer(400, [Problem.of("REQUEST_INVALID")])
    if response.status_code == 413 and not _is_json(response):  # noqa: PLR2004 - a status
        return answer(413, [Problem.of("REQUEST_TOO_LARGE")])
    if response.status_code == 404 and not _is_json(response):  # noqa: PLR2004 - a status
        return answer(404, [Problem.of("PATH_UNKNOWN")])
    if response.status_code == 405:  # noqa: PLR2004 - a status
        allow = {"Allow": response["Allow"]} if response.has_header("Allow") else None
        return answer(405, [Problem.of("METHOD_UNKNOWN.path")], allow)
    return response


def _is_json(response: HttpResponse) -> bool:
    return "json" in response.get("Content-Type", "")
