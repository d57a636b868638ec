"""What can go wrong, grouped by who must act.

    LelekaError
    ├── InvalidInput      the person who wrote the input: it is wrong and stays wrong until edited
    ├── NotFound          the person who named it: there is nothing of that name
    ├── Forbidden         the person who asked: an administrator would have to do it, or give them the right
    ├── Conflict          the person who asked: something else stands in the way right now
    ├── NeedsAttention    an administrator: a key, a right, a disk, a setting
    └── TryLater          nobody: the same thing may succeed later
        └── Unavailable   nobody: what would have to answer does not, or not yet

An error says what is wrong by a key of the catalogue and named parameters: ``leleka.messages`` has the sentences, in
each language. Anything outside this tree is a bug: the run fails, the traceback is logged, nothing is retried blindly.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: which, where, and its parameters by name; never a sentence of ours.

    ``key`` is a code, or a code with one of its cases behind a dot: ``RULE_TYPE.date``. Parameters are values of
    JSON (texts, numbers, lists of texts) or another problem. ``where`` and parameters never hold a secret, and
    personal data in them is masked. ``written`` is message and remedy of a problem that was stored as words, by
    0.1.0 or by a version that worded it in another way: they are said as they are.
    """

    key: str
    where: str = ""
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)
    written: tuple[str, str] | None = None

    @classmethod
    def of(cls, key: str, where: str = "", /, **params: Any) -> "Problem":
        return cls(key, where, params)

    @property
    def code(self) -> str:
        """The part that stays the same for programs, whatever the case."""
        return self.key.partition(".")[0]

    def mapped(self, change: Callable[[str], str]) -> "Problem":
        """Return the problem with every text in it changed, as masking does; the key stays."""
        params = {name: _mapped(value, change) for name, value in self.params.items()}
        written = (change(self.written[0]), change(self.written[1])) if self.written else None
        return Problem(self.key, change(self.where), params, written)

    def __str__(self) -> str:
        """Tell it without the catalogue, for tracebacks and logs."""
        case = self.key.partition(".")[2]
        params = [f"{name}={_plain(value)}" for name, value in self.params.items()]
        told = " ".join(self.written) if self.written else ", ".join(filter(None, [case, *params]))
        place = f" {self.where}" if self.where else ""
        return f"[{self.code}]{place}{': ' if place and told else ' ' if told else ''}{told.strip()}"


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, Problem):
        return value.mapped(change)
    if isinstance(value, list | tuple):
        return [_mapped(one, change) for one in value]
    return change(value) if isinstance(value, str) else value


def _plain(value: object) -> str:
    return f"({value})" if isinstance(value, Problem) else repr(value)


class LelekaError(Exception):
    """The root of the tree; carries one problem or several."""

    def __init__(self, key: str, /, *, where: str = "", **params: Any) -> None:
        self.problems: Sequence[Problem] = (Problem(key, where, params),)
        super().__init__(str(self.problems[0]))

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> "Self":
        """Return the error with these problems, at least one."""
        return _rebuild(cls, tuple(problems))

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


class NotFound(LelekaError):
    """There is nothing of that name."""


class Forbidden(LelekaError):
    """Whoever asks does not have the permission."""


class Conflict(LelekaError):
    """Something else stands in the way: a live run, a stale edit, an object in use."""


class NeedsAttention(LelekaError):
    """An administrator must act: a refused key, a missing right, a full disk, a setting."""


class TryLater(LelekaError):
    """The same request may succeed later. ``retry_after`` is in seconds, None when nobody said."""

    retry_after: float | None = None

    def __init__(
        self, key: str, /, *, where: str = "", retry_after: float | None = None, **params: Any
    ) -> None:
        super().__init__(key, where=where, **params)
        self.retry_after = retry_after


class Unavailable(TryLater):
    """What would have to answer does not, or not yet; nobody asked too often."""
