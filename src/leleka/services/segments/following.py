"""Following a segment: at each evaluation, who came and who left."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from leleka.services.installation import lake_sessions
from leleka.state.models import Segment
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Snapshot
from leleka.warehouse.members import memberships
from leleka.warehouse.members.memberships import Evaluated, Followed

KEPT: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be written down of one evaluation: with the segment, and with its size."""

    values: dict[str, object]
    counts: dict[str, int] = field(default_factory=dict)


def follow(session: Engine, segment: Segment, after: Snapshot, at: datetime) -> Step:
    """Compare the members before with those ``after``. Where those before, or what was known of them, are lost, the
    segment is followed from now on.
    """
    before = followed(segment)
    if before is None or segment.followed_since is None:
        return Step({"memberships": "", "followed_since": at})
    since = max(segment.followed_since, at - KEPT)
    lake = lake_sessions.lake()
    noted = memberships.note(session, lake, segment.name, Evaluated(before, after, at, since))
    values = {"memberships": noted.snapshot.reference, "followed_since": since}
    return Step(values, {"came": noted.came, "left": noted.left})


def followed(segment: Segment) -> Followed | None:
    """Return the members and the changes known of them; None where one of them is lost or there are none."""
    lake = lake_sessions.lake()
    if not lake.is_sound(segment.snapshot):
        return None
    if not segment.memberships:
        return Followed(lake.open(segment.snapshot))
    if not lake.is_sound(segment.memberships):
        return None
    return Followed(lake.open(segment.snapshot), lake.open(segment.memberships))
