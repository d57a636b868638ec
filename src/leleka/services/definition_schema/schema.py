"""Definitions: the one file that says what sources, segments, connections and exports there are."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from leleka.core.columns import Relationship
from leleka.core.data_matching import LeaverPolicy, WhenEmpty
from leleka.core.growth import MOST_PEOPLE, MOST_PERCENT, Growth


def one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


def refused(key: str) -> PydanticCustomError:
    """Return the error for a value that the definitions do not take; it carries a key of the catalogue alone."""
    return PydanticCustomError(key, key)


def _text(value: object) -> object:
    """Ids and values are often written without quotes. Not so 1.50: nobody could tell it from 1.5."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _name(value: str) -> str:
    if not value.strip():
        raise refused("NAME_EMPTY")
    if len(value) > _LONGEST_NAME:
        raise refused("NAME_TOO_LONG")
    if value != value.strip() or not value.isprintable():
        raise refused("NAME_INVALID.definition")
    return value


def _list_id(value: object) -> str:
    if isinstance(value, bool) or not _ID.fullmatch(str(value)):
        raise refused("LIST_ID_INVALID")
    return str(value)


def _field_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise refused("MAP_FIELD_UNKNOWN")
    return value


def _field_id_if_any(value: str) -> str:
    return _field_id(value) if value else value


_LONGEST_NAME: Final = 200
_ID: Final = re.compile(r"[1-9][0-9]{0,9}")
Names = Annotated[list[str], BeforeValidator(one_or_many), Field(min_length=1)]
Text = Annotated[str, BeforeValidator(_text)]
Name = Annotated[str, AfterValidator(_name)]
Kept = Annotated[str, Field(max_length=64)]  # by leleka definitions: in which installation it stays as it is
FieldId = Annotated[str, BeforeValidator(_text), AfterValidator(_field_id)]


class Part(BaseModel):
    """A part of the file; "primary key", "primary-key" and "primary_key" mean the same."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _plain_keys(cls, data: object) -> object:
        if not isinstance(data, Mapping):
            return data
        plain = {
            str(key).strip().lower().replace(" ", "_").replace("-", "_"): value for key, value in data.items()
        }
        if len(plain) < len(data):
            raise refused("DEFINITION_INVALID.twice")
        return plain


class End(Part):
    source: str
    column: str


def _end(value: object) -> object:
    if isinstance(value, str) and "." in value:
        source, _, column = value.partition(".")
        return {"source": source, "column": column}
    return value


class RelationshipDefinition(Part):
    name: Name
    from_: Annotated[End, BeforeValidator(_end)] = Field(alias="from")
    to: Annotated[End, BeforeValidator(_end)]

    def record(self) -> Relationship:
        return Relationship(self.name, self.from_.source, self.from_.column, self.to.source, self.to.column)


class MeasureDefinition(Part):
    """A name, and beside it what ``core.measures.parser`` reads: ``definition`` is that as it was written."""

    name: Name
    definition: dict[Any, Any]

    @model_validator(mode="before")
    @classmethod
    def _apart(cls, data: object) -> object:
        if not isinstance(data, Mapping):
            return data
        named = {key: value for key, value in data.items() if str(key).strip().lower() == "name"}
        return {**named, "definition": {key: value for key, value in data.items() if key not in named}}


class ListDefinition(Part):
    """A list of profiles: a file of their keys, or of the e-mail addresses that a column of them has. Without a file
    the entries stay what they are.
    """

    name: Name
    file: Annotated[Text, Field(max_length=1000)] = ""
    column: Annotated[Text, Field(max_length=300)] = ""


class SegmentDefinition(Part):
    name: Name
    rules: object
    active: bool | None = None  # before the first of the moments; the opposite of what that brings
    activate_at: object = None  # a day, or a day and a time: ``core.schedules.states``
    deactivate_at: object = None
    schedule: object = "system"  # or off, or days of its own: ``core.schedules.recurrence``
    tags: Annotated[list[Name], BeforeValidator(one_or_many)] = Field(default_factory=list)


class Consent(Part):
    agreed_by: Name
    version: Annotated[Text, Field(min_length=1, max_length=50)]
    language: Literal["en", "uk"] = "en"


class ConnectionDefinition(Part):
    """What every connection has; ``definition_schema.connections`` adds the settings of each kind."""

    name: Name
    type: str
    shared_with: Literal["administrators", "administrators and contributors"] = "administrators"
    share_of_limits: float = Field(default=0.9, gt=0, le=1)
    consent: Consent | None = None
    kept: Kept = ""


class SourceConnectionDefinition(Part):
    """What every source connection has; ``definition_schema.connections`` adds the settings of each kind."""

    name: Name
    type: str
    shared_with_contributors: Annotated[list[str], BeforeValidator(one_or_many)] = []
    kept: Kept = ""


class FieldLine(Part):
    column: str
    field: FieldId
    when_empty: WhenEmpty = WhenEmpty.KEEP


class BuiltInLine(Part):
    column: str
    when_empty: WhenEmpty = WhenEmpty.KEEP


class PhoneLine(BuiltInLine):
    country: str = Field(default="", pattern=r"^([A-Z]{2})?$")


def _column(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


def _email(value: object) -> object:
    if value is None or value == "":
        raise refused("MAP_EMAIL_MISSING")
    return value


class MatchingDefinition(Part):
    email: Annotated[str, BeforeValidator(_email), Field(validate_default=True)] = ""
    first_name: Annotated[BuiltInLine | None, BeforeValidator(_column)] = None
    last_name: Annotated[BuiltInLine | None, BeforeValidator(_column)] = None
    phone: Annotated[PhoneLine | None, BeforeValidator(_column)] = None
    fields: list[FieldLine] = []
    tags: Annotated[list[str], BeforeValidator(one_or_many)] = []


class LeaversDefinition(Part):
    policy: LeaverPolicy = LeaverPolicy.KEEP
    field: Annotated[Text, AfterValidator(_field_id_if_any)] = ""
    member: Text = ""
    leaver: Text = ""

    @model_validator(mode="after")
    def _mark_is_whole(self) -> "LeaversDefinition":
        if self.policy is LeaverPolicy.MARK and not (self.field and self.member != self.leaver):
            raise refused("DEFINITION_INVALID.mark")
        return self


def _policy(value: object) -> object:
    return {"policy": value} if isinstance(value, str) else value


class GrowthDefinition(Part):
    """When an audience that grew suddenly needs a confirmation; ``off`` is never."""

    ask: bool = Field(default=True, strict=True)
    percent: int = Field(default=Growth().percent, ge=0, le=MOST_PERCENT, strict=True)
    people: int = Field(default=Growth().people, ge=1, le=MOST_PEOPLE, strict=True)


def _growth(value: object) -> object:
    return {"ask": False} if value == "off" or value is False else value


class ExportDefinition(Part):
    name: Name
    connection: str  # "" where it is detached
    list_id: Annotated[str, BeforeValidator(_list_id)] = Field(alias="list")
    segments: Names
    data_matching: MatchingDefinition
    leavers: Annotated[LeaversDefinition, BeforeValidator(_policy)] = LeaversDefinition()
    automations: bool = False
    subscribe_unconfirmed: bool = False
    limit: int = Field(default=1_000_000, ge=1, le=1_000_000, strict=True)
    growth: Annotated[GrowthDefinition, BeforeValidator(_growth)] = GrowthDefinition()
    ready_by: object = None  # a time, or {time, time_zone}: ``core.ready_by``
    schedule: object = "system"  # or off, or one of its own: ``core.schedules.parser``
