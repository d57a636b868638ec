"""Columns of data sources: what they contain, and so what of them is shown to whom."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from ninja import Router, Schema
from pydantic import ConfigDict, Field

from leleka.api.authenticated_request import ApiRequest
from leleka.api.schemas.common import In, Number
from leleka.core.column_classes import ColumnClass
from leleka.services.privacy import commands as privacy_commands
from leleka.services.privacy import queries as privacy_queries
from leleka.services.privacy.contracts import ColumnsView

router = Router(tags=["Data sources"])
_EXAMPLE: dict[str, Any] = {"classes": {"tier": "harmless"}, "version": "0123456789abcdef"}


class ColumnOut(Schema):
    """``declared`` is false of a guess, of which viewers see no value; ``by_file``: a definitions file declares it."""

    name: str
    type: str
    column_class: ColumnClass
    declared: bool
    by_file: bool


class ColumnsOut(Schema):
    """``id`` and ``name`` are of the source."""

    id: int
    name: str
    columns: Sequence[ColumnOut]
    version: str


class ClassesIn(In):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    classes: Annotated[
        Mapping[str, str],
        Field(
            description="identifier, contact, text or harmless, by column; columns left out stay as they are."
        ),
    ]
    version: Annotated[
        str, Field(max_length=64, description="As last read; 409 STALE where somebody was quicker.")
    ]


@router.get(
    "/{int:number}/columns",
    response=ColumnsOut,
    operation_id="listColumns",
    summary="List the columns of a source",
)
def list_columns(request: ApiRequest, number: Number) -> ColumnsView:
    """With the class of each: viewers see values of harmless columns alone."""
    return privacy_queries.columns(request.auth, number)


@router.put(
    "/{int:number}/columns",
    response=ColumnsOut,
    operation_id="classifyColumns",
    summary="Say what columns contain",
)
def classify_columns(request: ApiRequest, number: Number, data: ClassesIn) -> ColumnsView:
    """What a definitions file declares is refused here."""
    return privacy_commands.classify(request.auth, number, data.classes, data.version)
