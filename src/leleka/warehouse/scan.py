"""Reading files as tables, as expressions."""

from sqlglot import exp


def parquet(files: str, alias: str | None = None) -> exp.Expression:
    """Give ``read_parquet('files')`` for a FROM clause. ``files`` is a path or glob of the project's own."""
    table = exp.Table(this=exp.Anonymous(this="read_parquet", expressions=[exp.Literal.string(files)]))
    return exp.alias_(table, alias, table=True, quoted=True) if alias else table


def column(name: str, table: str | None = None) -> exp.Column:
    """Give a quoted column: names come from people's files and are never parsed."""
    return exp.column(name, table=table, quoted=True)
