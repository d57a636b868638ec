"""DuckDB's dialect: how it writes the port's calls."""

from collections.abc import Iterator, Mapping
from typing import Final

from sqlglot import ErrorLevel, exp

from leleka.warehouse.engines import port

# A contact may be as large as a request, and JSON in JSON at most doubles it.
_LONGEST_LINE: Final = 4_000_000
_CSV_BUFFER: Final = 16_000_000  # of each thread; twice the longest row
_DECIMAL: Final = exp.DataType.build("DECIMAL(38, 6)")
_HALF_A_UNIT: Final = exp.Literal.string("0.0000005")  # of the last decimal
_TOO_LARGE: Final = exp.Literal.string("1e32")  # for the digits before the decimal point


def called(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _read_json(path: exp.Expr, *columns: exp.ColumnDef) -> exp.Expr:
    options = {
        "columns": exp.Struct(expressions=[_member(one.this, one.args["kind"]) for one in columns]),
        "format": exp.Literal.string("newline_delimited"),
        "maximum_object_size": exp.Literal.number(_LONGEST_LINE),
    }
    return called("read_json", path, *_named(options))


def _read_csv(path: exp.Expr, delimiter: exp.Expr, longest: exp.Expr, *names: exp.Expr) -> exp.Expr:
    text = exp.DataType.build("VARCHAR")
    options = {
        "auto_detect": exp.false(),
        "header": exp.true(),
        "strict_mode": exp.true(),
        "delim": delimiter,
        "quote": exp.Literal.string('"'),
        "escape": exp.Literal.string('"'),
        "nullstr": exp.Literal.string(""),
        "max_line_size": longest,
        "buffer_size": exp.Literal.number(_CSV_BUFFER),
        "columns": exp.Struct(expressions=[_member(name, text) for name in names]),
    }
    return called("read_csv", path, *_named(options))


def _named(options: Mapping[str, exp.Expr]) -> Iterator[exp.Expr]:
    return (exp.EQ(this=exp.column(name), expression=value) for name, value in options.items())


def _read_several(*paths: exp.Expr) -> exp.Expr:
    named = _named({"filename": exp.Literal.string(port.FILE)})
    return called("read_parquet", exp.Array(expressions=list(paths)), *named)


def _member(name: exp.Expr, kind: exp.Expr) -> exp.Expr:
    return exp.PropertyEQ(this=name.copy(), expression=exp.Literal.string(sql(kind)))


def _counted(value: exp.Expr) -> exp.Expr:
    # Without an order of its own a window takes the rows as they come, and need not hold them.
    frame = exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")
    return exp.Window(this=exp.Count(this=value), spec=frame)


def _number_text(number: exp.Expr) -> exp.Expr:
    # By way of the shortest text that means this float: a direct cast multiplies first, and 999999999999999 became
    # 999999999999998.951424. Outside the decimal's range that text stands.
    shortest = exp.cast(number, exp.DataType.Type.TEXT)
    decimal = exp.cast(exp.TryCast(this=shortest, to=_DECIMAL.copy()), exp.DataType.Type.TEXT)
    stripped = exp.RegexpReplace(
        this=decimal, expression=exp.Literal.string(r"\.?0+$"), replacement=exp.Literal.string("")
    )
    told = exp.Coalesce(this=stripped, expressions=[shortest.copy()])
    # DuckDB 1.5 rounds 6e-08 up: it looks at the first digit, wherever that stands; and it takes some numbers that have
    # too many digits for the decimal.
    size = exp.Abs(this=number.copy())
    nearest = exp.LT(this=size, expression=exp.cast(_HALF_A_UNIT, "DOUBLE"))
    too_large = exp.GTE(this=size.copy(), expression=exp.cast(_TOO_LARGE, "DOUBLE"))
    return exp.case().when(nearest, exp.Literal.string("0")).when(too_large, shortest.copy()).else_(told)


_WRITERS: Final[port.Writers] = {
    port.Call.PARQUET_FILES: lambda path: called("read_parquet", path),
    port.Call.NUMBERED_ROWS: lambda path: called("read_parquet", path, *_named({port.FOUND_ROW: exp.true()})),
    port.Call.ROWS_OF_SEVERAL: _read_several,
    port.Call.JSON_LINES: _read_json,
    port.Call.CSV_CELLS: _read_csv,
    port.Call.ORDINAL: lambda: exp.column("rowid"),
    port.Call.COUNTED: _counted,
    port.Call.PREVIOUS: lambda value: exp.Window(this=exp.Lag(this=value)),
    port.Call.UNACCENTED: lambda text: called("strip_accents", text),
    port.Call.BYTES: lambda text: called("strlen", text),
    port.Call.FULL_MATCH: lambda text, pattern: called("regexp_full_match", text, pattern),
    port.Call.FINITE: lambda number: called("isfinite", number),
    port.Call.NUMBER_TEXT: _number_text,
    port.Call.INSTANT_TEXT: lambda instant: called(
        "strftime", instant, exp.Literal.string("%Y-%m-%dT%H:%M:%SZ")
    ),
    port.Call.REFUSED: lambda: called("error", exp.Literal.string("A cell does not fit.")),
    port.Call.PARSED_TIME: lambda text, pattern: called("try_strptime", text, pattern),
}


def sql(expression: exp.Expr) -> str:
    written = port.written(expression, _WRITERS)
    return written.sql(dialect="duckdb", unsupported_level=ErrorLevel.RAISE, copy=False)
