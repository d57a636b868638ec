from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from leleka.core.column_classes import ColumnClass
from leleka.core.rules.model import Rule


@dataclass(frozen=True, slots=True)
class FoundCustomer:
    """A customer in a list: ``id`` is the reference they are opened by, ``values`` are in the order of the columns."""

    id: str
    title: str
    values: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class FoundCustomers:
    """A page of customers. ``next`` is what to go on after, None on the last page.

    ``indexed``: words can be looked for; ``since`` is when the index was made where the profiles were read again since.
    ``columns`` are those shown, ``searched`` those looked in: a viewer's are fewer.
    """

    items: tuple[FoundCustomer, ...]
    next: int | None
    columns: tuple[str, ...]
    searched: tuple[str, ...]
    indexed: bool
    since: datetime | None
    masked: bool
    profiles: int


@dataclass(frozen=True, slots=True)
class Within:
    """Among whom customers are looked for: a segment or a list, with the rule that holds for who is in it and its
    snapshot; ``column`` is that of a list's addresses.
    """

    name: str
    rule: Rule
    snapshot: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where values come from: a table, its files or the connection that it is read through, and when it was read."""

    table: str
    place: str
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class ValueView:
    """A value of a customer. ``value`` is None where there is none."""

    name: str
    value: str | None = field(repr=False)
    column_class: ColumnClass
    origin: Origin


@dataclass(frozen=True, slots=True)
class MeasureValue:
    name: str
    value: str | None = field(repr=False)
    calculated_at: datetime | None


@dataclass(frozen=True, slots=True)
class SegmentOfCustomer:
    id: int
    name: str
    evaluated_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExportOfCustomer:
    """An export and a customer. ``selected``: in one of its segments as last evaluated. ``state`` is what the ledger
    says of their address: member, left, unsubscribed or unconfirmed, "" where it knows nothing; ``refused`` is why the
    destination refused them last. ``run`` is the last one with outcomes; ``ended``, ``code`` and ``detail`` are theirs.
    """

    id: int
    name: str
    connection: str
    target: str
    address: str = field(repr=False)
    selected: bool
    state: str
    refused: str
    suppressed: bool
    run: int | None = None
    ran_at: datetime | None = None
    ended: str = ""
    code: str = ""
    detail: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RelatedRow:
    """A row that belongs to a customer; ``at`` is the time in it as text, "" where it has none."""

    table: str
    at: str
    values: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RelatedTable:
    """How many rows of a table belong to a customer; ``more``: at least so many."""

    table: str
    rows: int
    more: bool
    origin: Origin


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of the rows that belong to a customer, the newest first; rows without a time come last."""

    tables: tuple[RelatedTable, ...]
    table: str
    rows: tuple[RelatedRow, ...]
    page: int
    pages: int
    masked: bool


@dataclass(frozen=True, slots=True)
class CustomerView:
    """``id`` is the reference, ``key`` the value of the primary key. ``suppressed`` are accounts to which nothing is
    sent for them, ``timeline`` is the first page of the rows that belong to them.
    """

    id: str
    key: str = field(repr=False)
    title: str = field(repr=False)
    values: tuple[ValueView, ...] = field(repr=False)
    measures: tuple[MeasureValue, ...] = field(repr=False)
    segments: tuple[SegmentOfCustomer, ...]
    exports: tuple[ExportOfCustomer, ...]
    suppressed: tuple[str, ...]
    timeline: Timeline
    masked: bool


@dataclass(frozen=True, slots=True)
class SearchChoice:
    """The columns in which words may be looked for, and those that are; ``chosen`` is False for the default."""

    columns: Mapping[str, bool]
    chosen: bool
    version: int
    source: int
