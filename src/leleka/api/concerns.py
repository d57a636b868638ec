"""Concerns: what is wrong now, or waits for somebody."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ninja import Router, Schema

from leleka.api.authenticated_request import ApiRequest
from leleka.api.problems import ProblemOut
from leleka.core.clock import current_clock
from leleka.services.concerns import queries as concern_queries
from leleka.services.concerns.contracts import Concern, ConcernKind, Severity
from leleka.services.translation import concern_title

router = Router(tags=["System"])


class ConcernOut(Schema):
    """``subject`` is what it is about, as ``export:7``; ``run`` the run to look at. ``text`` is why a run waits for
    confirmation, ``text_told`` its code and values.
    """

    kind: ConcernKind
    severity: Severity
    subject: str
    name: str
    title: str
    problems: Sequence[ProblemOut]
    since: datetime | None
    run: int | None
    text: str
    text_told: Mapping[str, Any]

    @staticmethod
    def resolve_title(one: Concern) -> str:
        return concern_title(one)


class ConcernsOut(Schema):
    items: Sequence[ConcernOut]


@router.get("", response=ConcernsOut, operation_id="listConcerns", summary="What is wrong now")
def list_concerns(request: ApiRequest) -> dict[str, object]:
    """The most pressing come first; an empty list means that nothing needs attention."""
    return {"items": concern_queries.list_concerns(request.auth, current_clock())}
