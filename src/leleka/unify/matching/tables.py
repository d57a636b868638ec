"""The tables of matching: they belong to the engine that made them, and end with it.

A record is called by a number, from 0, in the order of source and key: whatever order the rows come in, the same
records have the same numbers, and the smallest of some is the first of them by source and key. The number is the place
of the record in its table: to sort that is half the work of numbering it.
"""

from typing import Final

from sqlglot import exp

from leleka.unify.sql import named
from leleka.warehouse.engines.port import ordinal
from leleka.warehouse.sql.tables import column

NUMBER: Final = "leleka record"  # the record's number, beside columns that people have named
RECORD: Final = "record"
OTHER: Final = "other"
RULE: Final = "rule"
RECORDS: Final = "unify_records"  # source, key and the columns of the rules, by source and key
EDGES: Final = "unify_edges"  # record, other, rule
CLUSTERS: Final = "unify_clusters"  # record, cluster: the smallest record of the same customer


def records(alias: str, *names: str) -> exp.Expr:
    """Return the records with their numbers and these columns, for a FROM clause."""
    query = exp.select(named(ordinal(), NUMBER), *map(column, names)).from_(RECORDS)
    return query.subquery(exp.to_identifier(alias, quoted=True))
