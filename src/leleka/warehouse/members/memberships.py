"""Who came into a segment and who left it: a row for each change, in the order of profiles and times.

Only what changed is written: a segment of a million keeps a few rows a day. Members without a row were in it when it
was first followed.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlglot import exp

from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Lake, Snapshot
from leleka.warehouse.segments import PROFILE_ID
from leleka.warehouse.sql.tables import column, count_where, empty, parquet

KIND: Final = "memberships"
_AT: Final = "at"
_CAME: Final = "came"
_ENTERED: Final = "entered"
_LEFT: Final = "left"
_PLACE: Final = "place"
_COLUMNS: Final = {PROFILE_ID: "varchar", _AT: "timestamp", _CAME: "boolean"}


@dataclass(frozen=True, slots=True)
class Noted:
    """What one evaluation changed."""

    snapshot: Snapshot
    came: int
    left: int


@dataclass(frozen=True, slots=True)
class Followed:
    """The members of a segment and the changes noted so far; None where it was not followed before."""

    members: Snapshot
    changes: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The members before and after an evaluation at a moment; changes before ``kept_since`` are forgotten."""

    before: Followed
    after: Snapshot
    at: datetime
    kept_since: datetime


def note(session: Engine, lake: Lake, name: str, done: Evaluated) -> Noted:
    """Write the changes known so far with those of one evaluation."""
    before, after, at = done.before.members, done.after, done.at
    known = _known(done.before.changes).where(exp.GTE(this=column(_AT), expression=_instant(done.kept_since)))
    new = exp.union(
        _differing(after, before, at, came=True), _differing(before, after, at, came=False), distinct=False
    )
    rows = exp.union(new, known, distinct=False)
    ordered = (
        exp.select(*map(column, _COLUMNS))
        .from_(rows.subquery("changes"))
        .order_by(column(PROFILE_ID), column(_AT))
    )
    with lake.write(KIND, name) as aside:
        session.write(ordered, aside.file("changes"))
        here = exp.EQ(this=column(_AT), expression=_instant(at))
        came = count_where(exp.and_(here, column(_CAME)))
        left = count_where(exp.and_(here.copy(), exp.Not(this=column(_CAME))))
        counted = session.row(exp.select(came, left).from_(parquet(aside.file("changes"))))
    return Noted(lake.open(aside.reference), int(counted[0] or 0), int(counted[1] or 0))


def moved(
    session: Engine, followed: Followed, since: datetime, most: int
) -> dict[bool, tuple[int, list[str]]]:
    """Return how many came (True) and left (False) since a moment, and the first ``most`` of each by id.

    Who came and left again within the time did neither.
    """
    found = {}
    for came in (True, False):
        rows = _net(followed, since, came=came)
        (count,) = session.row(exp.select(exp.Count(this=exp.Star())).from_(rows.subquery("moved")))
        first = (
            exp.select(column(PROFILE_ID))
            .from_(rows.subquery("moved"))
            .order_by(column(PROFILE_ID))
            .limit(most)
        )
        found[came] = int(count), [identity for (identity,) in session.rows(first)]
    return found


def periods_after(
    session: Engine, followed: Followed, after: str, limit: int
) -> list[tuple[str, datetime | None, datetime | None]]:
    """Return (profile, entered, left) by profile and time, in UTC, of the ``limit`` profiles behind ``after``.

    Entered is None of those who were there when the segment was first followed, left of those who are there.
    """
    behind = exp.GT(this=column(PROFILE_ID), expression=exp.Literal.string(after))
    every = exp.select(column(PROFILE_ID)).from_(periods_sql(followed).subquery("periods")).where(behind)
    first = every.distinct().order_by(column(PROFILE_ID)).limit(limit).subquery("first")
    (last,) = session.row(exp.select(exp.Max(this=column(PROFILE_ID))).from_(first))
    if last is None:
        return []
    within = exp.LTE(this=column(PROFILE_ID), expression=exp.Literal.string(last))
    found = periods_sql(followed).where(exp.and_(behind.copy(), within))
    return [(profile, entered, left) for profile, entered, left in session.rows(found)]


def write_periods(session: Engine, followed: Followed, path: str) -> int:
    """Write them all to a Parquet file; return how many there are."""
    return session.write(periods_sql(followed), path)


def periods_sql(followed: Followed) -> exp.Select:
    """Return the query of ``profile_id``, ``entered`` and ``left``."""
    if followed.changes is None:
        untouched = exp.select(*_period("member")).from_(parquet(followed.members.files, "member"))
        return untouched.order_by(column(PROFILE_ID))
    events = _events(followed.changes)
    entered = exp.select(*_period("e", entered=column(_AT, "e"), left=column(_LEFT, "e")))
    entered = entered.from_(events.subquery("e")).where(column(_CAME, "e"))
    # Who left first was there before the segment was followed.
    begun = exp.select(*_period("b", left=column(_AT, "b"))).from_(events.copy().subquery("b"))
    is_first = exp.EQ(this=column(_PLACE, "b"), expression=exp.Literal.number(1))
    begun = begun.where(exp.and_(is_first, exp.Not(this=column(_CAME, "b"))))
    rest = exp.select(*_period("member")).from_(parquet(followed.members.files, "member"))
    rest = rest.where(exp.Not(this=_is_among(followed.changes, "member")))
    together = exp.union(exp.union(entered, begun, distinct=False), rest, distinct=False)
    every = exp.select(column(PROFILE_ID), column(_ENTERED), column(_LEFT)).from_(
        together.subquery("periods")
    )
    return every.order_by(column(PROFILE_ID), exp.Ordered(this=column(_ENTERED), nulls_first=True))


def _period(table: str, *, entered: exp.Expr | None = None, left: exp.Expr | None = None) -> list[exp.Expr]:
    nothing = exp.cast(exp.null(), "timestamp")
    return [
        column(PROFILE_ID, table),
        exp.alias_(entered or nothing, _ENTERED, quoted=True),
        exp.alias_(left or nothing.copy(), _LEFT, quoted=True),
    ]


def _events(changes: Snapshot) -> exp.Select:
    """Return the changes with the time of the next one of the same profile, and the place of each among them."""
    within = {
        "partition_by": [column(PROFILE_ID)],
        "order": exp.Order(expressions=[exp.Ordered(this=column(_AT))]),
    }
    following = exp.Window(this=exp.Lead(this=column(_AT)), **within)
    place = exp.Window(this=exp.RowNumber(), **within)
    more = (exp.alias_(following, _LEFT, quoted=True), exp.alias_(place, _PLACE, quoted=True))
    return exp.select(*map(column, _COLUMNS), *more).from_(parquet(changes.files))


def _differing(some: Snapshot, others: Snapshot, at: datetime, *, came: bool) -> exp.Select:
    rows = exp.select(
        column(PROFILE_ID, "some"),
        exp.alias_(_instant(at), _AT, quoted=True),
        exp.alias_(exp.true() if came else exp.false(), _CAME, quoted=True),
    )
    return rows.from_(parquet(some.files, "some")).where(exp.Not(this=_is_among(others, "some")))


def _net(followed: Followed, since: datetime, *, came: bool) -> exp.Select:
    """Return who is in it now and was not at ``since``, or the other way round: coming and leaving take turns."""
    events = exp.select(column(PROFILE_ID), column(_AT), column(_CAME)).from_(
        _known(followed.changes).subquery("known")
    )
    later = events.where(exp.GT(this=column(_AT), expression=_instant(since)))
    times = count_where(column(_CAME))
    gone = count_where(exp.Not(this=column(_CAME)))
    more, fewer = (times, gone) if came else (gone, times)
    return (
        exp.select(column(PROFILE_ID))
        .from_(later.subquery("later"))
        .group_by(column(PROFILE_ID))
        .having(exp.GT(this=more, expression=fewer))
    )


def _known(changes: Snapshot | None) -> exp.Select:
    if changes is None:
        return empty(_COLUMNS)
    return exp.select(*map(column, _COLUMNS)).from_(parquet(changes.files))


def _is_among(members: Snapshot, alias: str) -> exp.Exists:
    same = exp.EQ(this=column(PROFILE_ID, "other"), expression=column(PROFILE_ID, alias))
    return exp.Exists(
        this=exp.select(exp.Literal.number(1)).from_(parquet(members.files, "other")).where(same)
    )


def _instant(at: datetime) -> exp.Expr:
    """Return a moment as the engine keeps it: without a zone, in UTC."""
    return exp.cast(exp.Literal.string(at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")), "timestamp")
