"""Among whom customers are looked for: the members of a segment, the people in a list."""

from leleka.core.messages import Message
from leleka.core.rules.model import InList, InSegment, Rule
from leleka.errors import Conflict, NeedsAttention
from leleka.services.customers.contracts import Within
from leleka.services.installation import lake_sessions
from leleka.services.lists import queries as list_queries
from leleka.services.segments import queries as segment_queries
from leleka.services.sources.email_addresses import address_book, profiles_source
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.sql.scope import ListFiles, ProfileSets


def of_segment(number: int) -> Within:
    """Raises ``NotFound``, ``Conflict`` SEGMENT_NOT_EVALUATED."""
    row = segment_queries.find_by_id(number)
    if not lake_sessions.lake().is_sound(row.snapshot):
        raise Conflict("SEGMENT_NOT_EVALUATED.page", where=row.name)
    return Within(row.name, InSegment(row.name), row.snapshot)


def of_list(number: int) -> Within:
    """Raises ``NotFound``, ``NeedsAttention`` LIST_LOST."""
    row = list_queries.find_by_id(number)
    if not lake_sessions.lake().is_sound(row.snapshot):
        raise NeedsAttention("LIST_LOST", where=row.name, name=row.name)
    return Within(row.name, InList(row.name), row.snapshot, row.column)


def sets_of(session: Engine, within: Within) -> tuple[Rule, ProfileSets]:
    """Return the rule that holds for who is in it, with the files that it is looked up in."""
    lake = lake_sessions.lake()
    files = lake.open(within.snapshot).files
    if isinstance(within.rule, InSegment):
        return within.rule, ProfileSets({within.name: files}, {})
    books = []
    if within.column:
        book = address_book(session, profiles_source(), within.column, _nobody)
        books = [lake.open(book).files]
    return within.rule, ProfileSets({}, {within.name: ListFiles(files, *books)})


def _nobody(_: Message) -> None:
    """Nobody looks on."""
