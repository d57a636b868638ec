"""Where a customer is: in which segments, in which exports, and what the destinations answered."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.db.models import Max

from leleka.core.address_masking import mask_all
from leleka.core.clock import current_clock
from leleka.core.email import Address, mask, normalise
from leleka.core.reason_codes import SENT_INSTEAD
from leleka.services.customers.contracts import ExportOfCustomer, SegmentOfCustomer
from leleka.services.customers.finding import Reader
from leleka.services.installation import lake_sessions
from leleka.services.runs.retention import kept_since
from leleka.state.models import Account, Export, Ledger, Run, Segment
from leleka.state.suppression import among
from leleka.warehouse.customers import lookups
from leleka.warehouse.customers.lookups import Held, Outcome, Row
from leleka.warehouse.engines.port import Engine

_OWN_WORDS = ("EMAIL_", "ROW_TOO_LARGE")  # what Leleka says itself has addresses masked


def segments_of(session: Engine, key: str) -> tuple[SegmentOfCustomer, ...]:
    """Return the segments that a customer is in, as last evaluated."""
    rows = {str(row.pk): row for row in Segment.objects.exclude(snapshot="").order_by("name")}
    files = _files({number: row.snapshot for number, row in rows.items()})
    inside = lookups.members_of(session, files, key)
    return tuple(
        SegmentOfCustomer(row.pk, row.name, row.evaluated_at)
        for number, row in rows.items()
        if number in inside
    )


def exports_of(
    session: Engine, reader: Reader, row: Row, segments: Sequence[SegmentOfCustomer]
) -> tuple[ExportOfCustomer, ...]:
    """Return the exports that have a segment with the customer, hold them, or had them in their last run."""
    exports = list(Export.objects.select_related("connection").prefetch_related("segments").order_by("name"))
    addresses = {one.pk: _address(row, one) for one in exports}
    held = _held(session, exports, addresses)
    runs = _last_runs()
    outcomes = lookups.outcomes_of(
        session, _files({str(of): run.outcomes for of, run in runs.items()}), row.key
    )
    inside = {one.id for one in segments}
    found = []
    for one in exports:
        selected = any(segment.pk in inside for segment in one.segments.all())
        ledger, outcome = held.get(one.pk), outcomes.get(str(one.pk))
        if selected or ledger or outcome:
            where = _view(reader, one, addresses[one.pk], selected=selected, ledger=ledger)
            found.append(_with_run(reader, where, runs.get(one.pk), outcome))
    return tuple(found)


def suppressed_by(row: Row) -> tuple[str, ...]:
    """Return the accounts to which nothing is sent for any address of a customer."""
    addresses = {
        known.key
        for value in row.values.values()
        if isinstance(value, str) and isinstance(known := normalise(value), Address)
    }
    return tuple(
        account.name
        for account in Account.objects.order_by("name")
        if addresses and among(account.pk, sorted(addresses))
    )


def _address(row: Row, export: Export) -> str:
    known = normalise(str(row.values.get(export.matching.get("email", "")) or ""))
    return known.key if isinstance(known, Address) else ""


def _held(session: Engine, exports: Sequence[Export], addresses: Mapping[int, str]) -> dict[int, Held]:
    found: dict[int, Held] = {}
    ledgers = {(row.export_id, row.account_id, row.target): row.snapshot for row in Ledger.objects.all()}
    for address in sorted(set(addresses.values()) - {""}):
        pointers = {
            str(one.pk): ledgers[one.pk, one.connection.account_id, one.target]
            for one in exports
            if addresses[one.pk] == address
            and one.connection is not None
            and (one.pk, one.connection.account_id, one.target) in ledgers
        }
        entries = lookups.held_by(session, _files(pointers), address)
        found |= {int(number): entry for number, entry in entries.items()}
    return found


def _last_runs() -> dict[int, Run]:
    """Return the last run of each export whose outcomes are still there."""
    rows = Run.objects.exclude(outcomes="").filter(finished_at__gte=kept_since(current_clock()))
    last = rows.order_by().values("export").annotate(last=Max("pk")).values("last")
    return {run.export_id: run for run in Run.objects.filter(pk__in=last)}


def _view(
    reader: Reader, export: Export, address: str, *, selected: bool, ledger: Held | None
) -> ExportOfCustomer:
    connection = export.connection
    return ExportOfCustomer(
        id=export.pk,
        name=export.name,
        connection=connection.name if connection else "",
        target=export.target,
        address=mask(address) if reader.masked and address else address,
        selected=selected,
        state=ledger.state if ledger else "",
        refused=ledger.refused_code if ledger else "",
        suppressed=bool(connection and address and among(connection.account_id, [address])),
    )


def _with_run(
    reader: Reader, found: ExportOfCustomer, run: Run | None, outcome: Outcome | None
) -> ExportOfCustomer:
    if run is None or outcome is None:
        return found
    return replace(
        found,
        run=run.pk,
        ran_at=run.finished_at,
        ended=outcome.ended,
        code=outcome.code,
        detail=shown_detail(reader, outcome),
    )


def shown_detail(reader: Reader, outcome: Outcome) -> str:
    """Return what else is known of an outcome: what the other side said may name somebody."""
    detail = outcome.detail
    if not reader.masked:
        return detail
    own = outcome.code.startswith(_OWN_WORDS) and not SENT_INSTEAD.fullmatch(detail)
    return mask_all(detail) if own else ""


def _files(pointers: Mapping[str, str]) -> dict[str, str]:
    lake = lake_sessions.lake()
    return {name: lake.open(one).files for name, one in pointers.items() if lake.is_sound(one)}
