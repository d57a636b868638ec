"""What is known of profiles as a whole: members of a segment, entries of a list, a random share.

Each is ``key IN (SELECT …)`` that mentions nothing of the outside, or looks at the key alone.
"""

from typing import Final

from sqlglot import exp

from leleka.core.rules.model import InList, InSegment, RandomShare
from leleka.warehouse.sql.comparisons import two_valued
from leleka.warehouse.sql.scope import Scope
from leleka.warehouse.sql.tables import column, parquet

_ALL: Final = 10_000  # hundredths of a percent
_DIGITS: Final = 8  # hexadecimal, of the digest: one profile in four milliards falls on a border


def in_segment(rule: InSegment, scope: Scope) -> exp.Expr:
    members = exp.select(column("profile_id")).from_(parquet(scope.sets.segments[rule.name]))
    return _is_in(scope, members)


def in_list(rule: InList, scope: Scope) -> exp.Expr:
    files = scope.sets.lists[rule.name]
    entries = exp.select(column("entry")).from_(parquet(files.entries))
    if not files.book:
        return _is_in(scope, entries)
    listed = exp.In(this=column("email_key"), query=exp.Subquery(this=entries))
    return _is_in(scope, exp.select(column("profile_id")).from_(parquet(files.book)).where(listed))


def in_share(rule: RandomShare, scope: Scope) -> exp.Expr:
    """Compare the first digits of a digest, as texts of one length: every engine orders these alike."""
    seed = exp.Literal.string(f"{rule.seed}:")
    salted = exp.Concat(expressions=[seed, scope.profile_id], safe=False, coalesce=False)
    drawn = exp.Substring(
        this=exp.MD5(this=salted), start=exp.Literal.number(1), length=exp.Literal.number(_DIGITS)
    )
    inside: list[exp.Expr] = [exp.GTE(this=drawn, expression=exp.Literal.string(_border(rule.first)))]
    if rule.last < _ALL:
        inside.append(exp.LT(this=drawn.copy(), expression=exp.Literal.string(_border(rule.last))))
    return two_valued(exp.and_(*inside, copy=False))


def _border(hundredths: int) -> str:
    return f"{hundredths * 16**_DIGITS // _ALL:0{_DIGITS}x}"


def _is_in(scope: Scope, members: exp.Select) -> exp.Expr:
    return two_valued(exp.In(this=scope.profile_id, query=exp.Subquery(this=members)))
