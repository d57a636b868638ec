"""Expectations of data sources: writing them, trying them, and accepting a reading that breaks them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from ninja import Router, Schema
from pydantic import ConfigDict, FailFast, Field

from leleka.api.authenticated_request import ApiRequest
from leleka.api.problems import ProblemOut
from leleka.api.schemas.common import In, Number, Version
from leleka.core.quality.model import MOST_EXPECTATIONS
from leleka.services.quality import commands as quality_commands
from leleka.services.quality import queries as quality_queries
from leleka.services.quality.contracts import Found, QualityView, ResultView, Suggestion

router = Router(tags=["Data sources"])
_EXAMPLE: Final[list[Any]] = [
    {"expect": "unique", "column": "id"},
    {"expect": "filled", "column": "email", "percent": 95, "severity": "warn"},
]
# Of a hundred thousand that are none, telling of each would take seconds.
_Expectations = Annotated[list[dict[str, Any]], Field(max_length=MOST_EXPECTATIONS), FailFast()]


class ResultOut(Schema):
    """One expectation with what the newest reading was found to be. ``rows`` are those that break it; ``guard`` is true
    of the one that every source has.
    """

    expectation: Mapping[str, Any]
    severity: Literal["fail", "warn"]
    found: Found
    rows: int | None
    problem: ProblemOut | None
    guard: bool


class QualityOut(Schema):
    """``reading`` names the newest reading. While it is ``waiting``, it breaks what fails, and it is used only once
    somebody accepts it; where ``replaces`` is false, it is the one in use, which became too old.
    """

    id: int
    name: str
    results: Sequence[ResultOut]
    judged_at: datetime | None
    reading: str
    rows: int | None
    waiting: bool
    replaces: bool
    accepted_by: str
    accepted_at: datetime | None
    managed_by_file: str
    version: int


class TrialIn(In):
    """As docs/reference/expectations.md has them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"expectations": _EXAMPLE}]})
    expectations: _Expectations


class ExpectationsIn(TrialIn):
    """All of them: those that are left out are no longer expected."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"expectations": _EXAMPLE, "version": 1}]})
    version: Version


class AcceptIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reading": "0f3a6c"}]})
    reading: Annotated[
        str, Field(max_length=100, description="As last read; 409 READING_OTHER of another one.")
    ]


class SuggestionOut(Schema):
    expectation: Mapping[str, Any]


@router.get(
    "/{int:number}/expectations",
    response=QualityOut,
    operation_id="getExpectations",
    summary="Get what is expected of a source, and what was found",
)
def get_expectations(request: ApiRequest, number: Number) -> QualityView:
    return quality_queries.quality(request.auth, number)


@router.put(
    "/{int:number}/expectations",
    response=QualityOut,
    operation_id="setExpectations",
    summary="Say what is expected of a source",
)
def set_expectations(request: ApiRequest, number: Number, data: ExpectationsIn) -> QualityView:
    """From the next reading on; ``version`` is that of the source."""
    quality_commands.expect(request.auth, number, data.expectations, data.version)
    return quality_queries.quality(request.auth, number)


@router.post(
    "/{int:number}/expectations/try",
    response=Sequence[ResultOut],
    operation_id="tryExpectations",
    summary="Judge the current rows by expectations",
)
def try_expectations(request: ApiRequest, number: Number, data: TrialIn) -> Sequence[ResultView]:
    """Nothing is saved."""
    return quality_queries.tried(request.auth, number, data.expectations)


@router.get(
    "/{int:number}/expectations/suggestions",
    response=Sequence[SuggestionOut],
    operation_id="suggestExpectations",
    summary="Suggest expectations that the current rows meet",
)
def suggest_expectations(request: ApiRequest, number: Number) -> Sequence[Suggestion]:
    return quality_queries.suggested(request.auth, number)


@router.post(
    "/{int:number}/accept",
    response=QualityOut,
    operation_id="acceptReading",
    summary="Use a reading as it is, though it breaks what is expected",
)
def accept_reading(request: ApiRequest, number: Number, data: AcceptIn) -> QualityView:
    """Once: the next reading is judged anew."""
    quality_commands.accept(request.auth, number, data.reading)
    return quality_queries.quality(request.auth, number)
