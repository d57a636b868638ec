"""Why somebody is in a list or a segment, or is not."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

from ninja import Router, Schema, Status
from pydantic import Field

from leleka.api.authenticated_request import ApiRequest
from leleka.api.schemas.common import In, Number, TaskAsked
from leleka.services.why import commands as why_commands
from leleka.services.why import queries as why_queries
from leleka.services.why.contracts import StepName, WhyView

of_exports = Router(tags=["Exports"])
of_segments = Router(tags=["Segments"])


class WhoIn(In):
    """``customer`` is the id that the list of customers has; or an e-mail address. One of both is asked about; where
    both are given, the customer.
    """

    customer: Annotated[str, Field(pattern="^([0-9a-f]{32})?$")] = ""
    address: Annotated[str, Field(max_length=1_000, examples=["ada@example.com"])] = ""


class WhyRuleOut(Schema):
    """A part of the rules, those inside it behind it with a greater ``depth``; ``how`` it takes them, empty for a
    condition. ``value`` is what the person has. ``said`` and ``value`` are by language.
    """

    path: str
    depth: int
    how: str
    said: Mapping[str, str]
    holds: bool
    value: Mapping[str, str]


class WhyStepOut(Schema):
    """``held`` is null where a step decides nothing. ``remedy`` says what would change it."""

    name: StepName
    title: Mapping[str, str]
    held: bool | None
    said: Mapping[str, str]
    remedy: Mapping[str, str]
    notes: Sequence[Mapping[str, str]]
    at: datetime | None
    segment: int | None
    run: int | None
    rules: Sequence[WhyRuleOut]


class SameAddressOut(Schema):
    """A profile with the address; ``chosen`` is the one that is sent for it."""

    customer: str
    title: str
    chosen: bool


class WhyOut(Schema):
    """``inside`` is null where nobody knows. ``verdict`` and ``remedy`` are sentences by language. ``customer`` is
    empty where no profile has the address. ``asking`` is a task of yours that asks the account now.
    """

    export: int | None
    segment: int | None
    name: str
    customer: str
    title: str
    address: str
    inside: bool | None
    verdict: Mapping[str, str]
    remedy: Mapping[str, str]
    steps: Sequence[WhyStepOut]
    others: Sequence[SameAddressOut]
    may_ask: bool
    asking: int | None
    masked: bool


@of_exports.post(
    "/{int:number}/why",
    response=WhyOut,
    operation_id="explainExport",
    summary="Why somebody is in the list, or is not",
)
def explain_export(request: ApiRequest, number: Number, data: WhoIn) -> WhyView:
    """From the row of the source to the account, step by step; the address is in the body alone."""
    return why_queries.why(request.auth, number, customer=data.customer, address=data.address)


@of_exports.post(
    "/{int:number}/why/ask",
    response={202: TaskAsked},
    operation_id="askAccount",
    summary="Ask the account how somebody stands with the list",
)
def ask_account(request: ApiRequest, number: Number, data: WhoIn) -> Status[dict[str, int]]:
    """The worker asks; the next explanation has the answer, and so has the task, as ``membership``."""
    task = why_commands.ask(request.auth, number, customer=data.customer, address=data.address)
    return Status(202, {"task": task})


@of_segments.post(
    "/{int:number}/why",
    response=WhyOut,
    operation_id="explainSegment",
    summary="Why somebody is in the segment, or is not",
)
def explain_segment(request: ApiRequest, number: Number, data: WhoIn) -> WhyView:
    return why_queries.why_in_segment(request.auth, number, customer=data.customer, address=data.address)
