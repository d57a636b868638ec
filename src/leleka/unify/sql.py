"""What the queries of unification share: the columns by which a record is known, and expressions."""

from collections.abc import Iterable
from typing import Final

from sqlglot import exp

from leleka.warehouse.sql.tables import column

SOURCE: Final = "source"
KEY: Final = "key"  # of the record in its source
CLUSTER: Final = "cluster"


def named(value: exp.Expr, name: str) -> exp.Expr:
    return exp.alias_(value, name, quoted=True)


def table(name: str, alias: str) -> exp.Expr:
    return exp.alias_(exp.to_table(name), alias, table=True, quoted=True)


def equal(first: exp.Expr, second: exp.Expr) -> exp.Expr:
    return exp.EQ(this=first, expression=second)


def same(columns: Iterable[str], first: str, second: str) -> exp.Expr:
    """Return whether two tables agree in all these columns; NULL agrees with nothing."""
    return exp.and_(*(equal(column(name, first), column(name, second)) for name in columns))


def either(*values: exp.Expr) -> exp.Expr:
    """Return the first value that is there."""
    return exp.Coalesce(this=values[0], expressions=list(values[1:]))


def how_many() -> exp.Expr:
    return exp.Count(this=exp.Star())
