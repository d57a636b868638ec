"""Where the calls of the facade find what they are about, and how a call is written down."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

UNKNOWN: Final = 999_999
Function = Callable[..., Any]
Call = Callable[["Places"], tuple[Any, ...]]


@dataclass(frozen=True)
class Places:
    """Where a call finds what it is about: an export, a run of it and a refresh of everything."""

    folder: Path
    export: int
    name: str
    connection: str
    run: int
    refresh: int


def given(*values: object, **named: object) -> Call:
    return lambda _: (values, named)


def exactly(values: Callable[[Places], tuple[Any, ...]], **named: object) -> Call:
    return lambda places: (values(places), named)
