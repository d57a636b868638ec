"""Tables and files as expressions: what stands in a FROM clause, and the columns of it."""

from collections.abc import Mapping

from sqlglot import exp

from leleka.warehouse.engines import port


def parquet(files: str, alias: str | None = None) -> exp.Expr:
    """Return Parquet files for a FROM clause. ``files`` is a path or glob of the project's own."""
    return _source(port.parquet_files(files), alias)


def column(name: str, table: str | None = None) -> exp.Column:
    """Return a quoted column: names come from people's files and are never parsed."""
    return exp.column(name, table=table, quoted=True)


def with_measures(files: str, key: str, measures: Mapping[str, str], alias: str | None = None) -> exp.Expr:
    """Return the profiles in ``files`` for a FROM clause, with a column for each measure in files of its own: these
    have a row, or none, for each text of the profile's ``key``.
    """
    if not measures:
        return parquet(files, alias)
    return beside_measures(parquet(files, "profile"), key, measures, alias)


def beside_measures(
    profiles: exp.Expr, key: str, measures: Mapping[str, str], alias: str | None = None
) -> exp.Expr:
    """Return rows that are called ``profile``, with a column for each measure, for a FROM clause."""
    everything = exp.Column(this=exp.Star(), table=exp.to_identifier("profile", quoted=True))
    rows = exp.select(everything).from_(profiles)
    identity = exp.cast(column(key, "profile"), "varchar")
    for number, (name, of_measure) in enumerate(measures.items()):
        beside = f"measure_{number}"
        rows = rows.select(exp.alias_(column("value", beside), name, quoted=True))
        on = exp.EQ(this=column("profile_id", beside), expression=identity.copy())
        rows = rows.join(parquet(of_measure, beside), on=on, join_type="left")
    return rows.subquery(exp.to_identifier(alias or "profiles", quoted=True))


def count_where(condition: exp.Expr) -> exp.Expr:
    """Return for how many rows a condition holds; 0 where there are no rows, of which an engine's own count is none."""
    return exp.Count(this=exp.Case(ifs=[exp.If(this=condition, true=exp.Literal.number(1))]))


def json_lines(path: str, columns: Mapping[str, str], alias: str | None = None) -> exp.Expr:
    """Return a staging file of the project's own for a FROM clause: one JSON object a line, columns typed."""
    definitions = [
        exp.ColumnDef(this=exp.to_identifier(name, quoted=True), kind=exp.DataType.build(kind))
        for name, kind in columns.items()
    ]
    return _source(port.json_lines(path, definitions), alias)


def empty(columns: Mapping[str, str]) -> exp.Select:
    """Return a query with these columns and no row."""
    typed = (
        exp.alias_(exp.cast(exp.null(), exp.DataType.build(kind)), name, quoted=True)
        for name, kind in columns.items()
    )
    return exp.select(*typed).where(exp.false())


def _source(rows: exp.Expr, alias: str | None) -> exp.Expr:
    table = exp.Table(this=rows)
    return exp.alias_(table, alias, table=True, quoted=True) if alias else table
