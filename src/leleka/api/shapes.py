"""What goes in and comes out, as JSON. Unknown properties are refused: nobody sets what they may not see."""

from typing import Generic, TypeVar

from ninja import Schema
from pydantic import ConfigDict, Field

T = TypeVar("T")


class In(Schema):
    """A request's body."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True)


class Page(Schema, Generic[T]):
    """One page of a list. ``next`` is what to send as ``after`` for the page behind it, None on the last."""

    items: list[T]
    next: int | None


class Paging(In):
    """How much of a list, and after which id."""

    limit: int = Field(default=50, ge=1, le=200)
    after: int | None = Field(default=None, ge=1, le=2**62)
