"""The audit: administrators only."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Query, Router, Schema

from leleka.api.authenticated_request import ApiRequest
from leleka.api.schemas.common import Page, Paging, paged
from leleka.services.audit import queries as audit_queries
from leleka.services.audit import verification

router = Router(tags=["Audit"])


class EntryOut(Schema):
    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any]
    address: str
    request: str
    result: str


class ChainOut(Schema):
    """``broken_at`` is the first entry that is not as it was written, or is gone."""

    entries: int
    head: str
    broken_at: int | None
    head_is_known: bool
    holds: bool


@router.get(
    "/chain", response=ChainOut, operation_id="verifyAudit", summary="Check that no entry was changed"
)
def verify_audit(
    request: ApiRequest,
    head: Annotated[str, Query(max_length=64, description="A digest that was noted before.")] = "",
) -> verification.ChainView:
    """Read the whole audit and compute its chain anew. It is an entry of its own."""
    return verification.verify(request.auth, head)


@router.get("", response=Page[EntryOut], operation_id="readAudit", summary="Read the audit, newest first")
def read_audit(
    request: ApiRequest,
    paging: Annotated[Paging, Query()],
    text: Annotated[str, Query(max_length=200, description="Looked for in who, what and which.")] = "",
) -> dict[str, object]:
    """Reading it is an entry of its own."""
    found = list(
        audit_queries.read(request.auth, before=paging.after or None, limit=paging.limit + 1, text=text)
    )
    return paged(found, paging)
