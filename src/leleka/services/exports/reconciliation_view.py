"""A reconciliation as it stands in its task, for whoever reads it."""

from dataclasses import fields, replace
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet

from leleka.core.clock import utc_now
from leleka.core.email import mask
from leleka.core.statuses import TaskStatus
from leleka.errors import NotFound, Problem
from leleka.messages.stored import problem_of
from leleka.services.exports.contracts import Reconciled, ReconciliationView
from leleka.services.tasks.commands import ENDED, KEPT, waiting
from leleka.state.models import Export, Ledger, Task

_KNOWN: Final = frozenset(one.name for one in fields(Reconciled))


def newest(number: int) -> Task | None:
    """Return an export's latest reconciliation within a day."""
    rows = Task.objects.filter(kind=Task.Kind.RECONCILE, export=number, made_at__gt=utc_now() - KEPT)
    return rows.select_related("export__connection").order_by("-pk").first()


def latest_row(number: int) -> Task:
    """Raises ``NotFound``."""
    row = newest(number)
    if row is None:
        raise NotFound("RECONCILIATION_UNKNOWN")
    return row


def pointer(export: Export, ledger: str) -> QuerySet[Ledger]:
    """Return the export's ledger while it is the one that was compared, otherwise nothing."""
    account = None if export.connection is None else export.connection.account_id
    return Ledger.objects.filter(export=export, account=account, target=export.target, snapshot=ledger)


def view_of(row: Task) -> ReconciliationView:
    """Return it with addresses."""
    result, payload = _result_of(row), row.payload
    told = row.stage_told.get("values", {}) if row.stage else {}
    repaired = datetime.fromisoformat(payload["at"]) if "at" in payload else None
    waits = bool(result and payload.get("repaired")) and repaired is None and row.export is not None
    return ReconciliationView(
        id=row.pk,
        status=TaskStatus(row.status),
        done=row.status in ENDED,
        stage=row.stage,
        stage_told=row.stage_told if row.stage else {},
        read=told.get("read"),
        about=told.get("about"),
        asked_by=row.asked_by,
        asked_at=row.made_at,
        finished_at=row.finished_at,
        problems=_problems_of(row),
        result=None if result is None else replace(result, repaired=repaired is not None),
        repairable=waits and row.export is not None and pointer(row.export, payload["ledger"]).exists(),
        repaired_by=payload.get("by", ""),
        repaired_at=repaired,
    )


def masked(view: ReconciliationView) -> ReconciliationView:
    """Return it without addresses."""
    return view if view.result is None else replace(view, result=without_addresses(view.result))


def without_addresses(found: Reconciled) -> Reconciled:
    return replace(
        found,
        missing_sample=tuple(map(mask, found.missing_sample)),
        different_sample=tuple((mask(address), keys) for address, keys in found.different_sample),
    )


def _result_of(row: Task) -> Reconciled | None:
    if row.status != TaskStatus.SUCCESSFUL:
        return None
    stored: dict[str, Any] = {name: value for name, value in row.result.items() if name in _KNOWN}
    different = tuple((address, tuple(keys)) for address, keys in stored["different_sample"])
    return Reconciled(
        **{
            **stored,
            "missing_sample": tuple(stored["missing_sample"]),
            "different_sample": different,
            "untold": tuple(stored["untold"]),
        }
    )


def _problems_of(row: Task) -> list[Problem]:
    """Return what is wrong with it; while it waits, that no worker is there to take it up."""
    return [problem_of(one) for one in row.problems] if row.status in ENDED else waiting(row)
