"""Counts are a query over rows, never increments (I-2)."""

from collections import Counter
from collections.abc import Mapping

from sqlglot import exp

from leleka.core.plan import Counts, Kind
from leleka.core.statuses import Ended
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.sql.tables import column

DUE = "due"


def counts_of(session: Engine, outcomes: exp.Expr) -> Counts:
    """Count a query that gives kind, ended, code and warnings, one row a profile or leaver.

    A NULL ``kind`` is somebody for whom nothing was due; a NULL ``ended`` one who is yet to be sent.
    """
    grouped = (
        exp.select(column("kind"), column("ended"), column("code"), exp.Count(this=exp.Star()))
        .from_(exp.Subquery(this=outcomes, alias=exp.TableAlias(this=exp.to_identifier("o"))))
        .group_by(column("kind"), column("ended"), column("code"))
    )
    kinds: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    codes: dict[str, Counter[str]] = {end: Counter() for end in Ended}
    left: Counter[str] = Counter()
    for kind, end, code, number in session.rows(grouped):
        if kind == Kind.LEFT:
            left[code or end or DUE] += number
            continue
        if kind is not None:
            kinds[kind] += number
        ended[end or DUE] += number
        if end is not None:
            codes[end][code] += number
    return Counts(
        selected=ended.total(),
        added=kinds[Kind.ADDED],
        changed=kinds[Kind.CHANGED],
        unchanged=ended[Ended.UNCHANGED],
        delivered=ended[Ended.DELIVERED],
        unconfirmed=ended[Ended.UNCONFIRMED],
        excluded=_largest_first(codes[Ended.EXCLUDED]),
        rejected=_largest_first(codes[Ended.REJECTED]),
        not_attempted=_largest_first(codes[Ended.NOT_ATTEMPTED]),
        left=_largest_first(left),
        warnings=_warnings(session, outcomes),
    )


def _warnings(session: Engine, outcomes: exp.Expr) -> Mapping[str, int]:
    one = exp.alias_(exp.Explode(this=column("warnings")), "warning")
    each = exp.select(one).from_(
        exp.Subquery(this=outcomes.copy(), alias=exp.TableAlias(this=exp.to_identifier("o")))
    )
    counted = (
        exp.select(column("warning"), exp.Count(this=exp.Star()))
        .from_(exp.Subquery(this=each, alias=exp.TableAlias(this=exp.to_identifier("w"))))
        .group_by(column("warning"))
    )
    return _largest_first(Counter(dict(session.rows(counted))))


def _largest_first(counter: Counter[str]) -> Mapping[str, int]:
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))
