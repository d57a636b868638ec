"""Gathering what is wrong with a file or a form, so that all of it is said at once."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, Protocol, TypeVar

from leleka.core.columns import Catalogue, Table
from leleka.errors import InvalidInput, Problem
from leleka.services.definition_schema.schema import Definitions

Location = tuple[str | int, ...]
_T = TypeVar("_T")


class Written(Protocol):
    """What somebody wrote, in a file or a form: the definitions, and how a place in them is named."""

    @property
    def definitions(self) -> Definitions: ...

    def where(self, location: Sequence[str | int]) -> str: ...


class Gathering:
    """The problems of what somebody wrote, each with its place in it."""

    def __init__(self, file: Written, known: Catalogue) -> None:
        self.problems: list[Problem] = []
        self.file = file
        self.known = known

    def attempt(self, location: Location, work: Callable[[], _T]) -> _T | None:
        """Do ``work``; what it raises is noted with its place."""
        try:
            return work()
        except InvalidInput as error:
            for problem in error.problems:
                self.note(location, problem)
            return None

    def add(self, location: Location, key: str, **params: Any) -> None:
        self.note(location, Problem(key, params=params))

    def note(self, location: Location, problem: Problem) -> None:
        """Note a problem with its place, where it does not name one itself."""
        self.problems.append(replace(problem, where=problem.where or self.file.where(location)))

    def column(self, table: Table, name: str, location: Location, code: str) -> bool:
        if table.column(name) is not None:
            return True
        if not name and code == "MAP_COLUMN_UNKNOWN":
            self.add(location, "MAP_COLUMN_MISSING")
            return False
        close = near(name, [column.name for column in table.columns])
        self.add(location, code, source=table.name, column=name, near=close)
        return False


def near(name: str, known: Any) -> str:
    """Return the known name that was probably meant; "" where none is near."""
    close = get_close_matches(name, [str(one) for one in known], n=1)
    return close[0] if close else ""
