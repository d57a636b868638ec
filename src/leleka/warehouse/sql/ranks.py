"""A value's rank among those of all rows of its table: the highest ten percent, the lowest hundred."""

from typing import Final

from sqlglot import exp

from leleka.core.rules.model import Condition
from leleka.core.rules.operands import Share
from leleka.core.rules.operators import Operator
from leleka.warehouse.sql.comparisons import comparable
from leleka.warehouse.sql.scope import Scope, is_there
from leleka.warehouse.sql.tables import column

_VALUE: Final = "value"
_PLACE: Final = "place"
_ROWS: Final = "rows"
_ALL: Final = 10_000  # hundredths of a percent


def rank_sql(value: exp.Expr, rule: Condition, share: Share, scope: Scope) -> exp.Expr:
    """Compare the value with that of the last row that is in; rows that are equal to it are in as well.

    A share is rounded up: of three rows the highest ten percent are one.
    """
    top = rule.comparison.operator is Operator.IN_THE_TOP
    inner = scope.further()
    read = comparable(inner.column(rule.column.name), rule.column.type)
    values = exp.select(_as(read, _VALUE)).from_(inner.table(rule.table)).subquery("stored")
    order = exp.Order(expressions=[exp.Ordered(this=column(_VALUE), desc=top, nulls_first=False)])
    placed = exp.select(
        column(_VALUE),
        _as(exp.Window(this=exp.RowNumber(), order=order), _PLACE),
        _as(exp.Window(this=exp.Count(this=exp.Star())), _ROWS),
    )
    placed = placed.from_(values).where(is_there(column(_VALUE)))
    end = exp.Min(this=column(_VALUE)) if top else exp.Max(this=column(_VALUE))
    last = exp.select(end).from_(placed.subquery("placed")).where(_is_in(share))
    compare = exp.GTE if top else exp.LTE
    return compare(this=value, expression=exp.Subquery(this=last))


def _is_in(share: Share) -> exp.Expr:
    amount = exp.Literal.number(share.amount)
    if not share.of_all:
        return exp.LTE(this=column(_PLACE), expression=amount)
    before = exp.paren(exp.Sub(this=column(_PLACE), expression=exp.Literal.number(1)))
    return exp.LT(
        this=exp.Mul(this=before, expression=exp.Literal.number(_ALL)),
        expression=exp.Mul(this=column(_ROWS), expression=amount),
    )


def _as(value: exp.Expr, name: str) -> exp.Expr:
    return exp.alias_(value, name, quoted=True)
