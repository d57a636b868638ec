"""What is told of data sources: frozen records, with less in them for whoever may not see personal data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from leleka.core.column_classes import ColumnClass
from leleka.core.messages import Message


@dataclass(frozen=True, slots=True)
class SourceUse:
    """Who uses a source: it cannot be removed while somebody does."""

    relationships: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    exports: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.relationships, *self.segments, *self.exports)


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source. ``files`` are paths, names alone for viewers; ``upload`` is the number of an uploaded file, or those of
    several, and ``file`` their names. ``locked_by`` are the exports whose right the reader lacks: while there are any,
    the source is not theirs to change.
    """

    id: int
    name: str
    files: tuple[str, ...]
    upload: int | Sequence[int] | None
    file: str
    connection: str | None
    table: str | None
    query: str | None
    changed_since: Mapping[str, Any] | None
    format: str | None
    delimiter: str | None
    encoding: str | None
    sheet: str | None
    header_row: int | None
    types: Mapping[str, Mapping[str, Any]]
    primary_key: str | None
    updated_at: str | None
    email: str | None
    max_age_hours: int | None
    profiles: bool
    rows: int
    rows_before: int | None
    columns: int
    notes: tuple[Message, ...]
    refreshed_at: datetime | None
    changed_at: datetime | None
    used_by: SourceUse
    managed_by_file: str
    version: int
    locked_by: tuple[str, ...] = ()

    @property
    def editable(self) -> bool:
        return not self.managed_by_file and not self.locked_by

    def is_late(self, now: datetime) -> bool:
        """Return whether nothing changed for longer than was promised."""
        if not self.max_age_hours or self.changed_at is None:
            return False
        return self.changed_at + timedelta(hours=self.max_age_hours) < now


@dataclass(frozen=True, slots=True)
class ReadingView:
    """What one reading of a source changed; None where rows cannot be told apart, or nothing was there before."""

    read_at: datetime
    rows: int
    added: int | None
    removed: int | None
    changed: int | None
    columns_added: tuple[str, ...]
    columns_removed: tuple[str, ...]
    columns_retyped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValueCount:
    value: str
    rows: int


@dataclass(frozen=True, slots=True)
class ValueBars:
    """How many values lie in each of as many equal parts from ``low`` to ``high``."""

    low: str = ""
    high: str = ""
    bars: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table as it was last read. ``examples`` are masked by its class for viewers."""

    name: str
    type: str
    column_class: ColumnClass
    declared: bool
    filled: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableView:
    """A table with its columns, and its first rows in the order of the columns."""

    id: int
    name: str
    rows: int
    primary_key: str | None
    profiles: bool
    columns: tuple[TableColumn, ...]
    first: Sequence[Sequence[str]]
    masked: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A folder or a file below the allowed folders."""

    name: str
    path: str
    folder: bool
    size: int


@dataclass(frozen=True, slots=True)
class Places:
    """What lies in a folder; ``above`` is the folder that it is in, "" of the list of allowed folders."""

    path: str
    above: str
    places: tuple[Place, ...]
    more: int  # that are not listed


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person says of a source whose columns they saw. ``types`` has values of a form: ``date|%d.%m.%Y``, "" for
    what was found; ``classes`` what each column contains.
    """

    name: str
    types: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    primary_key: str = ""
    updated_at: str = ""
    email: str = ""
    profiles: bool = False
    max_age_hours: int | None = None
    changed_since: str = ""  # a column of a table
    whole_every: str = ""  # as ``core.schedules.whole_readings`` has it
    version: int = 0  # of the source that is changed
