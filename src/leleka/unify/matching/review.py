"""Which clusters people should look at before their records are joined.

A weak rule is one whose only column does not identify anybody: a phone, a name, an address. Where a cluster became too
large, or one shared value of a weak rule is all that holds two groups of it together, two customers kept apart do less
harm than two joined: these edges are left out, and reported as pairs. What holds is a value, not a pair: a phone that
two couples share is one piece of evidence, however many pairs it makes.

Parts are what the other rules have joined; an edge of a weak rule within a part changes nothing. A cluster is judged
once, as the rules made it.
"""

import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import orjson
from sqlglot import exp

from leleka.unify.matching.components import connect
from leleka.unify.matching.exact import Rule
from leleka.unify.matching.tables import EDGES, NUMBER, OTHER, RECORD, RULE, records
from leleka.unify.matching.weak_links import Link, holding
from leleka.unify.sql import CLUSTER, KEY, SOURCE, either, equal, how_many, named, same, table
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.sql.tables import column, count_where, empty, json_lines

MOST_RECORDS: Final = 20
REASON: Final = "reason"
SET_APART: Final = "unify_set_apart"  # cluster, rule, record, other, reason
STRONG: Final = "unify_strong"  # what the strong rules join: record, cluster
JOINED: Final = "unify_joined"  # the parts that weak rules join after the review: record, cluster
_FEWEST_HELD: Final = 4  # two groups of two
_LINKS: Final = "unify_links"
_PARTS: Final = "unify_parts"
_WHOLE: Final = "unify_whole"
_HELD: Final = "unify_held"
_PART: Final = "part"
_FROM: Final = "from"
_TO: Final = "to"
_SIZE: Final = "size"
_LINK: Final = (RULE, RECORD)
_EDGE: Final = (RULE, RECORD, OTHER)
_COLUMNS: Final = (*_EDGE, _FROM, _TO)  # of a link: an edge with the two parts that it joins
_SIDES: Final = {"near": RECORD, "far": OTHER}


class Reason(StrEnum):
    """Why a pair was set apart."""

    TOO_LARGE = "too large"
    WEAKLY_HELD = "weakly held"


@dataclass(frozen=True, slots=True)
class Review:
    """How many clusters were set apart, for either reason, and their pairs. ``still_too_large`` are those that strong
    rules alone make larger than the limit: they stay as they are.
    """

    too_large: int
    weakly_held: int
    pairs: int
    still_too_large: int


def weak_rules(rules: Sequence[Rule], identifying: Collection[str]) -> frozenset[int]:
    """Return the places of the rules whose only column is not one that identifies."""
    return frozenset(
        place
        for place, rule in enumerate(rules)
        if len(rule.columns) == 1 and rule.columns[0] not in identifying
    )


def review(session: Engine, weak: Collection[int], *, most_records: int = MOST_RECORDS) -> Review:
    """Make ``STRONG``, ``JOINED`` and ``SET_APART`` of ``RECORDS`` and ``EDGES``; return what there is to look at."""
    is_weak = exp.In(this=column(RULE), expressions=[exp.Literal.number(place) for place in sorted(weak)])
    strong = exp.select(column(RECORD), column(OTHER)).from_(EDGES)
    connect(session, strong.where(exp.not_(is_weak)) if weak else strong, STRONG)
    try:
        session.create_table(_LINKS, _links(is_weak) if weak else empty(dict.fromkeys(_COLUMNS, "BIGINT")))
        connect(session, _joins(), _WHOLE)
        session.create_table(_PARTS, _parts())
        _set_apart(session, most_records)
        is_left_out = exp.Exists(this=_among(SET_APART, _EDGE, "link"))
        connect(session, _joins().where(exp.not_(is_left_out)), JOINED)
        return _counted(session, most_records)
    finally:
        for name in (_LINKS, _WHOLE, _PARTS, _HELD):
            session.drop_table(name)


def write_pairs(session: Engine, path: str) -> int:
    """Write the pairs that were set apart to a Parquet file, each with its rule and why; return how many there are.

    Columns: ``source`` and ``key`` of the first record, ``other_source`` and ``other_key``, ``rule``, ``reason``, and
    ``cluster``, the same number for all pairs of what would be one cluster.
    """
    query = exp.select(
        *(column(name, "first") for name in (SOURCE, KEY)),
        named(column(SOURCE, "second"), "other_source"),
        named(column(KEY, "second"), "other_key"),
        *(column(name, "pair") for name in (RULE, REASON, CLUSTER)),
    ).from_(table(SET_APART, "pair"))
    for side, name in (("first", RECORD), ("second", OTHER)):
        query = query.join(records(side, SOURCE, KEY), on=equal(column(NUMBER, side), column(name, "pair")))
    return session.write(query.order_by(*(column(name, "pair") for name in (CLUSTER, *_EDGE))), path)


def _links(is_weak: exp.Expr) -> exp.Select:
    """Return the edges of weak rules between two parts, with these."""
    ends = [either(column(CLUSTER, side), column(name, "edge")) for side, name in _SIDES.items()]
    query = exp.select(
        *(column(name, "edge") for name in _EDGE),
        *(named(end, name) for end, name in zip(ends, (_FROM, _TO), strict=True)),
    ).from_(exp.select("*").from_(EDGES).where(is_weak).subquery("edge"))
    for side, name in _SIDES.items():
        on = equal(column(RECORD, side), column(name, "edge"))
        query = query.join(table(STRONG, side), on=on, join_type="left")
    return query.where(exp.NEQ(this=ends[0].copy(), expression=ends[1].copy()))


def _joins() -> exp.Select:
    """Return the links as edges between parts."""
    return exp.select(named(column(_FROM), RECORD), named(column(_TO), OTHER)).from_(table(_LINKS, "link"))


def _parts() -> exp.Select:
    """Return each part with the number of its records and the cluster that the rules make of it with others."""
    part = either(column(CLUSTER, "strong"), column(NUMBER, "one"))
    on = equal(column(RECORD, "strong"), column(NUMBER, "one"))
    parts = exp.select(named(part, _PART)).from_(records("one"))
    parts = parts.join(table(STRONG, "strong"), on=on, join_type="left")
    sizes = exp.select(column(_PART), named(how_many(), _SIZE)).from_(parts.subquery("parts"))
    sized = sizes.group_by(column(_PART)).subquery("sized")
    cluster = either(column(CLUSTER, "whole"), column(_PART, "sized"))
    query = exp.select(column(_PART, "sized"), column(_SIZE, "sized"), named(cluster, CLUSTER)).from_(sized)
    on = equal(column(RECORD, "whole"), column(_PART, "sized"))
    return query.join(table(_WHOLE, "whole"), on=on, join_type="left")


def _set_apart(session: Engine, most_records: int) -> None:
    too_large = exp.GT(this=exp.Sum(this=column(_SIZE)), expression=exp.Literal.number(most_records))
    session.create_table(SET_APART, _apart(_links_of(too_large), Reason.TOO_LARGE))
    with tempfile.TemporaryDirectory(dir=session.spill, prefix="links-") as folder:
        found = Path(folder) / "held.jsonl"
        _look_at(session, most_records, found)
        kinds = {RULE: "BIGINT", RECORD: "BIGINT"}
        session.create_table(_HELD, exp.select("*").from_(json_lines(str(found), kinds)))
    is_held = exp.Exists(this=_among(_HELD, _LINK, "link"))
    held = _links_of(exp.not_(too_large.copy())).where(is_held)
    session.insert(SET_APART, _apart(held, Reason.WEAKLY_HELD))


def _apart(links: exp.Select, reason: Reason) -> exp.Select:
    kept = (column(name, "links") for name in (CLUSTER, *_EDGE))
    return exp.select(*kept, named(exp.Literal.string(reason.value), REASON)).from_(links.subquery("links"))


def _links_of(condition: exp.Expr) -> exp.Select:
    """Return the links of the clusters for whose parts a condition holds, each with its cluster."""
    clusters = exp.select(column(CLUSTER)).from_(_PARTS).group_by(column(CLUSTER)).having(condition)
    query = exp.select(column(CLUSTER, "part"), *(column(name, "link") for name in _COLUMNS))
    query = query.from_(table(_LINKS, "link"))
    query = query.join(table(_PARTS, "part"), on=equal(column(_PART, "part"), column(_FROM, "link")))
    on = equal(column(CLUSTER, "wanted"), column(CLUSTER, "part"))
    return query.join(clusters.subquery("wanted"), on=on)


def _look_at(session: Engine, most_records: int, target: Path) -> None:
    """Write the links that hold a cluster together, as lines of JSON."""
    records = exp.Sum(this=column(_SIZE))
    judged = exp.Between(
        this=records, low=exp.Literal.number(_FEWEST_HELD), high=exp.Literal.number(most_records)
    )
    query = exp.select(
        *(column(name, "link") for name in (CLUSTER, *_COLUMNS)),
        named(column(_SIZE, "near"), "from_size"),
        named(column(_SIZE, "far"), "to_size"),
    ).from_(_links_of(judged).subquery("link"))
    for side, name in (("near", _FROM), ("far", _TO)):
        query = query.join(table(_PARTS, side), on=equal(column(_PART, side), column(name, "link")))
    rows = (row for chunk in session.chunks(query.order_by(column(CLUSTER, "link"))) for row in chunk)
    with target.open("wb") as file:
        for rule, record in _held(rows):
            file.write(orjson.dumps({RULE: rule, RECORD: record}, option=orjson.OPT_APPEND_NEWLINE))


def _held(rows: Iterator[tuple[Any, ...]]) -> Iterator[Link]:
    for _, of_cluster in groupby(rows, lambda row: row[0]):
        links: dict[Link, set[int]] = {}
        sizes: dict[int, int] = {}
        for _, rule, record, _, near, far, near_size, far_size in of_cluster:
            links.setdefault((rule, record), set()).update((near, far))
            sizes |= {near: near_size, far: far_size}
        yield from holding(links, sizes)


def _among(name: str, columns: Sequence[str], alias: str) -> exp.Select:
    found = exp.select(exp.Literal.number(1)).from_(table(name, "found"))
    return found.where(same(columns, "found", alias))


def _counted(session: Engine, most_records: int) -> Review:
    clusters = exp.select(column(CLUSTER), column(REASON)).from_(SET_APART)
    clusters = clusters.distinct()
    of_reason = [count_where(equal(column(REASON), exp.Literal.string(reason.value))) for reason in Reason]
    large, held = session.row(exp.select(*of_reason).from_(clusters.subquery("clusters")))
    (pairs,) = session.row(exp.select(how_many()).from_(SET_APART))
    is_large = exp.GT(this=column(_SIZE), expression=exp.Literal.number(most_records))
    (still,) = session.row(exp.select(count_where(is_large)).from_(_PARTS))
    return Review(int(large), int(held), int(pairs), int(still))
