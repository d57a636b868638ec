"""Contacts as a destination writes them, in SQL: of members whose texts are plain."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlglot import exp

from leleka.core.ports.outline import PLAIN_PATTERN, Group, Outline, Piece
from leleka.core.ports.warehouse import PlainColumn
from leleka.warehouse.engines.port import full_match

# At most fifteen digits before the point: a float holds every such number to the last digit.
_SHORT_NUMBER: Final = r"-?[0-9]{1,15}(\.[0-9]+)?"


def are_plain(values: Sequence[exp.Expr], columns: Sequence[PlainColumn], longest: int) -> exp.Condition:
    """Say of a member's values, NULL where there is none, whether ``contact`` may write them."""
    together = _concat([_or_nothing(one) for one in values])  # to look once costs less than to look at each
    conditions: list[exp.Expr] = [full_match(together, PLAIN_PATTERN)]
    most = exp.Literal.number(longest)
    conditions += [exp.LTE(this=exp.Length(this=_or_nothing(one)), expression=most.copy()) for one in values]
    for value, column in zip(values, columns, strict=True):
        if column.never:
            conditions.append(_is_null(value))
        elif column.number:
            conditions.append(exp.or_(_is_null(value), full_match(value.copy(), _SHORT_NUMBER)))
    return exp.and_(*conditions)


def contact(outline: Outline, values: Mapping[str, exp.Expr]) -> exp.Expr:
    """Return the contact of a member; ``values`` by the outline's keys, NULL where there is none."""
    return _concat([_part(part, values) for part in outline if part != ""])


def _part(part: str | Piece | Group, values: Mapping[str, exp.Expr]) -> exp.Expr:
    if isinstance(part, str):
        return exp.Literal.string(part)
    if isinstance(part, Piece):
        return _piece(part, values)
    pieces = _concat([_piece(one, values) for one in part.pieces])
    rest = exp.Substring(this=pieces, start=exp.Literal.number(2))  # without the first comma
    whole = _concat([exp.Literal.string(part.opening), rest, exp.Literal.string(part.closing)])
    nothing = exp.EQ(this=pieces.copy(), expression=exp.Literal.string(""))
    return exp.case().when(nothing, exp.Literal.string("")).else_(whole)


def _piece(piece: Piece, values: Mapping[str, exp.Expr]) -> exp.Expr:
    value = values[piece.key]
    told = _concat([exp.Literal.string(piece.opening), value.copy(), exp.Literal.string(piece.closing)])
    return _or_nothing(told)


def _concat(parts: Sequence[exp.Expr]) -> exp.Expr:
    """NULL where a part is NULL."""
    if len(parts) <= 1:
        return parts[0] if parts else exp.Literal.string("")
    return exp.Concat(expressions=list(parts), safe=False, coalesce=False)


def _or_nothing(text: exp.Expr) -> exp.Expr:
    return exp.Coalesce(this=text.copy(), expressions=[exp.Literal.string("")])


def _is_null(expression: exp.Expr) -> exp.Expr:
    return exp.Is(this=expression.copy(), expression=exp.null())
