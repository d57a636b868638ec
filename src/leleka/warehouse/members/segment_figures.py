"""What segments have in common, and how the members of one are spread over the values of a column."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from sqlglot import exp

from leleka.core.columns import Catalogue
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Snapshot
from leleka.warehouse.segments import PROFILE_ID, identity
from leleka.warehouse.sql.tables import column, count_where, parquet, with_measures

_MASK: Final = "mask"
_VALUE: Final = "value"
_MEMBERS: Final = "members"
_PEOPLE: Final = "people"
_CHUNK: Final = 1_000  # whole profiles: pages are answered beside
Value: TypeAlias = str | int | float | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Profiles:
    """The profiles with their measures: the catalogue, the files of its tables, and those of each measure."""

    catalogue: Catalogue
    tables: Mapping[str, str]
    measures: Mapping[str, str]

    def rows(self, names: Sequence[str]) -> exp.Expr:
        used = {name: files for name, files in self.measures.items() if name in names}
        key = self.catalogue.profile_table.primary_key or ""
        return with_measures(self.tables[self.catalogue.profiles], key, used, "profiles")


@dataclass(frozen=True, slots=True)
class Share:
    """How many members and how many of all profiles have a value; None is no value."""

    value: Value
    members: int
    people: int


def overlap(session: Engine, segments: Sequence[Snapshot]) -> dict[int, int]:
    """Return how many profiles are in exactly these segments: bit n of a key stands for the n-th segment."""
    each = [
        exp.select(column(PROFILE_ID), exp.alias_(exp.Literal.number(1 << place), _MASK, quoted=True)).from_(
            parquet(one.files)
        )
        for place, one in enumerate(segments)
    ]
    together: exp.Query = each[0]
    for one in each[1:]:
        together = exp.union(together, one, distinct=False)
    masks = (
        exp.select(exp.alias_(exp.Sum(this=column(_MASK)), _MASK, quoted=True))
        .from_(together.subquery("every"))
        .group_by(column(PROFILE_ID))
    )
    counted = exp.select(column(_MASK), exp.Count(this=exp.Star())).from_(masks.subquery("masks"))
    return {int(mask): int(people) for mask, people in session.rows(counted.group_by(column(_MASK)))}


def breakdown(
    session: Engine, members: Snapshot, profiles: Profiles, name: str, most: int
) -> tuple[list[Share], Share]:
    """Return the values that most members have, the most frequent first, and what is left over beyond ``most``."""
    is_member = exp.Not(this=exp.Is(this=column(PROFILE_ID, "m"), expression=exp.Null()))
    on = exp.EQ(this=column(PROFILE_ID, "m"), expression=identity(profiles.catalogue, "profiles"))
    value = column(name, "profiles")
    counted = (
        exp.select(
            exp.alias_(value, _VALUE, quoted=True),
            exp.alias_(count_where(is_member), _MEMBERS, quoted=True),
            exp.alias_(exp.Count(this=exp.Star()), _PEOPLE, quoted=True),
        )
        .from_(profiles.rows([name]))
        .join(parquet(members.files, "m"), on=on, join_type="left")
        .group_by(value.copy())
    )
    names = (column(_VALUE), column(_MEMBERS), column(_PEOPLE))
    order = (exp.Ordered(this=column(_MEMBERS), desc=True), exp.Ordered(this=column(_VALUE), desc=False))
    first = exp.select(*names).from_(counted.subquery("counted")).order_by(*order).limit(most)
    shares = [Share(value, int(some), int(every)) for value, some, every in session.rows(first)]
    sums = exp.select(exp.Sum(this=column(_MEMBERS)), exp.Sum(this=column(_PEOPLE)))
    some, every = session.row(sums.from_(counted.subquery("counted")))
    rest = Share(
        None,
        int(some or 0) - sum(one.members for one in shares),
        int(every or 0) - sum(one.people for one in shares),
    )
    return shares, rest


def whole(session: Engine, members: Snapshot, profiles: Profiles) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Yield chunks of the members' profiles, all columns in the order of the catalogue."""
    names = [one.name for one in profiles.catalogue.profile_table.columns]
    on = exp.EQ(this=column(PROFILE_ID, "m"), expression=identity(profiles.catalogue, "profiles"))
    rows = exp.select(*(column(name, "profiles") for name in names)).from_(profiles.rows(names))
    yield from session.chunks(rows.join(parquet(members.files, "m"), on=on, join_type="inner"), _CHUNK)
