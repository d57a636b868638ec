"""What goes in and comes out, as JSON. Unknown properties are refused: nobody sets what they may not see."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Generic, Literal, TypeVar

from ninja import Path, Schema
from pydantic import BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticKnownError

from leleka.api.problems import ProblemOut
from leleka.core.ports.destination import Check
from leleka.messages.progress import in_english
from leleka.messages.stored import check_view

T = TypeVar("T")
LARGEST: Final = 2**53 - 1  # what every reader of JSON keeps exactly
_LARGEST_VERSION: Final = 2**31 - 1
Number = Annotated[int, Path(ge=1, le=LARGEST, description="The object's id.")]
Version = Annotated[
    int,
    Field(
        ge=1,
        le=_LARGEST_VERSION,
        description="As last read; 409 STALE where somebody was quicker.",
        examples=[1],
    ),
]


def _written_out(value: object) -> object:
    """A number is no moment, although pydantic would take it for seconds since 1970."""
    if isinstance(value, str) and re.fullmatch(r"\s*[-+]?[\d.]+(e[-+]?\d+)?\s*", value, re.IGNORECASE):
        raise PydanticKnownError("datetime_parsing", {"error": "it is a number"})
    return value


Moment = Annotated[datetime, BeforeValidator(_written_out)]  # of a query
# What was noticed, in English words.
Notes = Annotated[Sequence[str], BeforeValidator(lambda notes: [in_english(one) for one in notes])]
Audience = Literal["administrators", "administrators and contributors"]


class In(Schema):
    """A request's body. Nothing is converted: a number in quotes is no number."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True, strict=True
    )


class VersionIn(In):
    version: Version


class Page(Schema, Generic[T]):
    """One page of a list. ``next`` is what to send as ``after`` for the page behind it, null on the last."""

    items: Sequence[T]
    next: int | None


class Paging(Schema):
    """How much of a list, and what to begin after: ``next`` of the page before; 0 is the first page."""

    limit: int = Field(default=50, ge=1, le=200)
    after: int = Field(default=0, ge=0, le=LARGEST)


class TaskAsked(Schema):
    """Work that goes on; GET /tasks/{number} tells how far it is."""

    task: int


class RunAsked(Schema):
    """A run that goes on; GET /runs/{number} tells how far it is."""

    run: int


class CheckOut(Schema):
    """One step of a connection test."""

    name: str
    standing: Literal["passed", "failed", "skipped"]
    sentence: str
    code: str

    @model_validator(mode="before")
    @classmethod
    def _in_words(cls, check: object) -> object:
        plain = getattr(check, "_obj", check)
        return check_view(plain) if isinstance(plain, Check) else check


class AskedRunOut(Schema):
    """One of several exports asked to run: the run, or why there is none."""

    export: str
    run: int | None
    problems: Sequence[ProblemOut]


def paged(found: Sequence[Any], paging: Paging) -> dict[str, object]:
    """Make a page of one row more than was asked for, where there are so many."""
    items = found[: paging.limit]
    return {"items": items, "next": items[-1].id if len(found) > paging.limit else None}
