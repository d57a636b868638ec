"""Tables, columns and their types, as all packages use them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ColumnType(StrEnum):
    """The six types that a source column can have."""

    TEXT = "text"
    INTEGER = "integer"  # 64-bit signed
    NUMBER = "number"  # 64-bit float
    DATE = "date"
    DATETIME = "datetime"  # UTC, microseconds
    BOOLEAN = "boolean"


NUMERIC = frozenset({ColumnType.INTEGER, ColumnType.NUMBER})
TEMPORAL = frozenset({ColumnType.DATE, ColumnType.DATETIME})


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name exactly as in the file's header, and its type."""

    name: str
    type: ColumnType


@dataclass(frozen=True, slots=True)
class Table:
    """A source table. ``primary_key`` is set on the profile table, and on others where one was declared."""

    name: str
    columns: tuple[Column, ...]
    primary_key: str | None = None

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True)
class Relationship:
    """Many rows of ``table`` (by ``column``) belong to one row of ``to_table`` (by ``to_column``)."""

    name: str
    table: str
    column: str
    to_table: str
    to_column: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What rules may refer to: the tables, the relationships, and which table holds the profiles; other segments, and
    lists of profiles, by their names.
    """

    profiles: str
    tables: Mapping[str, Table] = field(default_factory=dict)
    relationships: Mapping[str, Relationship] = field(default_factory=dict)
    segments: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()

    @property
    def profile_table(self) -> Table:
        return self.tables[self.profiles]
