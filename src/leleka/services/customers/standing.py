"""Where a customer is: in which segments, in which exports, and what the destinations answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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
from leleka.state.suppression import among_each
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
    exports = _exports(row)
    held = _held(session, exports)
    runs = _last_runs()
    outcomes = lookups.outcomes_of(
        session, _files({str(of): run.outcomes for of, run in runs.items()}), row.key
    )
    having = Export.objects.filter(segments__in=[one.id for one in segments])
    selecting = set(having.values_list("pk", flat=True))
    shown = [one for one in exports if one.id in selecting or one.id in held or str(one.id) in outcomes]
    suppressed = among_each(_by_account(shown))
    return tuple(
        _with_run(
            reader,
            _view(
                reader,
                one,
                selected=one.id in selecting,
                ledger=held.get(one.id),
                suppressed=(one.account, one.address) in suppressed,
            ),
            runs.get(one.id),
            outcomes.get(str(one.id)),
        )
        for one in shown
    )


def suppressed_by(row: Row) -> tuple[str, ...]:
    """Return the accounts to which nothing is sent for any address of a customer."""
    addresses = {
        known.key
        for value in row.values.values()
        if isinstance(value, str) and isinstance(known := normalise(value), Address)
    }
    accounts = dict(Account.objects.order_by("name").values_list("pk", "name"))
    suppressed = {account for account, _ in among_each(dict.fromkeys(accounts, sorted(addresses)))}
    return tuple(name for account, name in accounts.items() if account in suppressed)


@dataclass(frozen=True, slots=True)
class _Sending:
    """What is asked of an export: ``account`` is 0 without a connection, ``address`` empty where there is none."""

    id: int
    name: str
    connection: str
    account: int
    target: str
    address: str


def _exports(row: Row) -> list[_Sending]:
    told = Export.objects.order_by("name").values_list(
        "pk", "name", "connection__name", "connection__account_id", "target", "matching"
    )
    return [
        _Sending(number, name, connection or "", account or 0, target, _address(row, matching))
        for number, name, connection, account, target, matching in told
    ]


def _address(row: Row, matching: Mapping[str, str]) -> str:
    known = normalise(str(row.values.get(matching.get("email", "")) or ""))
    return known.key if isinstance(known, Address) else ""


def _by_account(exports: Sequence[_Sending]) -> dict[int, list[str]]:
    found: dict[int, set[str]] = {}
    for one in exports:
        if one.account and one.address:
            found.setdefault(one.account, set()).add(one.address)
    return {account: sorted(addresses) for account, addresses in found.items()}


def _held(session: Engine, exports: Sequence[_Sending]) -> dict[int, Held]:
    found: dict[int, Held] = {}
    ledgers = {
        (export, account, target): snapshot
        for export, account, target, snapshot in Ledger.objects.values_list(
            "export_id", "account_id", "target", "snapshot"
        )
    }
    for address in sorted({one.address for one in exports} - {""}):
        pointers = {
            str(one.id): ledgers[one.id, one.account, one.target]
            for one in exports
            if one.address == address and (one.id, one.account, one.target) in ledgers
        }
        entries = lookups.held_by(session, _files(pointers), address)
        found |= {int(number): entry for number, entry in entries.items()}
    return found


def _last_runs() -> dict[int, Run]:
    """Return the last run of each export whose outcomes are still there."""
    rows = Run.objects.exclude(outcomes="").filter(finished_at__gte=kept_since(current_clock()))
    last = rows.order_by().values("export").annotate(last=Max("pk")).values("last")
    wanted = Run.objects.only("pk", "export_id", "outcomes", "finished_at").filter(pk__in=last)
    return {run.export_id: run for run in wanted}


def _view(
    reader: Reader, export: _Sending, *, selected: bool, ledger: Held | None, suppressed: bool
) -> ExportOfCustomer:
    masked = reader.masked and export.address
    return ExportOfCustomer(
        id=export.id,
        name=export.name,
        connection=export.connection,
        target=export.target,
        address=mask(export.address) if masked else export.address,
        selected=selected,
        state=ledger.state if ledger else "",
        refused=ledger.refused_code if ledger else "",
        suppressed=suppressed,
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
