"""Customers who are picked by hand: what they are called in a list, and the list that takes them."""

from collections.abc import Sequence
from typing import Final

from leleka.errors import InvalidInput, NeedsAttention
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.customers import finding, indexing
from leleka.services.installation import lake_sessions
from leleka.services.lists import commands
from leleka.services.lists.contracts import ListView
from leleka.services.lists.queries import find_by_id
from leleka.services.sources import catalogue
from leleka.warehouse.customers import lookups

MOST: Final = 1_000  # customers at once


def pick(actor: Actor, references: Sequence[str], name: str, *, segment: bool = False) -> ListView:
    """Make a list of customers, and with it a static ``segment``. Raises as ``lists.commands.create``."""
    require(actor, Permission.EDIT_SEGMENTS)
    return commands.create(actor, name, _entries(references, ""), segment=segment)


def pick_into(actor: Actor, references: Sequence[str], number: int) -> ListView:
    """Put customers into a list: by their keys, or where it is one of addresses, by these. Raises as
    ``lists.commands.add``.
    """
    require(actor, Permission.EDIT_SEGMENTS)
    row = find_by_id(number)
    return commands.add(actor, number, _entries(references, row.column), row.version)


def _entries(references: Sequence[str], column: str) -> Sequence[str]:
    """Return what customers are called in a list; those who are gone are left out. Raises ``InvalidInput``."""
    chosen = list(dict.fromkeys(references))
    if not chosen:
        raise InvalidInput("CUSTOMERS_NOT_PICKED", where="customers")
    if len(chosen) > MOST:
        raise InvalidInput("CUSTOMERS_NOT_PICKED.many", where="customers", most=MOST)
    source, snapshot = finding.profiles()
    if column and catalogue.table_of(source).column(column) is None:
        raise NeedsAttention("ADDRESSES_COLUMN_GONE", source=source.name, column=column)
    index = indexing.current(source, indexing.REFERENCE)
    keyed = lookups.Keyed(snapshot, indexing.reference_key(source), index)
    columns = [column] if column else []
    with lake_sessions.page_session() as session:
        numbers = lookups.numbers_of(session, keyed, chosen, len(chosen))
        rows = lookups.rows(session, snapshot, numbers, columns, indexing.plain_key(source))
    told = [str(row.values[column] or "") if column else row.key for row in rows]
    if not any(told):
        raise InvalidInput("CUSTOMERS_NOT_PICKED.none", where="customers")
    return told
