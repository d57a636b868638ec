"""Where a condition stands: the files behind the tables and the sets of profiles, today, and the queries around it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sqlglot import exp

from leleka.core.columns import NUMERIC
from leleka.core.rules.model import Hop
from leleka.warehouse.sql.tables import column, with_measures


@dataclass(frozen=True, slots=True)
class Measured:
    """The measures that are columns of the table of profiles: their files by name, and the key they are found by."""

    table: str = ""
    key: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListFiles:
    """A list's entries, texts in column ``entry``: keys of profiles, or, where there is a book, normalised e-mail
    addresses; it has the ``profile_id`` of each ``email_key``.
    """

    entries: str
    book: str = ""


@dataclass(frozen=True, slots=True)
class ProfileSets:
    """The members of segments by name, texts in column ``profile_id``, and lists by name."""

    segments: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, ListFiles] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """``only`` is the key of the one profile that is asked about, as text: then of related rows no others are read."""

    tables: Mapping[str, str]
    today: date
    level: int = 0
    measured: Measured = field(default_factory=Measured)
    sets: ProfileSets = field(default_factory=ProfileSets)
    only: str = ""

    @property
    def alias(self) -> str:
        return f"t{self.level}"

    @property
    def profile_id(self) -> exp.Expr:
        """Return the key of the profile at this place, as text."""
        return exp.cast(self.column(self.measured.key), "varchar")

    @property
    def is_only(self) -> exp.Expr:
        """Return the condition that the profile at this place is the one that is asked about."""
        return exp.EQ(this=self.profile_id, expression=exp.Literal.string(self.only))

    def further(self, levels: int = 1) -> "Scope":
        return replace(self, level=self.level + levels)

    def column(self, name: str) -> exp.Column:
        # Always with the table: a column missing from a file must fail, not be found in the query outside.
        return column(name, self.alias)

    def table(self, name: str) -> exp.Expr:
        measures = self.measured.files if name == self.measured.table else {}
        return with_measures(self.tables[name], self.measured.key, measures, self.alias)


def hop_keys(hop: Hop, outer: Scope, inner: Scope) -> tuple[exp.Expr, exp.Expr]:
    """Return the two keys of a hop, as values that can be compared."""
    here, there = hop.here, hop.there
    keys = outer.column(here.name), inner.column(there.name)
    if here.type is there.type or {here.type, there.type} <= NUMERIC:
        return keys
    return exp.cast(keys[0], "varchar"), exp.cast(keys[1], "varchar")


def is_null(value: exp.Expr) -> exp.Expr:
    return exp.Is(this=value.copy(), expression=exp.null())


def is_there(value: exp.Expr) -> exp.Expr:
    return exp.not_(is_null(value), copy=False)
