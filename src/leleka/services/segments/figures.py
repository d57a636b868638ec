"""What a segment's page tells beyond its size: who came and left, what it shares with others, whom it is made of."""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from leleka.core.clock import utc_now
from leleka.core.column_classes import ColumnClass, mask_value
from leleka.core.columns import Catalogue
from leleka.errors import Conflict, InvalidInput, NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import sees_personal
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.installation import lake_sessions
from leleka.services.runs.csv import lines
from leleka.services.segments import following
from leleka.services.segments.contracts import (
    Breakdown,
    Evaluation,
    Group,
    Moved,
    Movement,
    Overlap,
    Part,
    Period,
)
from leleka.services.segments.queries import find_by_id
from leleka.services.sources import catalogue, column_classes
from leleka.state.models import Segment
from leleka.warehouse.lake import Snapshot
from leleka.warehouse.members import memberships, segment_figures
from leleka.warehouse.members.memberships import Followed
from leleka.warehouse.members.segment_figures import Profiles, Share

_BLOCK: Final = 1 << 18
SHOWN: Final = 20  # people
LISTED: Final = 60  # evaluations
MOST_GROUPS: Final = 20
MOST_COMPARED: Final = 4


def evaluations(actor: Actor, number: int) -> Sequence[Evaluation]:
    """Return the last evaluations, the newest first."""
    require(actor, Permission.SEE)
    rows = find_by_id(number).sizes.order_by("-evaluated_at", "-pk")[:LISTED]
    return [Evaluation(row.evaluated_at, row.size, row.came, row.left) for row in rows]


def movement(actor: Actor, number: int, since: datetime | None = None) -> Movement:
    """Return who came and who left since a moment, or since the segment is followed: how many, and the first by id."""
    require(actor, Permission.SEE)
    row = find_by_id(number)
    followed = _followed(row)
    begun = row.followed_since or row.evaluated_at or utc_now()
    moment = max(_in_utc(since), begun) if since else begun
    with lake_sessions.page_session() as session:
        found = memberships.moved(session, followed, moment, SHOWN)
    masked = not sees_personal(actor)
    klass = _class_of_key(catalogue.calculated())
    came, left = (
        Moved(count, tuple(str(mask_value(klass, one)) if masked else one for one in ids))
        for count, ids in (found[True], found[False])
    )
    if not masked and (came.first or left.first):
        record(
            actor, "segment members seen", row.name, {"rows": len(came.first) + len(left.first), "offset": 0}
        )
    return Movement(moment, begun, came, left, masked)


def overlap(actor: Actor, numbers: Sequence[int]) -> Overlap:
    """Return how many people are in exactly which of two to four segments, the largest part first.

    Raises ``InvalidInput``, ``NotFound``, ``Conflict`` where one was not counted yet.
    """
    require(actor, Permission.SEE)
    chosen = list(dict.fromkeys(numbers))
    if not 1 < len(chosen) <= MOST_COMPARED:
        raise InvalidInput("SEGMENTS_COMPARED", where="segments", most=MOST_COMPARED)
    rows = [find_by_id(number) for number in chosen]
    with lake_sessions.page_session() as session:
        found = segment_figures.overlap(session, [_followed(row).members for row in rows])
    names = tuple(row.name for row in rows)
    parts = [
        Part(tuple(name for place, name in enumerate(names) if mask >> place & 1), people)
        for mask, people in found.items()
    ]
    parts.sort(key=lambda part: (-part.people, len(part.within), part.within))
    return Overlap(tuple(row.pk for row in rows), names, tuple(row.size or 0 for row in rows), tuple(parts))


def columns(actor: Actor) -> Sequence[str]:
    """Return the columns and measures of the profiles that members may be broken down by: those classed as harmless."""
    require(actor, Permission.SEE)
    known, classes = catalogue.calculated(), column_classes.current()
    table = known.profile_table
    return [one.name for one in table.columns if classes.of(table.name, one.name) is ColumnClass.HARMLESS]


def breakdown(actor: Actor, number: int, column: str) -> Breakdown:
    """Return how the members are spread over the values of a column, beside all profiles.

    Raises ``NotFound``, ``Conflict`` VALUES_PERSONAL, and where the segment was not counted yet.
    """
    require(actor, Permission.SEE)
    row, known = find_by_id(number), catalogue.calculated()
    table = known.profile_table
    if table.column(column) is None:
        raise NotFound("SOURCE_UNKNOWN_COLUMN.alone", where="column")
    if column_classes.current().of(table.name, column) is not ColumnClass.HARMLESS:
        raise Conflict("VALUES_PERSONAL", where="column")
    members = _followed(row).members
    with lake_sessions.page_session() as session:
        shares, rest = segment_figures.breakdown(session, members, _profiles(known), column, MOST_GROUPS)
    groups = tuple(_group(one) for one in shares)
    return Breakdown(column, row.size or 0, groups, _group(rest) if rest.people else None)


def download(actor: Actor, number: int) -> Iterator[str]:
    """Return the members with all columns as the lines of a CSV file; audited."""
    require(actor, Permission.DOWNLOAD_PERSONAL)
    row, known = find_by_id(number), catalogue.calculated()
    members = _followed(row).members
    record(actor, "segment download", row.name, {"rows": row.size})
    return _lines(members_of=_chunks(members, known), names=[one.name for one in known.profile_table.columns])


def periods(actor: Actor, number: int, after: str = "", limit: int = 100) -> Sequence[Period]:
    """Return who was in a segment from when to when, by profile, from behind a profile; audited where unmasked."""
    require(actor, Permission.SEE_PERSONAL)
    row = find_by_id(number)
    followed = _followed(row)
    with lake_sessions.page_session() as session:
        found = memberships.periods_after(session, followed, after, limit)
    if found:
        record(actor, "segment members seen", row.name, {"rows": len(found), "offset": 0})
    return [Period(profile, _aware(entered), _aware(left)) for profile, entered, left in found]


def download_periods(actor: Actor, number: int) -> Iterator[bytes]:
    """Return all of them as the bytes of a Parquet file; audited."""
    require(actor, Permission.DOWNLOAD_PERSONAL)
    row = find_by_id(number)
    followed = _followed(row)
    record(actor, "segment download", row.name, {"rows": row.size})
    return _bytes(followed)


def _bytes(followed: Followed) -> Iterator[bytes]:
    with (
        lake_sessions.small_session() as session,
        tempfile.TemporaryDirectory(dir=session.spill, prefix="memberships-") as folder,
    ):
        path = Path(folder) / "memberships.parquet"
        memberships.write_periods(session, followed, str(path))
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block


def _in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC; one without a zone is meant so, and at either end of time no zone matters."""
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def _chunks(members: Snapshot, known: Catalogue) -> Iterator[Sequence[tuple[object, ...]]]:
    with lake_sessions.small_session() as session:
        yield from segment_figures.whole(session, members, _profiles(known))


def _lines(*, members_of: Iterator[Sequence[tuple[object, ...]]], names: Sequence[str]) -> Iterator[str]:
    yield lines([names])
    for chunk in members_of:
        yield lines([["" if value is None else str(value) for value in one] for one in chunk])


def _group(share: Share) -> Group:
    return Group(None if share.value is None else str(share.value), share.members, share.people)


def _profiles(known: Catalogue) -> Profiles:
    return Profiles(known, catalogue.snapshot_files(), catalogue.measure_files())


def _followed(row: Segment) -> Followed:
    followed = following.followed(row)
    if followed is None:
        raise Conflict("SEGMENT_NOT_EVALUATED.page", where=row.name)
    return followed


def _class_of_key(known: Catalogue) -> ColumnClass:
    table = known.profile_table
    return column_classes.current().of(table.name, table.primary_key or "")
