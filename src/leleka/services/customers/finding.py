"""Where customers are looked for: the index and what it is of, the columns somebody may look in, their filters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leleka.core.clock import current_clock
from leleka.core.column_classes import ColumnClass, mask_value
from leleka.core.columns import Catalogue
from leleka.core.customers.columns import title_columns
from leleka.core.rules.model import AllOf, Condition, Rule
from leleka.core.rules.parser import parse
from leleka.errors import Conflict, Forbidden, InvalidInput, NotFound
from leleka.services.access.actor import Actor
from leleka.services.access.discretion import sees_personal
from leleka.services.customers import indexing
from leleka.services.installation import lake_sessions
from leleka.services.installation.local_day import today
from leleka.services.sources import catalogue, column_classes
from leleka.services.sources.column_classes import Classes
from leleka.services.sources.email_addresses import profiles_source
from leleka.state.models import Measure, Source, TableIndex
from leleka.warehouse.customers import lookups
from leleka.warehouse.customers.lookups import Row
from leleka.warehouse.customers.search import Filters, Index
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Snapshot
from leleka.warehouse.sql.scope import Measured, ProfileSets, Scope

_MOST_SHOWN = 5  # columns


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks, and how values are masked for them by the classes of columns."""

    masked: bool
    classes: Classes
    profiles: str

    def text(self, column: str, value: object, table: str = "") -> str:
        shown = mask_value(self.classes.of(table or self.profiles, column), value) if self.masked else value
        return "" if shown is None else str(shown)

    def may_search(self, column: str) -> bool:
        """Return whether they may find out who has a value: not from a column whose values are masked for them."""
        return not self.masked or self.classes.of(self.profiles, column) is ColumnClass.HARMLESS


def reader_of(actor: Actor, source: Source) -> Reader:
    return Reader(not sees_personal(actor), column_classes.current(), source.name)


@dataclass(frozen=True, slots=True)
class Place:
    """What is looked in: the profiles, and the index of words where one is needed or there."""

    source: Source
    index: Index
    row: TableIndex | None
    searched: Sequence[str]
    titles: Sequence[str]
    shown: Sequence[str]


def profiles() -> tuple[Source, Snapshot]:
    """Return the source of the profiles and its rows. Raises ``Conflict`` CUSTOMERS_NOT_READ."""
    source, lake = _source(), lake_sessions.lake()
    if not source.snapshot or not lake.is_sound(source.snapshot):
        raise Conflict("CUSTOMERS_NOT_READ")
    return source, lake.open(source.snapshot)


def _source() -> Source:
    try:
        source = profiles_source()
    except InvalidInput:
        raise Conflict("CUSTOMERS_NOT_READ") from None
    if not source.spec.get("primary_key"):
        raise Conflict("CUSTOMERS_NOT_READ")
    return source


def place_for(reader: Reader, *, words: bool) -> Place:
    """Return where somebody looks. Without ``words`` the rows are those of now.

    Raises ``Conflict`` CUSTOMERS_NOT_INDEXED where words cannot be looked for yet.
    """
    source, snapshot = profiles()
    row = indexing.words_index(source)
    searched = [name for name in (row.columns if row else ()) if reader.may_search(name)]
    if not words:
        return Place(source, Index(snapshot), row, searched, *_shown(reader, source, None))
    if row is None:
        raise Conflict("CUSTOMERS_NOT_INDEXED")
    lake, columns = lake_sessions.lake(), list(row.columns)
    places = [place for place, name in enumerate(columns) if reader.may_search(name)]
    index = Index(lake.open(row.of), lake.open(row.snapshot), len(columns), places)
    older = row if row.of != source.snapshot else None
    return Place(source, index, row, searched, *_shown(reader, source, older))


def _shown(reader: Reader, source: Source, older: TableIndex | None) -> tuple[Sequence[str], Sequence[str]]:
    """Return the columns of what customers in a list are called, and those beside it. Rows as they were before are only
    known to have the columns searched.
    """
    if older is not None:
        titles = title_columns(older.columns)
        return titles, [name for name in older.columns if name not in titles][:_MOST_SHOWN]
    names = [name for name, _ in source.columns]
    chosen = indexing.searched_columns(source)
    titles = title_columns(names)
    others = [name for name in chosen if name not in titles]
    if reader.masked:  # what they see unmasked tells customers apart
        free = [name for name in names if reader.may_search(name) and name not in {*titles, *others}]
        others = [*free[: _MOST_SHOWN - 1], *others]
    return titles, others[:_MOST_SHOWN]


def filters_of(
    reader: Reader,
    place: Place,
    conditions: Sequence[Mapping[str, Any]],
    within: tuple[Rule, ProfileSets] | None = None,
) -> Filters | None:
    """Return conditions on columns of the profiles and on measures as a filter, all of which must hold; ``within`` is
    one more, about who customers are.

    Raises ``InvalidInput`` where one is wrong, ``Forbidden`` CUSTOMERS_MASKED where it would tell what is masked.
    """
    if not conditions and within is None:
        return None
    measures = catalogue.measure_files()
    types = dict(Measure.objects.filter(name__in=measures).order_by("name").values_list("name", "type"))
    known = catalogue.with_measures(catalogue.of_files(), types)
    rules = conditions_of(known, conditions)
    names = [rule.column.name for rule in rules]
    for name in names:
        if not reader.may_search(name):
            raise Forbidden("CUSTOMERS_MASKED", column=name)
    if conditions and place.index.source.reference != place.source.snapshot:
        raise Conflict("CUSTOMERS_NOT_INDEXED")  # the columns may be others than those of the index
    files = {name: file for name, file in measures.items() if name in names}
    key = known.profile_table.primary_key or ""
    tables = {known.profiles: place.index.source.files}
    among, sets = within or (None, ProfileSets())
    scope = Scope(tables, today(current_clock()), measured=Measured(known.profiles, key, files), sets=sets)
    held: list[Rule] = [*rules, *([among] if among is not None else [])]
    return Filters(AllOf(tuple(held)) if len(held) > 1 else held[0], scope)


def conditions_of(known: Catalogue, conditions: Sequence[Mapping[str, Any]]) -> list[Condition]:
    """Raises ``InvalidInput``, also for what is a rule and no condition on one column."""
    found: list[Condition] = []
    for number, one in enumerate(conditions, 1):
        rule: Rule = parse(dict(one), known, f"filter {number}")
        if not isinstance(rule, Condition):
            raise InvalidInput("CUSTOMERS_FILTER", where=f"filter {number}")
        found.append(rule)
    return found


def row_of(session: Engine, source: Source, reference: str) -> Row:
    """Return the row of a customer with the key as its text. Raises ``NotFound`` CUSTOMER_UNKNOWN."""
    key, snapshot = indexing.reference_key(source), lake_sessions.lake().open(source.snapshot)
    index = indexing.current(source, indexing.REFERENCE)
    found = lookups.numbers_of(session, lookups.Keyed(snapshot, key, index), [reference], 1)
    columns = [name for name, _ in source.columns]
    plain = indexing.plain_key(source)
    rows = lookups.rows(session, snapshot, found, columns, plain)
    if not rows:
        raise NotFound("CUSTOMER_UNKNOWN")
    return rows[0]


def title_of(reader: Reader, values: Mapping[str, Any], fallback: str) -> str:
    """Return what a customer is called: their name, else their key."""
    told = " ".join(
        text for name in title_columns(values) if (text := reader.text(name, values[name]).strip())
    )
    return told or fallback


def with_key(reader: Reader, source: Source, key: str) -> str:
    """Return the key as somebody may see it."""
    return reader.text(source.spec.get("primary_key") or "", key)
