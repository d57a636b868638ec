"""Data matching: which profile column goes to which field, and what happens to leavers."""

from dataclasses import dataclass
from enum import StrEnum

BUILT_IN_FIELDS = ("first_name", "last_name", "phone")


class WhenEmpty(StrEnum):
    """What an empty value does to the field at the destination."""

    KEEP = "keep"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of data matching. ``to`` is a field key: ``first_name`` … or ``field:<id>``."""

    column: str
    to: str
    when_empty: WhenEmpty = WhenEmpty.KEEP


class LeaverPolicy(StrEnum):
    KEEP = "keep"
    MARK = "mark"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Leavers:
    """What is done with people who left the segments.

    *mark* writes ``member`` or ``leaver`` into the custom field ``field``; the others need no further
    settings.
    """

    policy: LeaverPolicy = LeaverPolicy.KEEP
    field: str = ""
    member: str = ""
    leaver: str = ""


@dataclass(frozen=True, slots=True)
class DataMatching:
    """Everything that determines how one contact looks at the destination.

    ``phone_country`` is an ISO 3166 code; empty means that phone numbers are sent as they are.
    """

    email: str
    lines: tuple[Line, ...] = ()
    tags: tuple[str, ...] = ()
    phone_country: str = ""
