"""The ids of customers, from build to build: a cluster keeps the id that most of its records had.

Clusters and ids choose each other. A cluster prefers the id that more of its records had, then the one that had more
records in the last build, then the smaller one; an id goes to the cluster that has more of its records, then to the one
with the smaller number. What is best for both sides is settled by one query, which is nearly everything. What is left,
where records of several customers were shuffled among several clusters, is settled one by one, the strongest claim
first. Both ways have the same result, because both sides count the same records.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import orjson
from sqlglot import exp

from leleka.unify.sql import CLUSTER, KEY, SOURCE, equal, how_many, named, same, table
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.sql.scope import is_null
from leleka.warehouse.sql.tables import column, count_where, empty, json_lines, parquet

CUSTOMER: Final = "customer_id"
SEEN: Final = "seen"
PREVIOUS: Final = "previous_id"
REASON: Final = "reason"
_RECORD: Final = (SOURCE, KEY)
_ASSIGNMENT: Final = {SOURCE: "VARCHAR", KEY: "VARCHAR", CUSTOMER: "VARCHAR", SEEN: "BIGINT"}
_GIVEN_KINDS: Final = {CLUSTER: "BIGINT", CUSTOMER: "VARCHAR"}
_NOW: Final = "ids_now"  # this build's records with their clusters
_LAST: Final = "ids_last"  # the last assignment, as far as it is remembered
_CLAIMS: Final = "ids_claims"  # cluster, customer_id, votes, size
_GIVEN: Final = "ids_given"  # cluster, customer_id
_VOTES: Final = "votes"
_SIZE: Final = "size"


class Reason(StrEnum):
    """Why records have another id than before."""

    MERGED = "merged"  # nobody has the old id any more
    SPLIT = "split"  # the old id went on with other records


@dataclass(frozen=True, slots=True)
class Build:
    """One build. Its number is higher than those before; records last seen before ``kept_since`` are forgotten."""

    number: int
    clusters: str  # Parquet files: source, key, and the cluster, a number; smaller ones come first
    last: str | None  # the assignment that the last build wrote
    kept_since: int = 0


@dataclass(frozen=True, slots=True)
class Assigned:
    """How many customers there are, how many of them have a new id, and the pairs of ids by reason. ``gone`` are the
    ids of the last build of whose records none is here any more.
    """

    customers: int
    new: int
    merged: int
    split: int
    gone: int


def assign(
    session: Engine, build: Build, new_id: Callable[[], str], assignment: str, previous: str
) -> Assigned:
    """Write two Parquet files: which record has which id, and which id came from which.

    ``assignment`` has ``source``, ``key``, ``customer_id`` and ``seen``, the number of the build in which the record
    was last there: records that are gone stay, and have their old id when they return. ``previous`` has
    ``customer_id``, ``previous_id`` and ``reason`` of all records that have another id than before. ``new_id`` is
    called once for each cluster that inherits none, in the order of the clusters.
    """
    try:
        session.create_table(_NOW, _select(*_RECORD, CLUSTER).from_(parquet(build.clusters)))
        session.create_table(_LAST, _remembered(build))
        session.create_table(_CLAIMS, _claims())
        session.create_table(_GIVEN, _best_for_both())
        with tempfile.TemporaryDirectory(dir=session.spill, prefix="ids-") as folder:
            _give(session, _contested(session), Path(folder) / "contested.jsonl")
            new = _give(session, _new(session, new_id), Path(folder) / "new.jsonl")
        session.write(_assignment(build.number), assignment)
        session.write(_previous(), previous)
        return _counted(session, new, previous)
    finally:
        for name in (_NOW, _LAST, _CLAIMS, _GIVEN):
            session.drop_table(name)


def _select(*names: str) -> exp.Select:
    return exp.select(*map(column, names))


def _is_in(name: str, columns: Iterable[str], alias: str) -> exp.Exists:
    found = exp.select(exp.Literal.number(1)).from_(table(name, "found"))
    return exp.Exists(this=found.where(same(columns, "found", alias)))


def _remembered(build: Build) -> exp.Select:
    if build.last is None:
        return empty(_ASSIGNMENT)
    is_kept = exp.GTE(this=column(SEEN), expression=exp.Literal.number(build.kept_since))
    return _select(*_ASSIGNMENT).from_(parquet(build.last)).where(is_kept)


def _claims() -> exp.Select:
    """Return for each cluster the ids that its records had, with the number of these and that of the last build."""
    sizes = exp.select(column(CUSTOMER), named(how_many(), _SIZE)).from_(_LAST)
    sizes = sizes.where(_is_of_last_build()).group_by(column(CUSTOMER))
    votes = exp.select(column(CLUSTER, "now"), column(CUSTOMER, "last"), named(how_many(), _VOTES))
    votes = votes.from_(table(_NOW, "now")).join(table(_LAST, "last"), on=same(_RECORD, "now", "last"))
    votes = votes.group_by(column(CLUSTER, "now"), column(CUSTOMER, "last"))
    size = exp.Coalesce(this=column(_SIZE, "sizes"), expressions=[exp.Literal.number(0)])
    query = exp.select(*(column(name, "votes") for name in (CLUSTER, CUSTOMER, _VOTES)), named(size, _SIZE))
    query = query.from_(votes.subquery("votes"))
    return query.join(sizes.subquery("sizes"), on=same([CUSTOMER], "votes", "sizes"), join_type="left")


def _is_of_last_build() -> exp.Expr:
    return equal(column(SEEN), exp.select(exp.Max(this=column(SEEN))).from_(_LAST).subquery())


def _by_strength() -> list[exp.Expr]:
    """Return the order of claims: of one cluster as well as of one id, for which the size is the same for all."""
    larger = [exp.Ordered(this=column(name), desc=True, nulls_first=False) for name in (_VOTES, _SIZE)]
    return [*larger, *(exp.Ordered(this=column(name)) for name in (CUSTOMER, CLUSTER))]


def _best_for_both() -> exp.Select:
    places = {
        name: exp.Window(
            this=exp.RowNumber(), partition_by=[column(name)], order=exp.Order(expressions=_by_strength())
        )
        for name in (CLUSTER, CUSTOMER)
    }
    placed = _select(CLUSTER, CUSTOMER).from_(_CLAIMS)
    placed = placed.select(*(named(place, f"place of {name}") for name, place in places.items()))
    first = (equal(column(f"place of {name}"), exp.Literal.number(1)) for name in places)
    return _select(CLUSTER, CUSTOMER).from_(placed.subquery("placed")).where(exp.and_(*first))


def _contested(session: Engine) -> Iterator[tuple[int, str]]:
    """Yield what is left, by strength, where neither the cluster nor the id has found another one."""
    free = exp.and_(*(exp.not_(_is_in(_GIVEN, [name], "claim")) for name in (CLUSTER, CUSTOMER)))
    query = exp.select(column(CLUSTER), column(CUSTOMER)).from_(table(_CLAIMS, "claim")).where(free)
    clusters: set[int] = set()
    customers: set[str] = set()
    for chunk in session.chunks(query.order_by(*_by_strength())):
        for cluster, customer in chunk:
            if cluster not in clusters and customer not in customers:
                clusters.add(cluster)
                customers.add(customer)
                yield cluster, customer


def _new(session: Engine, new_id: Callable[[], str]) -> Iterator[tuple[int, str]]:
    query = exp.select(column(CLUSTER, "now")).distinct().from_(table(_NOW, "now"))
    query = query.where(exp.not_(_is_in(_GIVEN, [CLUSTER], "now"))).order_by(column(CLUSTER, "now"))
    for chunk in session.chunks(query):
        for (cluster,) in chunk:
            yield cluster, new_id()


def _give(session: Engine, given: Iterator[tuple[int, str]], staging: Path) -> int:
    """Add to ``_GIVEN``, by way of a file: while rows are read, the engine takes none. Return how many there were."""
    count = 0
    with staging.open("wb") as file:
        for cluster, customer in given:
            line = {CLUSTER: cluster, CUSTOMER: customer}
            file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    if count:
        session.insert(_GIVEN, _select(CLUSTER, CUSTOMER).from_(json_lines(str(staging), _GIVEN_KINDS)))
    return count


def _assignment(number: int) -> exp.Query:
    seen = exp.cast(exp.Literal.number(number), "BIGINT")
    there = exp.select(
        *(column(name, "now") for name in _RECORD), column(CUSTOMER, "given"), named(seen, SEEN)
    )
    there = there.from_(table(_NOW, "now"))
    there = there.join(table(_GIVEN, "given"), on=same([CLUSTER], "now", "given"))
    gone = exp.select(*(column(name, "last") for name in _ASSIGNMENT)).from_(table(_LAST, "last"))
    gone = gone.where(exp.not_(_is_in(_NOW, _RECORD, "last")))
    every = exp.union(there, gone, distinct=False).subquery("every")
    return _select(*_ASSIGNMENT).from_(every).order_by(*map(column, _RECORD))


def _previous() -> exp.Select:
    """Return the ids that came to another one: split where the old id went on, merged where nobody has it now."""
    is_gone = is_null(column(CLUSTER, "elsewhere"))
    split, merged = (exp.Literal.string(reason.value) for reason in (Reason.SPLIT, Reason.MERGED))
    pairs = exp.select(
        column(CUSTOMER, "given"),
        named(column(CUSTOMER, "claim"), PREVIOUS),
        named(exp.case().when(is_gone, merged).else_(split), REASON),
    ).from_(table(_CLAIMS, "claim"))
    pairs = pairs.join(table(_GIVEN, "given"), on=same([CLUSTER], "claim", "given"))
    on = same([CUSTOMER], "claim", "elsewhere")
    pairs = pairs.join(table(_GIVEN, "elsewhere"), on=on, join_type="left")
    pairs = pairs.where(exp.NEQ(this=column(CUSTOMER, "claim"), expression=column(CUSTOMER, "given")))
    ordered = _select(CUSTOMER, PREVIOUS, REASON).from_(pairs.subquery("pairs"))
    return ordered.order_by(column(CUSTOMER), column(PREVIOUS))


def _counted(session: Engine, new: int, previous: str) -> Assigned:
    (customers,) = session.row(exp.select(how_many()).from_(_GIVEN))
    of_reason = [
        count_where(equal(column(REASON), exp.Literal.string(reason.value)))
        for reason in (Reason.MERGED, Reason.SPLIT)
    ]
    merged, split = session.row(exp.select(*of_reason).from_(parquet(previous)))
    ids = exp.select(column(CUSTOMER)).distinct().from_(_LAST).where(_is_of_last_build()).subquery("old")
    # Whoever has a record here has a claim, be it one that another id won.
    is_gone = exp.not_(_is_in(_CLAIMS, [CUSTOMER], "old"))
    (gone,) = session.row(exp.select(how_many()).from_(ids).where(is_gone))
    return Assigned(int(customers), new, int(merged), int(split), int(gone))
