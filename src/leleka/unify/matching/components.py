"""Connected components: records that edges join, directly or through others, are a cluster.

Two steps take turns until nothing changes (the large star and the small star of Kiveris and others, 2014). In the
first, each record's edges to smaller ones are led on to the smallest that these have an edge to; in the second, all
smaller records that a record has edges to are tied to the smallest of them. A chain halves in each round, so that long
ones need few; what comes out is the same whatever the order of the edges, because the smallest record is.
"""

from typing import Final

from sqlglot import exp

from leleka.unify.matching.tables import OTHER, RECORD
from leleka.unify.sql import CLUSTER, either, equal, how_many, named, table
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.sql.tables import column

# Edges lead from a record, down to a smaller one; each table has ``record`` and ``cluster``, the smaller one.
_DOWN: Final = "unify_down"
_LED_ON: Final = "unify_led_on"
_LOWEST: Final = "unify_lowest"


def connect(session: Engine, edges: exp.Query, into: str) -> int:
    """Keep ``record`` and ``cluster`` in a table, for each record of an edge that is not itself the smallest of its
    cluster; return after how many rounds that was so.

    ``edges`` has ``record`` and ``other``, in any order and any number of times.
    """
    try:
        session.create_table(_DOWN, _downwards(edges))
        rounds = 0
        while not _is_settled(session):
            session.create_table(_LED_ON, _led_on())
            session.create_table(_LOWEST, _lowest(_LED_ON))
            session.create_table(_DOWN, _tied())
            rounds += 1
        session.create_table(into, exp.select(column(RECORD), column(CLUSTER)).from_(_DOWN))
        return rounds
    finally:
        for name in (_DOWN, _LED_ON, _LOWEST):
            session.drop_table(name)


def clusters_of(records: exp.Query, connected: str) -> exp.Select:
    """Return every record of a query (``record``) with its cluster; one that nothing joins is a cluster of its own."""
    cluster = either(column(CLUSTER, "joined"), column(RECORD, "one"))
    query = exp.select(column(RECORD, "one"), named(cluster, CLUSTER)).from_(records.subquery("one"))
    on = equal(column(RECORD, "one"), column(RECORD, "joined"))
    return query.join(table(connected, "joined"), on=on, join_type="left")


def _downwards(edges: exp.Query) -> exp.Select:
    first, second = column(RECORD, "edge"), column(OTHER, "edge")
    rising = exp.LT(this=first, expression=second)
    larger = exp.case().when(rising, second.copy()).else_(first.copy())
    smaller = exp.case().when(rising.copy(), first.copy()).else_(second.copy())
    query = exp.select(named(larger, RECORD), named(smaller, CLUSTER)).distinct()
    return query.from_(edges.subquery("edge")).where(exp.NEQ(this=first.copy(), expression=second.copy()))


def _is_settled(session: Engine) -> bool:
    """Make ``_LOWEST``; return whether each record has one edge, to one that has none itself."""
    session.create_table(_LOWEST, _lowest(_DOWN))
    (edges,) = session.row(exp.select(how_many()).from_(_DOWN))
    (records,) = session.row(exp.select(how_many()).from_(_LOWEST))
    if edges != records:
        return False
    further = exp.select(how_many()).from_(table(_DOWN, "edge"))
    on = equal(column(CLUSTER, "edge"), column(RECORD, "lowest"))
    (deep,) = session.row(further.join(table(_LOWEST, "lowest"), on=on))
    return not deep


def _lowest(edges: str) -> exp.Select:
    lowest = named(exp.Min(this=column(CLUSTER)), CLUSTER)
    return exp.select(column(RECORD), lowest).from_(edges).group_by(column(RECORD))


def _led_on() -> exp.Select:
    """The large star: an edge to a record leads on to the smallest one that this has an edge to."""
    end = either(column(CLUSTER, "lowest"), column(CLUSTER, "edge"))
    query = exp.select(column(RECORD, "edge"), named(end, CLUSTER)).distinct().from_(table(_DOWN, "edge"))
    on = equal(column(CLUSTER, "edge"), column(RECORD, "lowest"))
    return query.join(table(_LOWEST, "lowest"), on=on, join_type="left")


def _tied() -> exp.Query:
    """The small star: a record has an edge to its smallest one, and so have the others that it had edges to."""
    own = exp.select(column(RECORD), column(CLUSTER)).from_(_LOWEST)
    others = exp.select(named(column(CLUSTER, "edge"), RECORD), column(CLUSTER, "lowest"))
    on = equal(column(RECORD, "edge"), column(RECORD, "lowest"))
    others = others.from_(table(_LED_ON, "edge")).join(table(_LOWEST, "lowest"), on=on)
    higher = exp.NEQ(this=column(CLUSTER, "edge"), expression=column(CLUSTER, "lowest"))
    return exp.union(own, others.where(higher), distinct=True)
