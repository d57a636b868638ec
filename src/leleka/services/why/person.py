"""Whom somebody asks about: a profile by its reference, or the profiles of an address."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from leleka.core.email import Address, mask, normalise
from leleka.errors import Forbidden, InvalidInput, NotFound
from leleka.services.access.actor import Actor
from leleka.services.customers import finding, indexing
from leleka.services.customers.finding import Reader
from leleka.services.installation import lake_sessions
from leleka.services.why.contracts import SameAddress
from leleka.state.models import AddressBook, Export, Ledger, Segment, Source
from leleka.warehouse.customers import standing
from leleka.warehouse.customers.lookups import Row
from leleka.warehouse.customers.standing import Addressed, Ledgered
from leleka.warehouse.engines.port import Engine
from leleka.warehouse.lake import Snapshot, SnapshotUnreadable

_SEVERAL: Final = 2


@dataclass(frozen=True, slots=True)
class Who:
    """Who is asked about, as given: a reference or an address."""

    customer: str = ""
    address: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """``row`` is None of somebody who is not among the profiles; ``key`` may be known all the same, from the ledger.

    ``written`` is what the profile has in its address column; ``ledger_damaged`` that nothing can be said of the list.
    """

    row: Row | None
    key: str = field(repr=False)
    address: str = field(repr=False)
    written: str = field(default="", repr=False)
    addressed: Addressed | None = field(default=None, repr=False)
    ledgered: Ledgered | None = field(default=None, repr=False)
    ledger_damaged: bool = False
    others: tuple[SameAddress, ...] = ()

    @property
    def code(self) -> str:
        """Return why the address cannot be used, "" where it can."""
        if self.addressed is not None:
            return self.addressed.code
        known = normalise(self.written)
        return "" if isinstance(known, Address) else known.code


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is looked for, and by whom: the profiles, the column that has their addresses, the export that
    they are asked about, if any.
    """

    reader: Reader
    source: Source
    email: str
    export: Export | None = None


def place_for(actor: Actor, export: Export | None, segment: Segment | None = None) -> Place:
    """Raises ``Conflict`` before the profiles were read, ``NotFound`` where no column has addresses."""
    source, _ = finding.profiles()
    return Place(finding.reader_of(actor, source), source, _email_column(source, export, segment), export)


def of(session: Engine, place: Place, asked: Who) -> Person:
    """Return whom is asked about. Raises ``NotFound`` for a reference of nobody, ``InvalidInput`` for no address,
    ``Forbidden`` where the address is masked for whoever asks: they would find out who there is.
    """
    if asked.customer:
        row = finding.row_of(session, place.source, asked.customer)
        person = _with(session, place, row)
        return (
            person
            if not person.address
            else replace(person, others=_all_with(session, place, person.address))
        )
    found = profiles_with(session, place, asked.address)
    address = _known(asked.address)
    ledgered, damaged = _ledgered(session, place.export, address)
    if not found:
        return Person(None, ledgered.profile if ledgered else "", address, "", None, ledgered, damaged)
    row = finding.row_of(session, place.source, indexing.reference_of(found[0].profile))
    return replace(_with(session, place, row), others=_all_with(session, place, address, found))


def profiles_with(session: Engine, place: Place, address: str) -> list[Addressed]:
    """Return the profiles of an address, the one that is sent first, as ``of`` does."""
    if not place.reader.may_search(place.email):
        raise Forbidden("CUSTOMERS_MASKED", column=place.email)
    return _profiles_of(session, place, _known(address))


def _known(address: str) -> str:
    known = normalise(address)
    if not isinstance(known, Address):
        raise InvalidInput.of([known.problem])
    return known.key


def _all_with(
    session: Engine, place: Place, address: str, found: Sequence[Addressed] = ()
) -> tuple[SameAddress, ...]:
    """Return all profiles of an address where there are several."""
    found = found or _profiles_of(session, place, address)
    if len(found) < _SEVERAL:
        return ()
    rows = [finding.row_of(session, place.source, indexing.reference_of(one.profile)) for one in found]
    return tuple(_same(place, row, chosen=not one.chosen) for one, row in zip(found, rows, strict=True))


def _same(place: Place, row: Row, *, chosen: bool) -> SameAddress:
    key = finding.with_key(place.reader, place.source, row.key)
    return SameAddress(
        indexing.reference_of(row.key), finding.title_of(place.reader, row.values, key), chosen
    )


def _email_column(source: Source, export: Export | None, segment: Segment | None) -> str:
    """Return the column of the profiles that has their addresses: the export's, else that of one that sends the
    segment, else what the source says, else that of any export.
    """
    exports = (
        [export] if export else [*(segment.exports.all() if segment else ()), *Export.objects.order_by("pk")]
    )
    names = [str(one.matching.get("email", "")) for one in exports]
    known = {name for name, _ in source.columns}
    wanted = [*names[:1], str(source.spec.get("email") or ""), *names, "email"]
    found = next((name for name in wanted if name in known), None)
    if found is None:
        raise NotFound("WHY_NO_ADDRESSES", source=source.name)
    return found


def shown_address(reader: Reader, address: str) -> str:
    return mask(address) if reader.masked and address else address


def _with(session: Engine, place: Place, row: Row) -> Person:
    written = str(row.values.get(place.email) or "")
    book = _book(place)
    entries = standing.addressed(session, book, profile=row.key) if book else []
    entry = entries[0] if entries else None
    known = normalise(written)
    address = entry.address if entry else known.key if isinstance(known, Address) else ""
    ledgered, damaged = _ledgered(session, place.export, address)
    return Person(row, row.key, address, written, entry, ledgered, damaged)


def _profiles_of(session: Engine, place: Place, address: str) -> list[Addressed]:
    book = _book(place)
    if book is not None:
        return standing.addressed(session, book, address=address)
    snapshot = lake_sessions.lake().open(place.source.snapshot)
    key = place.source.spec["primary_key"]
    keys = standing.with_text(session, snapshot, key, place.email, address)
    return [Addressed(key, address, "", "") for key in keys]


def _book(place: Place) -> Snapshot | None:
    row = AddressBook.objects.filter(profiles=place.source.snapshot, email_column=place.email).first()
    lake = lake_sessions.lake()
    return lake.open(row.snapshot) if row is not None and lake.is_sound(row.snapshot) else None


def _ledgered(session: Engine, export: Export | None, address: str) -> tuple[Ledgered | None, bool]:
    """Return what the export's ledger says of an address, and whether it cannot be read."""
    if export is None or export.connection is None or not address:
        return None, False
    account = export.connection.account_id
    pointer = Ledger.objects.filter(export=export, account=account, target=export.target).first()
    if pointer is None:
        return None, False
    lake = lake_sessions.lake()
    try:
        if not lake.is_sound(pointer.snapshot):
            return None, True
    except SnapshotUnreadable:
        return None, True
    return standing.ledgered(session, lake.open(pointer.snapshot), address), False
