"""Lists of profiles: what there is, and who uses it."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from leleka.core.column_classes import ColumnClass
from leleka.core.columns import ColumnType
from leleka.errors import InvalidInput, NeedsAttention, NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import discreet
from leleka.services.access.edit_guards import out_of_reach
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.installation import lake_sessions
from leleka.services.lists.contracts import ListView
from leleka.services.paging import Columns, Listed, ListQuery, after, contains, page_of
from leleka.services.segments.usage import exports_fed, references
from leleka.services.sources import catalogue, column_classes
from leleka.state.case_folding import Folded
from leleka.state.models import ProfileList
from leleka.warehouse.members import lists as profile_lists


def list_lists(actor: Actor) -> Sequence[ListView]:
    require(actor, Permission.SEE)
    return [_view(actor, row) for row in ProfileList.objects.order_by("name")]


def lists_after(actor: Actor, number: int, limit: int) -> Sequence[ListView]:
    """Return lists as they were made, from behind the one of this id."""
    require(actor, Permission.SEE)
    return [_view(actor, row) for row in after(ProfileList.objects.all(), number, limit)]


def find_lists(actor: Actor, wanted: ListQuery) -> Listed[ListView]:
    """Return a page of lists, looked for by name."""
    require(actor, Permission.SEE)
    columns: Columns = {"name": Folded("name"), "size": "size", "given_at": "given_at"}
    rows, matching = ProfileList.objects.all(), contains(wanted.text, "name")
    return page_of(rows, wanted, columns, matching, lambda found: [_view(actor, row) for row in found])


def named(actor: Actor, name: str) -> ListView:
    """Raises ``NotFound``."""
    require(actor, Permission.SEE)
    row = ProfileList.objects.filter(name=name).first()
    if row is None:
        raise NotFound("LIST_UNKNOWN.named", name=name)
    return _view(actor, row)


def address_columns(actor: Actor) -> Sequence[str]:
    """Return the columns of the profiles that may hold the addresses of a list: those of text, contacts first."""
    require(actor, Permission.SEE)
    try:
        table = catalogue.current().profile_table
    except InvalidInput:
        return ()  # without profiles there is nobody to list
    classes = column_classes.current()
    names = [one.name for one in table.columns if one.type is ColumnType.TEXT]
    contact = [name for name in names if classes.of(table.name, name) is ColumnClass.CONTACT]
    return [*contact, *(name for name in names if name not in contact)]


def profile_list(actor: Actor, number: int) -> ListView:
    require(actor, Permission.SEE)
    return _view(actor, find_by_id(number))


def contents(actor: Actor, number: int) -> Iterator[str]:
    """Return the entries of a list as the lines of a CSV file that a definitions file can name; audited.

    Raises ``NotFound``, ``NeedsAttention`` LIST_LOST.
    """
    require(actor, Permission.DOWNLOAD_PERSONAL)
    row = find_by_id(number)
    if not lake_sessions.lake().is_sound(row.snapshot):
        raise NeedsAttention("LIST_LOST", where=row.name, name=row.name)
    record(actor, "list download", row.name, {"rows": row.size})
    return _lines(row)


def _lines(row: ProfileList) -> Iterator[str]:
    """Return them as they are: a file for Leleka, in which an id may begin like a formula."""
    yield _csv([("email" if row.column else "id",)])
    with lake_sessions.small_session() as session:
        for chunk in profile_lists.entries(session, lake_sessions.lake().open(row.snapshot)):
            yield _csv(chunk)


def _csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


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
