"""Notices: what people are told without asking."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from ninja import Query, Router, Schema

from leleka.api.authenticated_request import ApiRequest
from leleka.api.problems import ProblemOut
from leleka.api.schemas.common import Page, Paging
from leleka.services.notices import queries as notice_queries

router = Router(tags=["Notices"])


class NoticeOut(Schema):
    """``subject`` is what it is about, as ``export:7``; ``answers`` the notice that a recovery ends.

    ``reason`` is why a run waits for confirmation, ``reason_told`` its code and values; ``path`` is the page with
    more.
    """

    id: int
    kind: str
    subject: str
    title: str
    problems: Sequence[ProblemOut]
    reason: str
    reason_told: Mapping[str, Any]
    counts: dict[str, int]
    made_at: datetime
    export: int | None
    run: int | None
    answers: int | None
    path: str
    seen: bool


@router.get(
    "", response=Page[NoticeOut], operation_id="listNotices", summary="What failed, waits, or works again"
)
def list_notices(request: ApiRequest, paging: Annotated[Paging, Query()]) -> dict[str, object]:
    """The newest come first."""
    found = notice_queries.list_notices(request.auth, limit=paging.limit + 1, after=paging.after)
    items = found[: paging.limit]
    return {"items": items, "next": items[-1].id if len(found) > paging.limit else None}
