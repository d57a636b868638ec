"""Definitions of sources: where their rows come from, and what need not be guessed of them."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from leleka.core.column_classes import ColumnClass
from leleka.core.columns import ColumnType
from leleka.core.schedules import whole_readings
from leleka.core.sources import FileFormat
from leleka.services.definition_schema.schema import Name, Part, Text, one_or_many, refused

_LARGEST_NUMBER: Final = 2**53 - 1
_UNSAID: Final = (
    "upload",
    "email",
    "max_age_hours",
    "connection",
    "table",
    "query",
    "changed_since",
    "sheet",
    "header_row",
)

_PARTS: Final = Field(min_length=1, max_length=100)
_Upload = Annotated[int, Field(ge=1, le=_LARGEST_NUMBER, strict=True)]


class TypeDefinition(Part):
    type: ColumnType
    format: str | None = None
    decimal: Literal[".", ","] | None = None


def _typed(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    return {str(column): {"type": kind} if isinstance(kind, str) else kind for column, kind in value.items()}


def _every(value: object) -> int | str:
    found = whole_readings.parse(value)
    if found is None:
        raise refused("SOURCE_CHANGES_INVALID.every")
    return found.written


class ChangedSince(Part):
    """A source that is read by what changed: by this column, and whole every so many times, or hours, or days."""

    column: str
    whole_every: Annotated[int | str, BeforeValidator(_every)] = whole_readings.DEFAULT


def _changed_since(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


def _one_or_several(value: object) -> object:
    return [value] if isinstance(value, int) else value


class SourceDefinition(Part):
    """Its rows come from files, from what was uploaded (``upload`` is its number, or those of several), or from
    a table or query of a source connection.
    """

    name: Name
    files: Annotated[list[str], BeforeValidator(one_or_many)] = Field(default_factory=list)
    upload: Annotated[list[_Upload], BeforeValidator(_one_or_several), _PARTS] | None = None
    connection: str | None = None
    table: str | None = Field(default=None, min_length=1)
    query: str | None = Field(default=None, min_length=1)
    changed_since: Annotated[ChangedSince | None, BeforeValidator(_changed_since)] = None
    format: FileFormat | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: str | None = None
    sheet: Annotated[Text, Field(min_length=1, max_length=100)] | None = None
    header_row: Annotated[int, Field(ge=1, le=1_048_576, strict=True)] | None = None
    types: Annotated[dict[str, TypeDefinition], BeforeValidator(_typed)] = Field(default_factory=dict)
    classes: dict[str, ColumnClass] = Field(default_factory=dict)
    primary_key: str | None = None
    updated_at: str | None = None
    email: str | None = None  # of the profiles: what an export begins with
    max_age_hours: Annotated[int, Field(ge=1, le=24 * 366)] | None = None
    profiles: bool = False
    searched: list[str] | None = Field(
        default=None, max_length=100
    )  # of the profiles; None: as it was chosen
    expectations: list[Any] = Field(default_factory=list)  # core.quality.parser

    @model_validator(mode="after")
    def _comes_from_one_place(self) -> "SourceDefinition":
        given = [bool(self.files), self.upload is not None, self.table is not None, self.query is not None]
        here = bool(self.files) or self.upload is not None
        if sum(given) != 1 or (self.connection is None and not here) or (self.connection and self.upload):
            raise refused("SOURCE_PLACE_INVALID")
        if self.changed_since and self.query is not None:
            raise refused("SOURCE_CHANGES_INVALID.query")
        if self.changed_since and (here or not self.primary_key):
            raise refused("SOURCE_CHANGES_INVALID")
        if self.changed_since and self.changed_since.column in self.types:
            raise refused("SOURCE_CHANGES_INVALID.type")
        return self

    def spec(self) -> dict[str, Any]:
        """Return what the state keeps of it; what is unsaid is left out, as in installations that do not know it."""
        told: dict[str, Any] = self.model_dump(
            mode="json", exclude={"name", "profiles", "classes", "searched", "expectations"}
        )
        for name in _UNSAID:
            if told[name] is None:
                del told[name]
        if self.upload and len(self.upload) == 1:
            told["upload"] = self.upload[0]
        for kind in told["types"].values():
            if kind["decimal"] is None:
                del kind["decimal"]
        if not self.files and self.connection is None:
            del told["files"]
        return told
