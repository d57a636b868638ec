"""Errors as problem+json (RFC 9457): a stable code, a sentence, where, what to do. Never a stack trace."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import model_validator

from leleka.errors import InvalidInput, LelekaError, Problem
from leleka.messages.http_status import retry_after, status_of
from leleka.messages.problems import english

KIND_TAG: Final = (
    "kind:"  # before the kind of a connection, where a request may be of several; no field is called so
)
_TITLES: Final = {
    400: "The request could not be understood",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Not allowed here",
    409: "In conflict with how things are",
    413: "Too large",
    415: "Another content type is needed",
    422: "The input is wrong",
    408: "Too slow",
    429: "Too often",
    500: "Something went wrong inside Leleka",
    503: "Not now",
}


_MOST: Final = 100  # problems that one answer names


class ProblemOut(Schema):
    """One thing that is wrong; ``where`` names the field as in the request."""

    code: str
    message: str
    where: str
    remedy: str

    @model_validator(mode="before")
    @classmethod
    def _in_words(cls, problem: object) -> object:
        plain = getattr(problem, "_obj", problem)
        return asdict(english(plain)) if isinstance(plain, Problem) else problem


class ProblemsOut(Schema):
    """What every answer from 400 on looks like, as application/problem+json."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    problems: list[ProblemOut]


def answer(status: int, problems: Sequence[Problem], headers: dict[str, str] | None = None) -> HttpResponse:
    texts = [english(problem) for problem in problems[:_MOST]]
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": _TITLES.get(status, "That did not work"),
        "status": status,
        "code": texts[0].code,
        "detail": texts[0].message,
        "problems": [asdict(text) for text in texts],
    }
    return HttpResponse(
        orjson.dumps(body), status=status, content_type="application/problem+json", headers=headers
    )


def broken(request: str) -> HttpResponse:
    """Answer a bug of ours; what the log knows of it stands under the request's id."""
    return answer(500, [Problem("INTERNAL_ERROR.request", f"request {request}")])


def tell_problems(api: NinjaAPI) -> None:
    """Make every error of the API an answer of this shape."""
    api.add_exception_handler(LelekaError, _told)
    api.add_exception_handler(ValidationError, _not_valid)
    api.add_exception_handler(AuthenticationError, _not_signed_in)
    api.add_exception_handler(HttpError, _http)


def _told(_: HttpRequest, error: LelekaError | type[LelekaError]) -> HttpResponse:
    if not isinstance(error, LelekaError):
        raise TypeError("an error is raised, not its class")
    return answer(status_of(error), error.problems, retry_after(error))


def _not_valid(_: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    errors = getattr(error, "errors", [])
    if any(one["loc"][:1] == ("path",) for one in errors):
        return answer(404, [Problem.of("PATH_UNKNOWN")])
    found = [_problem(one) for one in errors[:_MOST]]  # a long list of the wrong type has one for each value
    return answer(422, found or [Problem("INPUT_INVALID.unknown")])


def _problem(one: dict[str, Any]) -> Problem:
    # The first two parts name where the value came from and the parameter of our function.
    parts = [str(part) for part in one["loc"] if part not in {"body", "query", "path", "data"}]
    place = ".".join(part for part in parts if not part.startswith(KIND_TAG))
    if one["type"] == "extra_forbidden":
        return Problem.of("UNKNOWN_FIELD", place, detail=one["msg"])
    return Problem.of("INPUT_INVALID", place, detail=one["msg"])


def _not_signed_in(_: HttpRequest, __: AuthenticationError | type[AuthenticationError]) -> HttpResponse:
    problem = Problem.of("TOKEN_UNKNOWN.request", "Authorization")
    return answer(401, [problem], {"WWW-Authenticate": "Bearer"})


def _http(_: HttpRequest, error: HttpError | type[HttpError]) -> HttpResponse:
    status = getattr(error, "status_code", 400)
    # Of a body Ninja says no more than that it cannot be parsed; the parser's own error is behind that.
    if isinstance(cause := getattr(error, "__cause__", None), InvalidInput):
        return answer(status, cause.problems)
    return answer(status, [Problem.of("REQUEST_INVALID.detail", detail=str(error))])
