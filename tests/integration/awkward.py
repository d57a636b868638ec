"""A file in which something is wrong, and what people are told about it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Awkward:
    """A file, what was declared of it, and the problem: its code, its place and what its remedy names."""

    wrong: str
    content: bytes
    code: str
    where: str
    remedy: str
    name: str = "people.csv"
    declared: dict[str, Any] = field(default_factory=dict)
