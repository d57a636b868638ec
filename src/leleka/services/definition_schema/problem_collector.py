"""Gathering what is wrong with a file or a form, so that all of it is said at once."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, Final, Protocol, TypeVar

from leleka.core.columns import Catalogue, Table
from leleka.errors import InvalidInput, Problem
from leleka.services.definition_schema.definitions import Definitions

Location = tuple[str | int, ...]
_SUGGESTIONS: Final = 20  # for one file or form: each compares a name with all that are known
_LONGEST_NAME: Final = 200
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
        self._suggested = 0

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
        close = self.near(name, [column.name for column in table.columns])
        self.add(location, code, source=table.name, column=name, near=close)
        return False

    def near(self, name: str, known: Collection[str]) -> str:
        """Return the known name that was probably meant; "" where none is near, and of one wrong name too many."""
        if self._suggested >= _SUGGESTIONS:
            return ""
        self._suggested += 1
        close = get_close_matches(name[:_LONGEST_NAME], known, n=1)
        return close[0] if close else ""
