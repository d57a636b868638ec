"""Lists of profiles: what there is, and who uses it."""

from collections.abc import Sequence

from leleka.errors import NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet
from leleka.services.access.edit_guards import out_of_reach
from leleka.services.access.permissions import Permission, require
from leleka.services.lists.contracts import ListView
from leleka.services.paging import after
from leleka.services.segments.usage import exports_fed, references
from leleka.state.models import ProfileList


def lists_after(actor: Actor, number: int, limit: int) -> Sequence[ListView]:
    """Return lists as they were made, from behind the one of this id."""
    require(actor, Permission.SEE)
    return [_view(actor, row) for row in after(ProfileList.objects.all(), number, limit)]


def profile_list(actor: Actor, number: int) -> ListView:
    require(actor, Permission.SEE)
    return _view(actor, find_by_id(number))


def find_by_id(number: int) -> ProfileList:
    """Raises ``NotFound``."""
    row = ProfileList.objects.filter(pk=number).first()
    if row is None:
        raise NotFound("LIST_UNKNOWN")
    return row


def users_of(name: str) -> Sequence[str]:
    """Return the names of the segments whose rules name a list."""
    return [segment for segment, named in references("list").items() if name in named]


def _view(actor: Actor, row: ProfileList) -> ListView:
    users = users_of(row.name)
    view = ListView(
        id=row.pk,
        name=row.name,
        column=row.column,
        size=row.size,
        unknown=row.unknown,
        unusable=row.unusable,
        given_by=row.given_by,
        given_at=row.given_at,
        segments=users,
        managed_by_file=row.managed_by_file,
        version=row.version,
        locked_by=out_of_reach(actor, exports_fed(users)),
    )
    return discreet(actor, view)
