"""A query engine is one file: outside of it nothing of the product is written in an engine's dialect."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlglot import exp

ROOT = Path(__file__).parents[2] / "src" / "leleka"
ENGINES = ROOT / "warehouse" / "engines"
# Connectors speak to databases of other people, each in its own dialect; they build none of our queries.
CONNECTORS = ROOT / "connectors"
SOURCES = [path for path in sorted(ROOT.rglob("*.py")) if path.parent not in {ENGINES, CONNECTORS}]
# Nodes that name a function as it is spelled, are one engine's alone, or are statements: those are the port's methods.
NODES = frozenset(
    {
        *("Anonymous", "AnonymousAggFunc", "Command", "Copy", "Create", "Describe", "Drop", "Insert"),
        *("Pragma", "RegexpFullMatch", "RegexpILike", "TemporaryProperty", "TimeToStr", "StrToTime"),
        *("StrToDate",),
    }
)
FUNCTIONS = re.compile(
    r"\b(read_(parquet|csv|json)\w*|parquet_\w+|(try_)?str[fp]time|isfinite|isnan|regexp_\w+|bool_and|rowid|typeof"
    r"|epoch\w*|list_\w+|md5_number\w*|try_cast|copy|pragma|temp(orary)? table|unnest)\b *(\(|$)",
    re.IGNORECASE,
)
PACKAGES = frozenset({"duckdb", "pyspark"})


def foreign(source: str) -> Iterator[str]:
    """Return what in a module belongs into an engine's file."""
    tree = ast.parse(source)
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (one.name for one in names if one.name.partition(".")[0] in PACKAGES)
            case ast.ImportFrom(module=str(module)) if module.partition(".")[
                0
            ] in PACKAGES or module.startswith(("sqlglot.dialects", "sqlglot.gen")):
                yield module
            case ast.keyword(arg="dialect" | "read" | "unsupported_level"):
                yield f"{node.arg}="
            case ast.Attribute(value=ast.Name(id="exp"), attr=name) if name in NODES:
                yield f"exp.{name}"
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="exp"), attr="func"),
                args=[ast.Constant(value=str(name)), *_],
            ) if name.upper() not in exp.FUNCTION_BY_NAME:
                yield f"exp.func({name!r})"
            case ast.Constant(value=str(text)) if id(node) not in documentation and FUNCTIONS.search(text):
                yield text


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_dialect_is_spoken_outside_its_engine(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    # Only whoever builds expressions can speak a dialect; a strftime of Python's is none.
    if "sqlglot" in source or "warehouse" in path.parts or any(name in source for name in PACKAGES):
        assert list(foreign(source)) == []


@pytest.mark.parametrize(
    "source",
    [
        "import duckdb",
        "from duckdb import connect",
        "from sqlglot.dialects.duckdb import DuckDB",
        'kind = exp.DataType.build("VARCHAR[]", dialect="duckdb")',
        'told = exp.Anonymous(this="f", expressions=[raw])',
        "whole = exp.RegexpFullMatch(this=a, expression=b)",
        "made = exp.Create(this=a, kind='TABLE')",
        'known = exp.func("isfinite", value)',
        'ordered = exp.select("rowid")',
        'query = exp.select("strftime(a, b)")',
        "query = sqlglot.parse_one(\"SELECT * FROM read_parquet('a')\")",
    ],
)
def test_a_dialect_is_heard(source: str) -> None:
    assert list(foreign(source)) != []


@pytest.mark.parametrize(
    "source",
    [
        '"""Asked of read_parquet(), once."""',
        'either = exp.func("coalesce", a, b)',
        'raise TypeError("the operand of this operator is one value")',
        "when = datetime.strptime(text, pattern)",
    ],
)
def test_what_every_engine_has_is_none(source: str) -> None:
    assert list(foreign(source)) == []
