"""Runs as they are in the database after a while, without executing them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from leleka.state.models import Account, AttemptRow, BatchRow, Connection, Export, Run, RunStatus, User
from tests.fakes.configuration import stored

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def an_account(name: str = "demo", **values: Any) -> Account:
    return Account.objects.get_or_create(type="activecampaign", name=name, defaults=values)[0]


def a_connection(name: str = "Sandbox", **values: Any) -> Connection:
    # Without an export user it would need attention.
    lender, _ = User.objects.get_or_create(
        email="lender@example.com",
        defaults={"name": "Lender", "role": "administrator", "created_at": NOW, "created_by": "tests"},
    )
    host = "demo.api-us1.com"
    made = {
        "type": "activecampaign", "account": an_account(), "host": host, "export_user": lender, **values,
    }  # fmt: skip
    return Connection.objects.get_or_create(name=name, defaults=made)[0]


def an_export(name: str = "News", **values: Any) -> Export:
    made = {
        "connection": a_connection(),
        "target": "1",
        "matching": {"email": "email"},
        "leavers": {"policy": "keep"},
        **values,
    }
    return Export.objects.create(name=name, **made)


def a_run(
    export: Export,
    status: RunStatus = RunStatus.SUCCESSFUL,
    *,
    ended: datetime | None = NOW,
    asked_by: str = "operator:alice",
    **values: Any,
) -> Run:
    """A run that took a minute; a live one where ``ended`` is None."""
    began = values.pop("created_at", (ended or NOW) - timedelta(minutes=1))
    made = {
        "account": an_account(),
        "config": stored(),
        "counts": {},
        **values,
    }  # fmt: skip
    return Run.objects.create(
        export=export, status=status, asked_by=asked_by, created_at=began, started_at=began, finished_at=ended,
        **made,
    )  # fmt: skip


def counts(delivered: int = 0, rejected: int = 0, excluded: int = 0) -> dict[str, Any]:
    return {
        "selected": delivered + rejected + excluded,
        "delivered": delivered,
        "rejected": {"EMAIL_INVALID": rejected} if rejected else {},
        "excluded": {"EMAIL_MISSING": excluded} if excluded else {},
    }


def a_batch(
    run: Run, number: int, status: str = "confirmed", *, rows: int = 250, at: float = 0.0
) -> BatchRow:
    first = number * 1000
    return BatchRow.objects.create(
        run=run, number=number, spans=[[first, first + rows - 1]], status=status, accepted_at=at
    )


def an_attempt(batch: BatchRow, outcome: str, number: int = 1) -> AttemptRow:
    return AttemptRow.objects.create(
        batch=batch, number=number, fence=1, sha256="0", written_at=NOW.timestamp(), outcome=outcome
    )
