"""Which texts the selected would bring into a field, and how many of them each."""

from collections.abc import Mapping, Sequence

from sqlglot import exp

from leleka.core.columns import Table
from leleka.core.plan import Selection
from leleka.warehouse.diff import Diff, is_null
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake
from leleka.warehouse.sql.tables import beside_measures, column, parquet
from leleka.warehouse.sql.values import value_text


def most_frequent(
    session: Engine, lake: Lake, selection: Selection, name: str, most: int
) -> Sequence[tuple[str, int]]:
    """Return the most frequent texts of a column as they would be sent, with how many of the selected have each."""
    profiles = Diff(lake, selection)
    texts = _texts(selection.table, name).from_(profiles.profiles("p")).where(profiles.is_selected("p"))
    return _frequent(session, texts, most)


def most_frequent_of_all(
    session: Engine, table: Table, files: Mapping[str, str], name: str, most: int
) -> Sequence[tuple[str, int]]:
    """Return the same of all profiles, whoever is selected; ``files`` are those of the table, and of the measures."""
    measures = {name: files[name]} if name in files and name != table.name else {}
    if not measures or not table.primary_key:
        rows = parquet(files[table.name], "p")
    else:
        rows = beside_measures(parquet(files[table.name], "profile"), table.primary_key, measures, "p")
    return _frequent(session, _texts(table, name).from_(rows), most)


def _texts(table: Table, name: str) -> exp.Select:
    return exp.select(exp.alias_(value_text(table, name, "p"), "value", quoted=True))


def _frequent(session: Engine, texts: exp.Select, most: int) -> Sequence[tuple[str, int]]:
    counted = (
        exp.select(column("value"), exp.alias_(exp.Count(this=exp.Star()), "people", quoted=True))
        .from_(texts.subquery("texts"))
        .where(exp.Not(this=is_null(column("value"))))
        .group_by(column("value"))
    )
    ordered = exp.select(column("value"), column("people")).from_(counted.subquery("counted"))
    order = (exp.Ordered(this=column("people"), desc=True), exp.Ordered(this=column("value"), desc=False))
    return [(value, int(people)) for value, people in session.rows(ordered.order_by(*order).limit(most))]
