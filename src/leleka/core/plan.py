"""The plan of a run: the selection, the rows that are due, and the outcome of each row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from leleka.core.columns import Table
from leleka.core.data_matching import DataMatching, Leavers
from leleka.core.messages import Message
from leleka.core.ports.destination import Exclusion
from leleka.core.statuses import Ended


class Kind(StrEnum):
    """Why a row is in the plan."""

    ADDED = "added"
    CHANGED = "changed"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Selection:
    """The input of an export, as pointers to snapshots and a frozen configuration.

    ``members`` are the segments' member snapshots; their union is selected. ``ledger`` is None before the
    first run. ``suppressed_here`` are the digests of the account's own suppression set: SHA-256 in hex of
    salt, colon, address. ``elsewhere`` are (members, addresses) of the other exports to the same list: people
    in them have not left. ``exclusions`` are what the destination itself does not take into the list. ``measures`` are
    the (name, snapshot) of those columns of the table that are not in the profiles' own snapshot.
    """

    name: str
    profiles: str
    table: Table
    addresses: str
    members: tuple[str, ...]
    matching: DataMatching
    leavers: Leavers
    ledger: str | None = None
    resend_refused: bool = False
    elsewhere: tuple[tuple[str, str], ...] = ()
    suppressed_here: tuple[str, ...] = ()
    salt: str = ""
    exclusions: tuple[Exclusion, ...] = ()
    measures: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DueRow:
    """A row that differs from the ledger. ``values`` are in the order of the matching's lines."""

    profile_id: str
    address: str
    kind: Kind
    fingerprint: str
    values: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A due row, ready to send. ``seq`` and ``contact`` are None if nothing is to be sent.

    ``code`` and ``detail`` say why a row was rejected; ``warnings`` are codes of fields that were left out.
    """

    due: DueRow
    seq: int | None
    contact: bytes | None
    code: str = ""
    detail: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Rows ``first`` to ``last`` of a plan, both included."""

    first: int
    last: int

    @property
    def rows(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of the rows of a span. Spans of one run's verdicts do not overlap.

    ``doubted`` rows were refused in the end, but an earlier copy of them may have been applied.
    """

    span: Span
    ended: Ended
    code: str = ""
    detail: str = ""
    doubted: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of a plan or a run, computed by a query over its rows.

    ``excluded``, ``rejected`` and ``not_attempted`` count by code, ``warnings`` by code of a field left out.
    ``left`` are leavers by what became of them; they are not part of ``selected``.
    """

    selected: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    delivered: int = 0
    unconfirmed: int = 0
    excluded: Mapping[str, int] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)
    not_attempted: Mapping[str, int] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)
    warnings: Mapping[str, int] = field(default_factory=dict)

    def accounted(self) -> int:
        """Return the sum of all lines of the report; equals ``selected`` when nobody was lost."""
        by_code = (self.excluded, self.rejected, self.not_attempted)
        return (
            self.delivered + self.unchanged + self.unconfirmed + sum(sum(group.values()) for group in by_code)
        )


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan on disk. ``known`` is how many people the ledger held as members before it; ``notes`` is what else is to
    be known of it.
    """

    reference: str
    counts: Counts
    known: int
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class SettledRun:
    """A run's outcomes on disk. ``ledger`` is None where the ledger did not change; ``notes`` is what came up since the
    plan.
    """

    outcomes: str
    ledger: str | None
    counts: Counts
    notes: tuple[Message, ...] = ()
