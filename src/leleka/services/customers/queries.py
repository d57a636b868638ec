"""Customers: looked for, and looked at."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from leleka.core.clock import utc_now
from leleka.core.column_classes import ColumnClass
from leleka.core.customers.columns import can_be_searched
from leleka.errors import Forbidden
from leleka.services.access.actor import Actor
from leleka.services.access.permissions import Permission, require
from leleka.services.audit.log import record
from leleka.services.customers import finding, indexing, membership, standing, timeline
from leleka.services.customers.contracts import (
    CustomerView,
    FoundCustomer,
    FoundCustomers,
    MeasureValue,
    SearchChoice,
    Timeline,
    ValueView,
    Within,
)
from leleka.services.customers.finding import Place, Reader
from leleka.services.customers.origins import origin_of
from leleka.services.installation import lake_sessions
from leleka.services.sources import catalogue
from leleka.state.models import AuditEntry, Measure, Source
from leleka.warehouse.customers import lookups, search
from leleka.warehouse.customers.lookups import Row
from leleka.warehouse.engines.port import Engine

MOST: Final = 100
_SEEN: Final = "customers seen"
_ONCE_IN: Final = timedelta(minutes=10)  # as one types, one looks again and again


def find(
    actor: Actor,
    text: str = "",
    filters: Sequence[Mapping[str, Any]] = (),
    after: int | None = None,
    limit: int = 20,
    *,
    within: Within | None = None,
) -> FoundCustomers:
    """Return customers who have words that begin as those of ``text`` and for whom the filters hold, in the order in
    which they were read; ``within`` a segment or a list, those who are in it.

    Whoever may not see personal data finds nobody by a value that is masked for them. To see values unmasked is
    audited, once in ten minutes. Raises ``Conflict``, ``InvalidInput``, ``Forbidden``, ``NotFound``, ``Unavailable``.
    """
    require(actor, Permission.SEE)
    source, _ = finding.profiles()
    reader = finding.reader_of(actor, source)
    place = finding.place_for(reader, words=bool(text.strip()))
    limit = min(limit, MOST)
    with lake_sessions.page_session() as session:
        sets = membership.sets_of(session, within) if within else None
        chosen = finding.filters_of(reader, place, filters, sets)
        numbers = _numbers(session, place, text, search.Wanted((), chosen, _first(after), limit + 1))
        rows = lookups.rows(
            session,
            place.index.source,
            numbers[:limit],
            [*place.titles, *place.shown],
            indexing.reference_key(source),
        )
    if rows and not reader.masked:
        _record_seen(actor, within.name if within else "", len(rows))
    following = numbers[limit - 1] if len(numbers) > limit else None
    return _page(reader, place, rows, following)


def members_of(actor: Actor, segment: int) -> Within:
    """Return what ``find`` is told to look among the members of a segment, as last evaluated. Raises ``NotFound``,
    ``Conflict`` where nobody has counted them.
    """
    require(actor, Permission.SEE)
    return membership.of_segment(segment)


def listed_in(actor: Actor, number: int) -> Within:
    """Return the same for the people in a list. Raises ``NotFound``, ``NeedsAttention`` where its entries are lost."""
    require(actor, Permission.SEE)
    return membership.of_list(number)


def show(actor: Actor, reference: str) -> CustomerView:
    """Return what is known of a customer, masked by class for whoever may not see personal data; to see it unmasked is
    audited. Raises ``NotFound``, ``Conflict``, ``Unavailable``.
    """
    require(actor, Permission.SEE)
    source, _ = finding.profiles()
    reader = finding.reader_of(actor, source)
    with lake_sessions.page_session() as session:
        row = finding.row_of(session, source, reference)
        view = _view(session, reader, source, row)
    if not reader.masked:
        record(actor, "customer seen", view.id)
    return view


def reference_to(actor: Actor, key: str) -> str:
    """Return by what the customer with this primary key is opened, whether there is one or not.

    Raises ``Forbidden`` CUSTOMERS_MASKED where the key is masked for them: they would find out who there is.
    """
    require(actor, Permission.SEE)
    source, _ = finding.profiles()
    name = source.spec.get("primary_key") or ""
    if not finding.reader_of(actor, source).may_search(name):
        raise Forbidden("CUSTOMERS_MASKED", column=name)
    return indexing.reference_of(key)


def related(actor: Actor, reference: str, table: str = "", page: int = 1) -> Timeline:
    """Return the rows that belong to a customer, of one table or of all, masked and audited as ``show`` does."""
    require(actor, Permission.SEE)
    source, _ = finding.profiles()
    reader = finding.reader_of(actor, source)
    with lake_sessions.page_session() as session:
        row = finding.row_of(session, source, reference)
        line = timeline.of(session, reader, row, table=table, page=page)
    if not reader.masked and line.rows:
        record(actor, "customer rows seen", reference, {"table": table, "rows": len(line.rows)})
    return line


def search_choice(actor: Actor) -> SearchChoice:
    """Return in which columns words may be looked for, and in which they are."""
    require(actor, Permission.SEE)
    source, _ = finding.profiles()
    searched = indexing.searched_columns(source)
    row = indexing.settings()
    able = [one.name for one in catalogue.table_of(source).columns if can_be_searched(one)]
    columns = {name: name in searched for name in able}
    return SearchChoice(columns, row.columns is not None, row.version, source.pk)


def _numbers(session: Engine, place: Place, text: str, wanted: search.Wanted) -> list[int]:
    words = search.typed_words(session, text)
    if text.strip() and not words:
        return []  # signs alone begin no word
    if words and not place.index.places:
        return []
    asked = search.Wanted(words, wanted.filters, wanted.after, wanted.limit)
    return search.numbers(session, place.index, asked)


def _first(after: int | None) -> int:
    return -1 if after is None else after


def _page(reader: Reader, place: Place, rows: Sequence[Row], following: int | None) -> FoundCustomers:
    items = [
        FoundCustomer(
            row.key,
            finding.title_of(reader, row.values, "–"),
            tuple(reader.text(name, row.values[name]) for name in place.shown),
        )
        for row in rows
    ]
    indexed, source = place.row is not None, place.source
    older = place.row is not None and place.row.of != source.snapshot
    return FoundCustomers(
        tuple(items),
        following,
        tuple(place.shown),
        tuple(place.searched),
        indexed,
        place.row.made_at if place.row and older else None,
        reader.masked,
        source.rows,
    )


def _record_seen(actor: Actor, where: str, rows: int) -> None:
    lately = AuditEntry.objects.filter(at__gte=utc_now() - _ONCE_IN, actor=actor.name, action=_SEEN)
    if not lately.filter(subject=where).exists():
        record(actor, _SEEN, where, {"rows": rows})


def _view(session: Engine, reader: Reader, source: Source, row: Row) -> CustomerView:
    origin = origin_of(source)
    key = finding.with_key(reader, source, row.key)
    values = tuple(
        ValueView(name, _value(reader, name, row.values[name]), _class(reader, name), origin)
        for name, _ in source.columns
    )
    segments = standing.segments_of(session, row.key)
    return CustomerView(
        indexing.reference_of(row.key),
        key,
        finding.title_of(reader, row.values, key),
        values,
        _measures(session, reader, row.key),
        segments,
        standing.exports_of(session, reader, row, segments),
        standing.suppressed_by(row),
        timeline.of(session, reader, row, table="", page=1),
        reader.masked,
    )


def _value(reader: Reader, name: str, value: object) -> str | None:
    """Return a value as rules write it: ``true``, not ``True``."""
    if value is None:
        return None
    return reader.text(name, str(value).lower() if isinstance(value, bool) else value)


def _class(reader: Reader, name: str) -> ColumnClass:
    return reader.classes.of(reader.profiles, name)


def _measures(session: Engine, reader: Reader, key: str) -> tuple[MeasureValue, ...]:
    found = lookups.measured(session, catalogue.measure_files(), key)
    rows = Measure.objects.order_by("name").values_list("name", "calculated_at")
    return tuple(
        MeasureValue(name, _value(reader, name, found.get(name)), calculated) for name, calculated in rows
    )
