"""Reading files as tables, and writing tables and files, as expressions."""

from collections.abc import Mapping
from typing import Final

from sqlglot import exp

# A contact may be as large as a request, and JSON in JSON at most doubles it.
_LONGEST_LINE: Final = 4_000_000
# Small enough that reading one batch of a plan decodes little else.
_ROW_GROUP: Final = 20_480


def parquet(files: str, alias: str | None = None) -> exp.Expr:
    """Return ``read_parquet('files')`` for a FROM clause. ``files`` is a path or glob of the project's own."""
    table = exp.Table(this=exp.Anonymous(this="read_parquet", expressions=[exp.Literal.string(files)]))
    return exp.alias_(table, alias, table=True, quoted=True) if alias else table


def column(name: str, table: str | None = None) -> exp.Column:
    """Return a quoted column: names come from people's files and are never parsed."""
    return exp.column(name, table=table, quoted=True)


def json_lines(path: str, columns: Mapping[str, str], alias: str | None = None) -> exp.Expr:
    """Return ``read_json`` over a staging file of the project's own: one JSON object a line, columns typed."""
    types = exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=exp.Literal.string(kind))
            for name, kind in columns.items()
        ]
    )
    arguments = [
        exp.Literal.string(path),
        exp.EQ(this=exp.column("columns"), expression=types),
        exp.EQ(this=exp.column("format"), expression=exp.Literal.string("newline_delimited")),
        exp.EQ(this=exp.column("maximum_object_size"), expression=exp.Literal.number(_LONGEST_LINE)),
    ]
    table = exp.Table(this=exp.Anonymous(this="read_json", expressions=arguments))
    return exp.alias_(table, alias, table=True, quoted=True) if alias else table


def copy_to_parquet(query: exp.Expr, path: str) -> exp.Expr:
    """Return the statement that writes a query's rows to a Parquet file, in their order."""
    options = {
        "FORMAT": exp.var("PARQUET"),
        "COMPRESSION": exp.var("ZSTD"),
        "ROW_GROUP_SIZE": exp.Literal.number(_ROW_GROUP),
    }
    return exp.Copy(
        this=exp.Subquery(this=query),
        kind=False,
        files=[exp.Literal.string(path)],
        params=[exp.CopyParameter(this=exp.var(name), expression=value) for name, value in options.items()],
    )


def temporary(name: str, query: exp.Expr) -> exp.Expr:
    """Return the statement that makes a table of this session alone, in the place of one of that name."""
    return exp.Create(
        this=exp.to_table(name),
        kind="TABLE",
        replace=True,
        expression=query,
        properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
    )


def dropped(name: str) -> exp.Expr:
    """Return the statement that lets go of a temporary table, where there is one."""
    return exp.Drop(tables=[exp.to_table(name)], kind="TABLE", exists=True)


def empty(columns: Mapping[str, str]) -> exp.Expr:
    """Return a query with these columns and no row."""
    typed = (
        exp.alias_(exp.cast(exp.null(), exp.DataType.build(kind, dialect="duckdb")), name, quoted=True)
        for name, kind in columns.items()
    )
    return exp.select(*typed).where(exp.false())
