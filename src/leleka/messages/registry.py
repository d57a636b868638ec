"""Kinds that are entry points of installed packages: each says what it is, and adds its words to the catalogue.

Entry points are found by every process that runs in the same environment, so that workers know a kind that somebody
installed as well as the process that was asked for it. A kind is imported when it is asked for.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Final, Generic, Protocol, TypeVar

import structlog

from leleka.errors import NeedsAttention, NotFound
from leleka.messages import problems, progress
from leleka.messages.terms import TERMS
from leleka.messages.wording import Wording

_OWN: Final = "leleka"  # the distribution whose kinds come first, and cannot be replaced by another's
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Words:
    """Problems by key, what connection tests say by code, and terms within sentences."""

    problems: Mapping[str, Wording] = field(default_factory=dict)
    progress: Mapping[str, str] = field(default_factory=dict)
    terms: Collection[str] = ()


def register(words: Words) -> None:
    """Add to the catalogue; once more does no harm. Raises ``ValueError`` where something is worded differently."""
    problems.register(words.problems)
    progress.register(words.progress)
    TERMS.update(words.terms)


class Kind(Protocol):
    """What a kind says of itself, whatever it is a kind of."""

    @property
    def kind(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def messages(self) -> Words: ...


K = TypeVar("K", bound=Kind)


class Kinds(Generic[K]):
    """The kinds of a group of entry points, each an instance of ``spec``.

    ``unknown`` makes the error for a name that no kind has, ``broken`` for a kind that cannot be loaded.
    """

    def __init__(
        self,
        group: str,
        spec: type[K],
        *,
        unknown: Callable[[list[str]], NotFound],
        broken: Callable[[str], NeedsAttention],
    ) -> None:
        self._group = group
        self._spec = spec
        self._unknown = unknown
        self._broken = broken
        self._loaded: dict[str, K] = {}

    @cached_property
    def _found(self) -> dict[str, EntryPoint]:
        found: dict[str, EntryPoint] = {}
        points = entry_points(group=self._group)
        for point in sorted(points, key=lambda one: (one.dist is None or one.dist.name != _OWN, one.name)):
            found.setdefault(point.name, point)
        return found

    @cached_property
    def _all(self) -> tuple[K, ...]:
        return tuple(kind for kind in map(self.find, self.names()) if kind is not None)

    def names(self) -> tuple[str, ...]:
        """Return the names of all kinds, Leleka's own first; imports none of them."""
        return tuple(self._found)

    def get(self, name: str) -> K:
        """Raises ``NotFound`` where no kind is called that, ``NeedsAttention`` where it cannot be loaded."""
        if name not in self._loaded:
            self._loaded[name] = self._load(name)
        return self._loaded[name]

    def find(self, name: str) -> K | None:
        """Return the kind of that name; None where there is none, or none that can be loaded."""
        try:
            return self.get(name)
        except (NotFound, NeedsAttention):
            return None

    def all(self) -> tuple[K, ...]:
        """Return every kind that can be loaded: one that cannot must not take the others' pages away."""
        return self._all

    def title_of(self, name: str) -> str:
        """Return how a kind is called; its bare name where it is no longer installed."""
        kind = self.find(name)
        return kind.title if kind else name

    def _load(self, name: str) -> K:
        point = self._found.get(name)
        if point is None:
            raise self._unknown(list(self.names()))
        try:
            kind = point.load()
        except Exception as error:
            log.exception("a kind cannot be loaded", group=self._group, kind=name)
            raise self._broken(name) from error
        if not isinstance(kind, self._spec) or kind.kind != name:
            raise self._broken(name)
        register(kind.messages)
        return kind
