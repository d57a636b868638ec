"""Exact rules: two records match that have the same values in all columns of a rule.

Of a value that n records share come n - 1 edges, from the smallest of them to each other one: that joins them as well
as all their pairs would, which are n(n - 1)/2. A value that very many records share (a shop's own phone, the address
of an office) says nothing of who they are: it gives no edge, and is reported.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlglot import exp

from leleka.unify.matching.tables import EDGES, NUMBER, OTHER, RECORD, RECORDS, RULE, records
from leleka.unify.sql import KEY, SOURCE, how_many, named, same, table
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.sql.scope import is_there
from leleka.warehouse.sql.tables import column, count_where, empty, parquet

MOST_SHARING: Final = 50
_REPORTED: Final = 10
_GROUPS: Final = "unify_groups"
_FIRST: Final = "leleka first"
_SHARING: Final = "leleka sharing"


@dataclass(frozen=True, slots=True)
class Rule:
    """Two records match when all of these columns are there and equal."""

    name: str
    columns: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.columns or len(set(self.columns)) != len(self.columns):
            raise ValueError(f"a rule names its columns, each once: {self.name}")


@dataclass(frozen=True, slots=True)
class SharedValue:
    """A value that too many records share. ``values``, one for each column of the rule, are personal data."""

    records: int
    values: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class RuleEdges:
    """What a rule found: its edges, and the values that it dropped with the records that have them."""

    rule: Rule
    edges: int
    dropped_values: int
    dropped_records: int
    most_shared: tuple[SharedValue, ...]  # the ten that most records share


def number_records(session: Engine, files: str, rules: Sequence[Rule]) -> None:
    """Make ``RECORDS`` of the Parquet files in which each row is a record with its values in normal form."""
    evidence = sorted({name for rule in rules for name in rule.columns} - {SOURCE, KEY})
    rows = exp.select(*map(column, (SOURCE, KEY, *evidence))).from_(parquet(files))
    session.create_table(RECORDS, rows.order_by(column(SOURCE), column(KEY)))


def find_edges(
    session: Engine, rules: Sequence[Rule], *, most_sharing: int = MOST_SHARING
) -> tuple[RuleEdges, ...]:
    """Make ``EDGES`` of ``RECORDS``, each with the place of its rule; return what each rule found.

    A pair that several rules join has an edge of each; the first of them explains it. A value that more than
    ``most_sharing`` records have is dropped.
    """
    session.create_table(EDGES, empty({RECORD: "BIGINT", OTHER: "BIGINT", RULE: "INT"}))
    try:
        return tuple(_find(session, place, rule, most_sharing) for place, rule in enumerate(rules))
    finally:
        session.drop_table(_GROUPS)


def _find(session: Engine, place: int, rule: Rule, most_sharing: int) -> RuleEdges:
    session.create_table(_GROUPS, _groups(rule))
    is_dropped = exp.GT(this=column(_SHARING), expression=exp.Literal.number(most_sharing))
    session.insert(EDGES, _edges(place, rule, most_sharing))
    others = exp.Sub(this=column(_SHARING), expression=exp.Literal.number(1))
    edges = exp.Sum(this=exp.case().when(is_dropped, exp.Literal.number(0)).else_(others))
    records = exp.Sum(this=exp.case().when(is_dropped.copy(), column(_SHARING)))
    counts = exp.select(edges, count_where(is_dropped.copy()), records).from_(_GROUPS)
    found, values, dropped = (int(number or 0) for number in session.row(counts))
    most = exp.select(column(_SHARING), *map(column, rule.columns)).from_(_GROUPS).where(is_dropped.copy())
    by_size = exp.Ordered(this=column(_SHARING), desc=True, nulls_first=False)
    rows = session.rows(most.order_by(by_size, column(_FIRST)).limit(_REPORTED)) if values else []
    shared = tuple(SharedValue(int(row[0]), tuple(row[1:])) for row in rows)
    return RuleEdges(rule, found, values, dropped, shared)


def _groups(rule: Rule) -> exp.Select:
    """Return each value that several records share, with the first of them and their number."""
    there = exp.and_(*(is_there(column(name)) for name in rule.columns))
    values = [column(name) for name in rule.columns]
    first = named(exp.Min(this=column(NUMBER)), _FIRST)
    several = exp.GT(this=how_many(), expression=exp.Literal.number(1))
    query = (
        exp.select(*values, first, named(how_many(), _SHARING))
        .from_(records("one", *rule.columns))
        .where(there)
    )
    return query.group_by(*(value.copy() for value in values)).having(several)


def _edges(place: int, rule: Rule, most_sharing: int) -> exp.Select:
    query = exp.select(
        named(column(_FIRST, "shared"), RECORD),
        named(column(NUMBER, "one"), OTHER),
        named(exp.Literal.number(place), RULE),
    )
    is_evidence = exp.LTE(this=column(_SHARING, "shared"), expression=exp.Literal.number(most_sharing))
    is_other = exp.NEQ(this=column(_FIRST, "shared"), expression=column(NUMBER, "one"))
    query = query.from_(records("one", *rule.columns))
    query = query.join(table(_GROUPS, "shared"), on=same(rule.columns, "one", "shared"))
    return query.where(exp.and_(is_evidence, is_other))
