"""From records to clusters: the rules, what is left to review, and who is whose."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlglot import exp

from leleka.unify.matching import exact, review
from leleka.unify.matching.components import clusters_of
from leleka.unify.matching.exact import Rule, RuleEdges
from leleka.unify.matching.review import Review
from leleka.unify.matching.tables import CLUSTERS, NUMBER, RECORD, records
from leleka.unify.sql import CLUSTER, KEY, SOURCE, equal, how_many, named, table
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.sql.tables import column


@dataclass(frozen=True, slots=True)
class Limits:
    """How many records may share a value that is evidence, and how many a cluster may have without a review."""

    sharing: int = exact.MOST_SHARING
    records: int = review.MOST_RECORDS


@dataclass(frozen=True, slots=True)
class Matched:
    """How many records and clusters there are, what each rule found, and what people should look at."""

    records: int
    clusters: int
    rules: tuple[RuleEdges, ...]
    review: Review


def match(
    session: Engine,
    files: str,
    rules: Sequence[Rule],
    *,
    identifying: Collection[str],
    limits: Limits | None = None,
) -> Matched:
    """Make ``CLUSTERS`` of the records in Parquet files; the other tables of matching stay for whoever asks why.

    ``identifying`` are the columns that one customer alone has a value of, such as an e-mail address or the number of
    a customer card.
    """
    limits = limits or Limits()
    exact.number_records(session, files, rules)
    found = exact.find_edges(session, rules, most_sharing=limits.sharing)
    weak = review.weak_rules(rules, identifying)
    reviewed = review.review(session, weak, most_records=limits.records)
    session.create_table(CLUSTERS, _clusters())
    counts = exp.select(how_many(), exp.Count(this=exp.Distinct(expressions=[column(CLUSTER)])))
    number, clusters = session.row(counts.from_(CLUSTERS))
    return Matched(int(number), int(clusters), found, reviewed)


def write_clusters(session: Engine, path: str) -> int:
    """Write ``source``, ``key`` and ``cluster`` of each record to a Parquet file, in their order; return how many."""
    query = exp.select(*(column(name, "one") for name in (SOURCE, KEY)), column(CLUSTER, "its"))
    query = query.from_(records("one", SOURCE, KEY))
    query = query.join(table(CLUSTERS, "its"), on=equal(column(RECORD, "its"), column(NUMBER, "one")))
    return session.write(query.order_by(column(NUMBER, "one")), path)


def _clusters() -> exp.Select:
    every = exp.select(named(column(NUMBER), RECORD)).from_(records("one"))
    part = named(column(CLUSTER, "part"), RECORD)
    parts = exp.select(named(column(RECORD, "part"), NUMBER), part)
    parts = parts.from_(clusters_of(every, review.STRONG).subquery("part"))
    cluster = exp.Coalesce(this=column(CLUSTER, "joined"), expressions=[column(RECORD, "part")])
    query = exp.select(named(column(NUMBER, "part"), RECORD), named(cluster, CLUSTER))
    on = equal(column(RECORD, "joined"), column(RECORD, "part"))
    return query.from_(parts.subquery("part")).join(table(review.JOINED, "joined"), on=on, join_type="left")
