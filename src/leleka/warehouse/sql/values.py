"""From typed columns to the text that is sent, and from that text to a fingerprint.

The text of a value is what the destination receives, character for character. A fingerprint is md5 over
exactly what is sent, in SQL that every engine computes alike; an engine's own ``hash()`` would change with
its version.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from sqlglot import exp

from leleka.core.columns import ColumnType, Table
from leleka.core.data_matching import DataMatching, LeaverPolicy, Leavers, WhenEmpty
from leleka.warehouse.engines.port import instant_text, number_text
from leleka.warehouse.sql.tables import column

_BLANKS: Final = " \t\r\n\u00a0"


def as_text(expression: exp.Expr) -> exp.Expr:
    return exp.cast(expression, exp.DataType.Type.TEXT)


def value_text(table: Table, name: str, source: str) -> exp.Expr:
    """Return the text of column ``name`` as it is sent; NULL where it is empty."""
    found = table.column(name)
    return text_of(column(name, source), found.type if found else ColumnType.TEXT)


def text_of(raw: exp.Expr, kind: ColumnType) -> exp.Expr:
    """Return the text of a value of this type as it is sent; NULL where it is empty."""
    if kind is ColumnType.TEXT:
        trimmed = exp.Trim(this=raw, expression=exp.Literal.string(_BLANKS))
        return exp.Nullif(this=trimmed, expression=exp.Literal.string(""))
    if kind is ColumnType.NUMBER:
        # Six decimals are more than a field for people needs, and keep binary fractions out of what is compared.
        return number_text(raw)
    if kind is ColumnType.DATETIME:
        return instant_text(raw)
    if kind is ColumnType.BOOLEAN:
        return exp.Case(
            ifs=[
                exp.If(this=raw, true=exp.Literal.string("true")),
                exp.If(this=exp.Not(this=raw), true=exp.Literal.string("false")),
            ]
        )
    return as_text(raw)


def fingerprint(matching: DataMatching, leavers: Leavers, values: Sequence[exp.Expr]) -> exp.Expr:
    """Return md5 over everything a member's contact would say; ``values`` in the order of the lines.

    Each value goes in with its length before it, so that no two different contacts read the same. In which order
    the lines stand in the definitions is nothing the destination is told.
    """
    parts: list[exp.Expr] = [exp.Literal.string(_constant_part(matching, leavers))]
    for line, value in sorted(zip(matching.lines, values, strict=True), key=lambda pair: pair[0].to):
        country = f"@{matching.phone_country}" if line.to == "phone" and matching.phone_country else ""
        told = exp.Concat(
            expressions=[
                exp.Literal.string(f"{line.to}{country}="),
                as_text(exp.Length(this=value.copy())),
                exp.Literal.string(":"),
                value.copy(),
                exp.Literal.string(";"),
            ],
            safe=False,
            coalesce=False,
        )
        empty = exp.Literal.string(f"{line.to}=0:;" if line.when_empty is WhenEmpty.CLEAR else "")
        missing = exp.Is(this=value.copy(), expression=exp.null())
        parts.append(exp.Case(ifs=[exp.If(this=missing, true=empty)]).else_(told))
    return exp.MD5(this=exp.Concat(expressions=parts, safe=False, coalesce=False))


def _constant_part(matching: DataMatching, leavers: Leavers) -> str:
    tags = "".join(f"{len(tag)}:{tag};" for tag in sorted(matching.tags))
    marked = leavers.policy is LeaverPolicy.MARK
    mark = f"mark={leavers.field}={len(leavers.member)}:{leavers.member};" if marked else ""
    return f"tags={tags}{mark}"


def leaver_fingerprint(leavers: Leavers) -> str:
    """Return the fingerprint of what is written about a leaver, the same for all of them."""
    told = f"left={leavers.policy}={leavers.field}={len(leavers.leaver)}:{leavers.leaver};"
    return hashlib.md5(told.encode(), usedforsecurity=False).hexdigest()
