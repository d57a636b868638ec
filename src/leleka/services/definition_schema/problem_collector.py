"""Gathering what is wrong with a file or a form, so that all of it is said at once."""

from collections.abc import Callable, Sequence
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
                place = problem.where or self.file.where(location)
                self.problems.append(Problem(problem.code, problem.message, place, problem.remedy))
            return None

    def add(self, location: Location, code: str, message: str, remedy: str = "") -> None:
        self.problems.append(Problem(code, message, self.file.where(location), remedy))

    def column(self, table: Table, name: str, location: Location, code: str) -> bool:
        if table.column(name) is not None:
            return True
        if not name and code == "MAP_COLUMN_UNKNOWN":
            self.add(location, "MAP_COLUMN_MISSING", "Choose the column of the profiles that goes there.")
            return False
        remedy = near(name, [column.name for column in table.columns])
        self.add(location, code, f"Source {table.name!r} has no column {name!r}.", remedy)
        return False


def near(name: str, known: Any) -> str:
    close = get_close_matches(name, [str(one) for one in known], n=1)
    return f"Did you mean {close[0]!r}?" if close else ""
