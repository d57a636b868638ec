"""How the port's expressions are written for Spark: what an engine on Spark will say in its own file.

Only the writing is here. Whether Spark then finds the same rows, the contract suite will say of that engine.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Final

from sqlglot import ErrorLevel, exp
from sqlglot.generators.spark import SparkGenerator

from leleka.warehouse.engines import port

# Every function that the product's expressions may come to, each of Spark 3.5; a name that is not here is one that
# SQLGlot handed on as it stood.
FUNCTIONS: Final = frozenset(
    {
        *("ABS", "ARRAY", "AVG", "BOOL_AND", "CAST", "COALESCE", "CONCAT", "CONTAINS", "COUNT"),
        *("COUNT_IF", "DATE_FORMAT", "ENDSWITH", "EXISTS", "EXPLODE", "FIRST_VALUE", "FROM_CSV"),
        *("FROM_JSON", "IF", "ISNAN", "LEFT", "LENGTH", "LOWER", "MAX", "MD5", "MIN", "MONTH"),
        *("NULLIF", "REGEXP_REPLACE", "REPLACE", "RLIKE", "ROUND", "SHA2", "STARTSWITH", "SUM"),
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
    generator = _Generator(dialect="spark", unsupported_level=ErrorLevel.RAISE)
    return str(generator.generate(expression))


def _called(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _string(value: str) -> exp.Expr:
    return exp.Literal.string(value)


def _finite(node: port.Finite) -> exp.Expr:
    infinity = exp.cast(_string("Infinity"), "DOUBLE")
    known = exp.not_(_called("isnan", node.this.copy()))
    return exp.paren(exp.and_(known, exp.NEQ(this=_called("abs", node.this.copy()), expression=infinity)))


def _number_text(node: port.NumberText) -> exp.Expr:
    shortest = exp.cast(node.this, "VARCHAR")
    decimal = exp.TryCast(this=shortest, to=_DECIMAL, safe=True)
    stripped = exp.RegexpReplace(
        this=exp.cast(decimal, "VARCHAR"), expression=_string(r"\.?0+$"), replacement=_string("")
    )
    # Java writes 1.5E40, NaN and -Infinity.
    told: exp.Expr = exp.Lower(this=shortest.copy())
    for java, ours in ((r"\.0e", "e"), (r"e([0-9])", r"e+$1"), ("infinity", "inf")):
        told = exp.RegexpReplace(this=told, expression=_string(java), replacement=_string(ours))
    return exp.Coalesce(this=stripped, expressions=[told])


def _parsed_time(node: port.ParsedTime) -> exp.Expr:
    pattern = node.args["format"].name
    for ours, java in _TIME_PARTS.items():
        pattern = pattern.replace(ours, java)
    return _called("try_to_timestamp", node.this, _string(pattern))


def _full_match(node: port.FullMatch) -> exp.Expr:
    whole = _string(rf"\A(?:{node.expression.name})\z")
    return exp.RegexpLike(this=node.this, expression=whole)


def _folded(generator: Any, node: exp.Lower) -> str:
    # Letter by letter: Java's own makes two letters of İ, and another small sigma at the end of a word.
    letters = _called("translate", node.this, _string("İΣ"), _string("iσ"))
    return str(generator.func("LOWER", letters))


def _columns(generator: Any, node: port.JsonLines | port.CsvCells) -> str:
    text = exp.DataType.build("VARCHAR")
    return ", ".join(
        f"{generator.sql(one.args['this'] if isinstance(one, exp.ColumnDef) else one)} "
        f"{generator.sql(one.args.get('kind') or text)}"
        for one in node.expressions
    )


def _lines(generator: Any, node: port.JsonLines) -> str:
    return _parsed(generator, node, "FROM_JSON")


def _cells(generator: Any, node: port.CsvCells) -> str:
    return _parsed(generator, node, "FROM_CSV")


def _parsed(generator: Any, node: port.JsonLines | port.CsvCells, function: str) -> str:
    schema = exp.Literal.string(_columns(generator, node))
    line = exp.alias_(_called(function, exp.column("value"), schema), "line")
    inner = exp.select(line).from_(exp.table_(node.this.name, db="text", quoted=True))
    return str(generator.sql(exp.select("line.*").from_(inner.subquery()).subquery()))


_WRITTEN: Final[dict[type[exp.Expr], Callable[[Any], exp.Expr]]] = {
    port.Ordinal: lambda _: exp.column(_ROW_NUMBER),
    port.FullMatch: _full_match,
    port.Finite: _finite,
    port.NumberText: _number_text,
    port.InstantText: lambda node: _called("date_format", node.this, _string("yyyy-MM-dd'T'HH:mm:ss'Z'")),
    port.ParsedTime: _parsed_time,
}


def _transform(build: Callable[[Any], exp.Expr]) -> Callable[[Any, Any], str]:
    return lambda generator, node: generator.sql(build(node))


class _Generator(SparkGenerator):
    TRANSFORMS: ClassVar[dict[Any, Any]] = {
        **SparkGenerator.TRANSFORMS,
        **{node: _transform(build) for node, build in _WRITTEN.items()},
        port.ParquetFiles: lambda _, node: f"PARQUET.`{node.this.name}`",
        port.JsonLines: _lines,
        port.CsvCells: _cells,
        exp.Lower: _folded,
    }
