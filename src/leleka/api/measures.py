"""Measures: columns of the profiles that are derived from related rows or other columns."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict

from leleka.api.authenticated_request import ApiRequest
from leleka.api.problems import ProblemOut
from leleka.api.schemas.common import In, Number, Page, Paging, Version, paged
from leleka.core.column_classes import ColumnClass
from leleka.services.measures import commands as measure_commands
from leleka.services.measures import queries as measure_queries
from leleka.services.measures.contracts import MeasureView

router = Router(tags=["Measures"])
_EXAMPLE: Final[dict[str, Any]] = {"related": ["placed"], "count": "rows"}


class ShapeOut(Schema):
    """``bars`` are how many values lie in each equal part from ``low`` to ``high``; ``top`` are the most frequent
    values with how often each is there, of ``distinct`` different ones.
    """

    low: str
    high: str
    bars: Sequence[int]
    top: Sequence[tuple[str, int]]
    distinct: int | None


class MeasureOut(Schema):
    """``table`` is the one whose rows it is of, ``filled`` how many profiles have a value, null before the first
    refresh; ``problems`` say why it cannot be calculated. ``users`` are the segments and exports that use it,
    ``locked_by`` the exports fed by it that one may not change: while there are any, changing the measure is 403
    FEEDS_EXPORTS.
    """

    id: int
    name: str
    rules: dict[str, Any]
    table: str
    type: str
    column_class: ColumnClass
    filled: int | None
    calculated_at: datetime | None
    shape: ShapeOut
    problems: Sequence[ProblemOut]
    users: Sequence[str]
    locked_by: Sequence[str]
    managed_by_file: str
    version: int


class MeasureIn(In):
    """``rules`` as docs/reference/measures.md has them, without the name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Orders", "rules": _EXAMPLE}]})
    name: str
    rules: dict[str, Any]


class MeasureChange(MeasureIn):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Orders", "rules": _EXAMPLE, "version": 1}]}
    )
    version: Version


@router.get("", response=Page[MeasureOut], operation_id="listMeasures", summary="List measures")
def list_measures(request: ApiRequest, paging: Annotated[Paging, Query()]) -> dict[str, object]:
    """In the order in which they were made."""
    return paged(measure_queries.measures_after(request.auth, paging.after, paging.limit + 1), paging)


@router.post("", response={201: MeasureOut}, operation_id="createMeasure", summary="Create a measure")
def create_measure(request: ApiRequest, data: MeasureIn) -> Status[MeasureView]:
    """It has no values until a refresh: of everything, or of ``measure:`` and its id alone."""
    number = measure_commands.create(request.auth, data.name, data.rules)
    return Status(201, measure_queries.measure(request.auth, number))


@router.get("/{int:number}", response=MeasureOut, operation_id="getMeasure", summary="Get a measure")
def get_measure(request: ApiRequest, number: Number) -> MeasureView:
    return measure_queries.measure(request.auth, number)


@router.put("/{int:number}", response=MeasureOut, operation_id="updateMeasure", summary="Change a measure")
def update_measure(request: ApiRequest, number: Number, data: MeasureChange) -> MeasureView:
    """One that is in use keeps its name and its type: 409 MEASURE_IN_USE."""
    measure_commands.update(request.auth, number, data.name, data.rules, data.version)
    return measure_queries.measure(request.auth, number)


@router.delete(
    "/{int:number}", response={204: None}, operation_id="removeMeasure", summary="Remove a measure"
)
def remove_measure(request: ApiRequest, number: Number) -> Status[None]:
    """One that a segment or an export uses stays: 409 MEASURE_IN_USE names them."""
    measure_commands.remove(request.auth, number)
    return Status(204, None)
