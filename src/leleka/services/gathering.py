"""Gathering what is wrong with a file, so that all of it is said at once."""

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, TypeVar

from leleka.core.columns import Catalogue, Table
from leleka.errors import InvalidInput, Problem
from leleka.services.reading import DefinitionsFile

Location = tuple[str | int, ...]
_T = TypeVar("_T")


class Gathering:
    """The problems of one file, each with its place in it."""

    def __init__(self, file: DefinitionsFile, known: Catalogue) -> None:
        self.problems: list[Problem] = []
        self.file = file
        self.known = known

    def attempt(self, location: Location, work: Callable[[], _T]) -> _T | None:
        """Do ``work``; what it raises is noted with its place in the file."""
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
        remedy = near(name, [column.name for column in table.columns])
        self.add(location, code, f"Source {table.name!r} has no column {name!r}.", remedy)
        return False


def near(name: str, known: Any) -> str:
    close = get_close_matches(name, [str(one) for one in known], n=1)
    return f"Did you mean {close[0]!r}?" if close else ""
