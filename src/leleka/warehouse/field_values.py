"""Which texts the selected would bring into a field, and how many of them each."""

from collections.abc import Sequence

from sqlglot import exp

from leleka.core.plan import Selection
from leleka.warehouse.diff import Diff, is_null
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake
from leleka.warehouse.sql.tables import column
from leleka.warehouse.sql.values import value_text


def most_frequent(
    session: Engine, lake: Lake, selection: Selection, name: str, most: int
) -> Sequence[tuple[str, int]]:
    """Return the most frequent texts of a column as they would be sent, with how many of the selected have each."""
    profiles = Diff(lake, selection)
    texts = exp.select(exp.alias_(value_text(selection.table, name, "p"), "value", quoted=True))
    texts = texts.from_(profiles.profiles("p")).where(profiles.is_selected("p"))
    counted = (
        exp.select(column("value"), exp.alias_(exp.Count(this=exp.Star()), "people", quoted=True))
        .from_(texts.subquery("texts"))
        .where(exp.Not(this=is_null(column("value"))))
        .group_by(column("value"))
    )
    ordered = exp.select(column("value"), column("people")).from_(counted.subquery("counted"))
    order = (exp.Ordered(this=column("people"), desc=True), exp.Ordered(this=column("value"), desc=False))
    return [(value, int(people)) for value, people in session.rows(ordered.order_by(*order).limit(most))]
