"""What source connections are asked for and shown as."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from leleka.core.ports.destination import Check, CheckStatus
from leleka.core.ports.setting import Setting
from leleka.services.connections.queries import SecretView


@dataclass(frozen=True, slots=True)
class SourceConnectionForm:
    """What somebody wants a connection to be.

    ``settings`` are those of its kind by name: what is left out and an empty secret stay as they are. ``shared_with``
    are the tables or paths that contributors may make sources of; one that ends in ``*`` is a beginning.
    """

    name: str
    type: str
    settings: Mapping[str, str] = field(repr=False)
    shared_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UsingSource:
    """A source that is read through a connection."""

    id: int
    name: str
    managed_by_file: str


@dataclass(frozen=True, slots=True)
class SourceConnectionView:
    """``settings`` are without the secrets, of which ``secrets`` tells only that they are there."""

    id: int
    name: str
    type: str
    title: str
    settings: Mapping[str, str]
    secrets: Mapping[str, SecretView]
    shared_with: tuple[str, ...]
    last_check: tuple[Check, ...]
    checked_at: datetime | None
    sources: tuple[UsingSource, ...]
    created_at: datetime
    managed_by_file: str
    version: int

    @property
    def address(self) -> str:
        """The one setting that tells a reader where it leads."""
        return next(iter(self.settings.values()), "")

    @property
    def failed(self) -> Check | None:
        """The step of the last test that failed."""
        return next((one for one in self.last_check if one.standing is CheckStatus.FAILED), None)


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A kind of source one can connect to: its settings, and in ``words`` how the steps of a test are called."""

    kind: str
    title: str
    fields: Sequence[Setting]
    words: Mapping[str, str]
    tables: bool
    queries: bool
    translate: Callable[[str, str], str | None]  # a text, a language; None where the catalogue knows better


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What a test found, step by step, and whether all is well."""

    steps: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        return all(step.standing is CheckStatus.PASSED for step in self.steps)
