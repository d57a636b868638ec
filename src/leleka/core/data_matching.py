"""Data matching: which profile column goes to which field, and what happens to leavers."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

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

    def to_data(self) -> dict[str, str]:
        """Return what the state keeps."""
        return {
            "policy": self.policy.value,
            "field": self.field,
            "member": self.member,
            "leaver": self.leaver,
        }


@dataclass(frozen=True, slots=True)
class DataMatching:
    """Everything that determines how one contact looks at the destination.

    ``phone_country`` is an ISO 3166 code; empty means that phone numbers are sent as they are.
    """

    email: str
    lines: tuple[Line, ...] = ()
    tags: tuple[str, ...] = ()
    phone_country: str = ""

    def to_data(self) -> dict[str, Any]:
        """Return what the state keeps: lines in the order of the form."""
        return {
            "email": self.email,
            "lines": [
                {"column": line.column, "to": line.to, "when_empty": line.when_empty.value}
                for line in self.lines
            ],
            "tags": list(self.tags),
            "phone_country": self.phone_country,
        }


def matching_of(data: Mapping[str, Any]) -> DataMatching:
    """Return the record of what the state keeps; ``KeyError`` or ``ValueError`` where it is damaged."""
    return DataMatching(
        data["email"],
        tuple(Line(line["column"], line["to"], WhenEmpty(line["when_empty"])) for line in data["lines"]),
        tuple(data["tags"]),
        data["phone_country"],
    )


def leavers_of(data: Mapping[str, str]) -> Leavers:
    """Return the record of what the state keeps; ``KeyError`` or ``ValueError`` where it is damaged."""
    return Leavers(LeaverPolicy(data["policy"]), data["field"], data["member"], data["leaver"])
