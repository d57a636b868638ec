"""Statements for other people's databases: names and values are written by SQLGlot, a query stays as it was typed."""

import re
from typing import Final

from sqlglot import Dialect, TokenType, exp
from sqlglot.errors import TokenError

from leleka.core.ports.connector import Since, Wanted
from leleka.errors import InvalidInput

_LONGEST: Final = 100_000
_MOST_PARTS: Final = 3  # catalogue, schema and table
_PART: Final = re.compile(r'"((?:[^"]|"")+)"|([^".\s][^".]*)')
_VALUE: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+)?")


def name(text: str, dialect: str) -> str:
    """Return a name, quoted for the dialect."""
    return exp.to_identifier(text, quoted=True).sql(dialect=dialect)


def literal(text: str, dialect: str) -> str:
    """Return a text, quoted for the dialect."""
    return exp.Literal.string(text).sql(dialect=dialect)


def selected(wanted: Wanted, dialect: str) -> str:
    """Return the statement that reads a table or query whole, or from a value of a column on.

    A query stands within brackets, so that only what gives rows is one. Raises ``InvalidInput`` SOURCE_TABLE_SYNTAX or
    SOURCE_QUERY_SYNTAX.
    """
    asked = f"({_query(wanted.query)}\n)" if wanted.query else table(wanted.table, dialect)
    statement = f"SELECT * FROM {asked} AS asked"  # noqa: S608 - names are quoted, a query is the administrator's own
    return f"{statement} WHERE {_since(wanted.since, dialect)}" if wanted.since else statement


def refuse_several(query: str, dialect: str) -> None:
    """Raises ``InvalidInput`` SOURCE_QUERY_SYNTAX for several statements, all of which the far side would run."""
    try:
        tokens = Dialect.get_or_raise(dialect).tokenize(query)
    except TokenError:
        raise InvalidInput("SOURCE_QUERY_SYNTAX", where="query") from None
    if any(token.token_type is TokenType.SEMICOLON for token in tokens[:-1]):
        raise InvalidInput("SOURCE_QUERY_SYNTAX", where="query")


def table(text: str, dialect: str) -> str:
    """Return ``schema.table`` with each part quoted. A part that has a dot in it must be given in quotes."""
    parts: list[str] = []
    rest = text.strip()
    while rest:
        found = _PART.match(rest)
        if found is None or len(parts) == _MOST_PARTS:
            raise _not_a_table(text)
        parts.append((found[1] or found[2]).replace('""', '"'))
        rest = rest[found.end() :]
        if rest and not rest.startswith("."):
            raise _not_a_table(text)
        if rest == ".":
            raise _not_a_table(text)
        rest = rest[1:]
    if not parts:
        raise _not_a_table(text)
    return ".".join(name(part, dialect) for part in parts)


def _query(text: str) -> str:
    plain = text.strip().removesuffix(";").rstrip()
    if not plain or len(plain) > _LONGEST or "\0" in plain:
        raise InvalidInput("SOURCE_QUERY_SYNTAX", where="query")
    return plain


def _since(since: Since, dialect: str) -> str:
    if not _VALUE.fullmatch(since.value):
        raise InvalidInput("SOURCE_QUERY_SYNTAX", where="changed_since")
    number = since.value.lstrip("-").replace(".", "", 1).isdigit()
    value = exp.Literal.number(since.value).sql(dialect=dialect) if number else literal(since.value, dialect)
    return f"{name(since.column, dialect)} >= {value}"


def _not_a_table(text: str) -> InvalidInput:
    return InvalidInput("SOURCE_TABLE_SYNTAX", where="table", table=text[:100])
