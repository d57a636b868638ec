"""A concern: something that is wrong now, or waits for somebody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from leleka.errors import Problem


class ConcernKind(StrEnum):
    """What is wrong, the most pressing first, and causes before what follows from them.

    The values are part of the API, the metrics and the notices.
    """

    WORKER = "worker"
    DISK = "disk"
    CLOCK = "clock"
    QUEUE = "queue"
    SCHEDULE = "schedule"
    CONNECTION = "connection"
    SOURCE = "source"
    PROFILES = "profiles"
    MEASURE = "measure"
    SEGMENT = "segment"
    STALLED = "stalled"
    FAILED = "failed"
    SKIPPED = "skipped"
    LATE = "late"
    STALE = "stale"
    CONFIRMATION = "confirmation"
    SHRUNK = "shrunk"
    DETACHED = "detached"
    CHANNEL = "channel"
    RETRYING = "retrying"


class Severity(StrEnum):
    """*Critical*: people are not reached as was promised, or will not be. *Information* needs nobody yet."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFORMATION = "information"


_WARNINGS: Final = frozenset(
    {ConcernKind.CONFIRMATION, ConcernKind.SHRUNK, ConcernKind.DETACHED, ConcernKind.CHANNEL}
)


@dataclass(frozen=True, slots=True)
class Concern:
    """``subject`` is what it is about: ``export:7``, ``source:3``, ``connection:2``, ``schedule:system``, ``worker``.

    ``name`` is that of the subject, "" of the installation. ``problems`` say what is wrong and what to do, the first
    of them on pages; of a run that waits for confirmation ``text`` and ``text_told`` say why. ``run`` is the run to
    look at.
    """

    kind: ConcernKind
    subject: str
    name: str = ""
    problems: Sequence[Problem] = ()
    since: datetime | None = None
    run: int | None = None
    text: str = ""
    text_told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """Return the number of the subject; 0 where it has none."""
        number = self.subject.partition(":")[2]
        return int(number) if number.isdecimal() else 0

    @property
    def problem(self) -> Problem | None:
        return next(iter(self.problems), None)

    @property
    def severity(self) -> Severity:
        if self.kind is ConcernKind.RETRYING:
            return Severity.INFORMATION
        return Severity.WARNING if self.kind in _WARNINGS else Severity.CRITICAL


@dataclass(frozen=True, slots=True)
class Concerns:
    """Those of one kind: the first few, and how many there are in all."""

    kind: ConcernKind
    shown: Sequence[Concern]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.shown)
