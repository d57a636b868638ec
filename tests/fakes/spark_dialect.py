"""How the port's expressions are written for Spark: what an engine on Spark will say in its own file.

Only the writing is here. Whether Spark then finds the same rows, the contract suite will say of that engine.
"""

from typing import Final
from unicodedata import combining, normalize

from sqlglot import ErrorLevel, exp

from leleka.warehouse.engines import port

# Every function that the product's expressions may come to, each of Spark 3.5; a name that is not here is one that
# SQLGlot handed on as it stood.
FUNCTIONS: Final = frozenset(
    {
        *("ABS", "ARRAY", "AVG", "BOOL_AND", "CAST", "COALESCE", "CONCAT", "CONTAINS", "COUNT"),
        *(
            "COUNT_IF",
            "DATE_FORMAT",
            "ENCODE",
            "ENDSWITH",
            "RIGHT",
            "EXISTS",
            "EXPLODE",
            "FIRST_VALUE",
            "FROM_CSV",
        ),
        *("FROM_JSON", "IF", "ISNAN", "LAG", "LEAD", "LEFT", "LENGTH", "LOWER", "MAX", "MD5", "MIN", "MONTH"),
        *("MONOTONICALLY_INCREASING_ID", "OCTET_LENGTH", "RAISE_ERROR", "SUBSTRING"),
        *("DATEDIFF", "DAY", "FLOOR", "SHIFTLEFT", "YEAR"),
        *(
            "NULLIF",
            "REGEXP_REPLACE",
            "REPLACE",
            "RLIKE",
            "ROUND",
            "ROW_NUMBER",
            "SHA2",
            "SPLIT",
            "STARTSWITH",
            "SUM",
        ),
        *("TO_TIMESTAMP", "TRANSLATE", "TRIM", "TRY_CAST", "TRY_TO_TIMESTAMP", "UNNEST"),
    }
)
_DECIMAL: Final = exp.DataType.build("DECIMAL(38, 6)")
_ROW_NUMBER: Final = "leleka_row"  # a column that the engine adds to the tables it creates
_TIME_PARTS: Final = {
    "%Y": "yyyy",
    "%m": "M",
    "%d": "d",
    "%H": "H",
    "%M": "m",
    "%S": "s",
    "%y": "yy",
    "%B": "MMMM",
    "%b": "MMM",
}


def spark_sql(expression: exp.Expr) -> str:
    """Return an expression as Spark reads it; raise UnsupportedError for what it cannot say."""
    written = port.written(expression, _WRITERS)
    for lower in written.find_all(exp.Lower):
        lower.set("this", _folded(lower.this))
    return _sql(written)


def _sql(expression: exp.Expr) -> str:
    return expression.sql(dialect="spark", unsupported_level=ErrorLevel.RAISE)


def _called(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _string(value: str) -> exp.Expr:
    return exp.Literal.string(value)


def _finite(number: exp.Expr) -> exp.Expr:
    infinity = exp.cast(_string("Infinity"), "DOUBLE")
    known = exp.not_(_called("isnan", number.copy()))
    return exp.paren(exp.and_(known, exp.NEQ(this=_called("abs", number.copy()), expression=infinity)))


def _number_text(number: exp.Expr) -> exp.Expr:
    shortest = exp.cast(number, "VARCHAR")
    decimal = exp.TryCast(this=shortest, to=_DECIMAL.copy(), safe=True)
    stripped = exp.RegexpReplace(
        this=exp.cast(decimal, "VARCHAR"), expression=_string(r"\.?0+$"), replacement=_string("")
    )
    # Java writes 1.5E40, NaN and -Infinity.
    told: exp.Expr = exp.Lower(this=shortest.copy())
    for java, ours in ((r"\.0e", "e"), (r"e([0-9])", r"e+$1"), ("infinity", "inf")):
        told = exp.RegexpReplace(this=told, expression=_string(java), replacement=_string(ours))
    return exp.Coalesce(this=stripped, expressions=[told])


def _parsed_time(text: exp.Expr, pattern: exp.Expr) -> exp.Expr:
    told = pattern.name
    for ours, java in _TIME_PARTS.items():
        told = told.replace(ours, java)
    return _called("try_to_timestamp", text, _string(told))


def _full_match(text: exp.Expr, pattern: exp.Expr) -> exp.Expr:
    return exp.RegexpLike(this=text, expression=_string(rf"\A(?:{pattern.name})\z"))


def _folded(text: exp.Expr) -> exp.Expr:
    # Letter by letter: Java's own makes two letters of İ, and another small sigma at the end of a word.
    return _called("translate", text, _string("İΣ"), _string("iσ"))


def _parquet(path: exp.Expr) -> exp.Expr:
    return exp.table_(exp.to_identifier(path.name, quoted=True), db="PARQUET")


def _numbered(path: exp.Expr) -> exp.Expr:
    number = exp.alias_(exp.column("row_index", table="_metadata"), port.FOUND_ROW)
    return exp.select("*", number).from_(_parquet(path)).subquery()


def _several(*paths: exp.Expr) -> exp.Expr:
    parts = [
        exp.select("*", exp.alias_(_string(path.name), port.FILE)).from_(_parquet(path)) for path in paths
    ]
    return (parts[0] if len(parts) == 1 else exp.union(*parts, distinct=False)).subquery()


def _unaccented(text: exp.Expr) -> exp.Expr:
    letters = "".join(map(chr, range(0xC0, 0x2000)))
    plain = {one: _decomposed(one) for one in letters}
    marked = [one for one, other in plain.items() if len(other) == 1 and other != one]
    return _called(
        "translate", text, _string("".join(marked)), _string("".join(plain[one] for one in marked))
    )


def _decomposed(letter: str) -> str:
    return "".join(one for one in normalize("NFD", letter) if not combining(one))


def _lines(path: exp.Expr, *columns: exp.ColumnDef) -> exp.Expr:
    schema = ", ".join(f"{_sql(one.this)} {_sql(one.args['kind'])}" for one in columns)
    return _parsed(path, schema, "FROM_JSON")


def _cells(path: exp.Expr, _delimiter: exp.Expr, _longest: exp.Expr, *names: exp.Expr) -> exp.Expr:
    return _parsed(path, ", ".join(f"{_sql(name)} STRING" for name in names), "FROM_CSV")


def _parsed(path: exp.Expr, schema: str, function: str) -> exp.Expr:
    line = exp.alias_(_called(function, exp.column("value"), _string(schema)), "line")
    inner = exp.select(line).from_(exp.table_(path.name, db="text", quoted=True))
    return exp.select("line.*").from_(inner.subquery()).subquery()


def _arrival() -> exp.Order:
    return exp.Order(expressions=[exp.Ordered(this=_called("monotonically_increasing_id"))])


def _counted(value: exp.Expr) -> exp.Expr:
    return exp.Window(
        this=exp.Count(this=value),
        order=_arrival(),
        spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"),
    )


_WRITERS: Final[port.Writers] = {
    port.Call.PARQUET_FILES: _parquet,
    port.Call.NUMBERED_ROWS: _numbered,
    port.Call.ROWS_OF_SEVERAL: _several,
    port.Call.JSON_LINES: _lines,
    port.Call.CSV_CELLS: _cells,
    port.Call.ORDINAL: lambda: exp.column(_ROW_NUMBER),
    port.Call.COUNTED: _counted,
    port.Call.PREVIOUS: lambda value: exp.Window(this=exp.Lag(this=value), order=_arrival()),
    port.Call.REFUSED: lambda: _called("raise_error", _string("A cell does not fit.")),
    port.Call.UNACCENTED: _unaccented,
    port.Call.BYTES: lambda text: _called("octet_length", text),
    port.Call.FULL_MATCH: _full_match,
    port.Call.FINITE: _finite,
    port.Call.NUMBER_TEXT: _number_text,
    port.Call.INSTANT_TEXT: lambda instant: _called(
        "date_format", instant, _string("yyyy-MM-dd'T'HH:mm:ss'Z'")
    ),
    port.Call.PARSED_TIME: _parsed_time,
}
