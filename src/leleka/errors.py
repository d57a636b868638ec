"""What can go wrong, grouped by who must act.

    LelekaError
    ├── InvalidInput      the person who wrote the input: it is wrong and stays wrong until edited
    ├── NotFound          the person who named it: there is nothing of that name
    ├── Forbidden         the person who asked: an administrator would have to do it, or give them the right
    ├── Conflict          the person who asked: something else stands in the way right now
    ├── NeedsAttention    an administrator: a key, a right, a disk, a setting
    └── TryLater          nobody: the same thing may succeed later

Anything outside this tree is a bug: the run fails, the traceback is logged, nothing is retried blindly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a stable code, a sentence, where it is, what to do.

    ``message`` and ``where`` never hold a secret, and personal data in them is masked.
    """

    code: str
    message: str
    where: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"[{self.code}] {place}{self.message}{remedy}"


class LelekaError(Exception):
    """The root of the tree; carries one problem or several."""

    def __init__(self, code: str, message: str, *, where: str = "", remedy: str = "") -> None:
        self.problems: Sequence[Problem] = (Problem(code, message, where, remedy),)
        super().__init__(str(self.problems[0]))

    @property
    def code(self) -> str:
        return self.problems[0].code

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), tuple(self.problems)))


_E = TypeVar("_E", bound=LelekaError)


def _rebuild(kind: type[_E], problems: Sequence[Problem]) -> _E:
    error = kind.__new__(kind)
    error.problems = problems
    Exception.__init__(error, str(problems[0]))
    return error


class InvalidInput(LelekaError):
    """The input is wrong; editing it is the only remedy. May list many problems at once."""

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> "InvalidInput":
        return _rebuild(cls, tuple(problems))


class NotFound(LelekaError):
    """There is nothing of that name."""


class Forbidden(LelekaError):
    """Whoever asks has not the right."""


class Conflict(LelekaError):
    """Something else stands in the way: a live run, a stale edit, an object in use."""


class NeedsAttention(LelekaError):
    """An administrator must act: a refused key, a missing right, a full disk, a setting."""


class TryLater(LelekaError):
    """The same request may succeed later. ``retry_after`` is in seconds, None when nobody said."""

    def __init__(
        self, code: str, message: str, *, where: str = "", remedy: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(code, message, where=where, remedy=remedy)
        self.retry_after = retry_after
