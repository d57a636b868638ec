"""Connections: the ways to accounts. Administrators only; the key goes in and never comes out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, Field

from leleka.api.access import ApiRequest
from leleka.api.problems import ProblemOut
from leleka.api.shapes import LARGEST, Audience, CheckOut, In, Number, Page, Paging, Version, paged
from leleka.core.clock import SystemClock
from leleka.core.ports import Standing
from leleka.errors import InvalidInput
from leleka.services import (
    connection_checks,
    connection_views,
    consent,
    editing_connections,
    removing_connections,
)
from leleka.services.audit import Actor
from leleka.services.connection_checks import Draft
from leleka.services.connection_views import ConnectionView
from leleka.services.editing_connections import ConnectionForm

router = Router(tags=["Connections"])
Language = Literal["en", "uk"]
_KEPT: Final = ("name", "host", "audience", "type", "share", "plan_limit")
_EXAMPLE: Final[dict[str, Any]] = {
    "name": "Newsletter",
    "host": "example.api-us1.com",
    "key": "the API key",
    "audience": "administrators and contributors",
    "agreed": True,
    "consent_version": consent.VERSION,
    "check": True,
}


class UsedByOut(Schema):
    id: int
    name: str
    managed_by_file: str
    running: bool


class ConnectionOut(Schema):
    """``key_hint`` is how a stored key ends. ``attention`` is why an administrator must act."""

    id: int
    name: str
    type: str
    title: str
    host: str
    audience: Audience
    share: float
    plan_limit: int | None
    has_key: bool
    key_hint: str
    key_reference: str
    consent_by: str
    consent_version: str
    consent_language: str
    consent_at: datetime | None
    export_user: str
    attention: Sequence[ProblemOut]
    last_check: Sequence[CheckOut]
    checked_at: datetime | None
    exports: Sequence[UsedByOut]
    created_at: datetime
    managed_by_file: str
    version: int


class ConsentOut(Schema):
    """What ``agreed`` agrees to; send its version along."""

    version: str
    language: Language
    paragraphs: Sequence[str]


class DraftIn(In):
    """What is to be tested. An empty host or key is the one that ``connection`` has."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"host": "example.api-us1.com", "key": "the API key"}]}
    )
    host: str = ""
    key: str = Field(default="", json_schema_extra={"writeOnly": True}, repr=False)
    type: Literal["activecampaign"] = "activecampaign"
    connection: int | None = Field(default=None, ge=1, le=LARGEST)


class CheckedOut(Schema):
    """``proof`` is for saving this host and key within a quarter of an hour; "" where a step failed."""

    passed: bool
    proof: str
    notes: Sequence[str]
    steps: Sequence[CheckOut]


class Settled(In):
    """What goes along with saving. ``check`` tests first; else ``proof`` says that it was tested.

    ``password`` is one's own: it makes whoever asks the export user.
    """

    agreed: bool = False
    consent_version: str = ""
    consent_language: Language = "en"
    password: str = Field(default="", json_schema_extra={"writeOnly": True}, repr=False)
    proof: str = ""
    check: bool = False


class ConnectionIn(Settled):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    name: str
    host: str
    key: str = Field(json_schema_extra={"writeOnly": True}, repr=False)
    type: Literal["activecampaign"] = "activecampaign"
    audience: Audience = "administrators"
    share: float = 0.9
    plan_limit: int | None = None


class ConnectionChange(Settled):
    """What is left away stays as it is. Sharing ends with audience "administrators"."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 1, "audience": "administrators"}]})
    version: Version
    name: str = ""
    host: str = ""
    key: str = Field(default="", json_schema_extra={"writeOnly": True}, repr=False)
    audience: Audience = "administrators"
    share: float = 0.9
    plan_limit: int | None = None


class PasswordIn(In):
    password: str = Field(json_schema_extra={"writeOnly": True}, repr=False)


class FateIn(In):
    id: int = Field(ge=1, le=LARGEST)
    fate: Literal["detach", "remove"]


class RemovalIn(In):
    """Every export that uses the connection is detached or removed with it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"version": 1, "exports": [{"id": 1, "fate": "detach"}]}]}
    )
    version: Version
    exports: list[FateIn] = Field(default=[], max_length=10_000)


@router.get("", response=Page[ConnectionOut], operation_id="listConnections", summary="List connections")
def list_connections(request: ApiRequest, paging: Annotated[Paging, Query()]) -> dict[str, object]:
    """In the order in which they were made."""
    return paged(connection_views.connections_after(request.auth, paging.after, paging.limit + 1), paging)


@router.get(
    "/consent", response=ConsentOut, operation_id="showConsent", summary="Data privacy and compliance"
)
def show_consent(request: ApiRequest, language: Annotated[Language, Query()] = "en") -> consent.ConsentText:  # noqa: ARG001
    """The text somebody agrees to before personal data may leave."""
    return consent.consent_text(language)


@router.post("/check", response=CheckedOut, operation_id="checkConnection", summary="Connect: test a way")
def check_connection(request: ApiRequest, data: DraftIn) -> dict[str, Any]:
    """Test host and key step by step; at most five times a minute."""
    test, steps = _tested(request.auth, Draft(data.host, data.key, data.type, data.connection))
    passed = all(step.standing is Standing.PASSED for step in steps)
    return {"passed": passed, "proof": test.proof, "notes": test.notes, "steps": steps}


@router.post("", response={201: ConnectionOut}, operation_id="createConnection", summary="Add a connection")
def create_connection(request: ApiRequest, data: ConnectionIn) -> Status[ConnectionView]:
    proof = _proof(request.auth, Draft(data.host, data.key, data.type)) if data.check else data.proof
    form = ConnectionForm(**{**data.model_dump(exclude={"check"}), "proof": proof})
    return Status(201, editing_connections.create(request.auth, form))


@router.get("/{int:number}", response=ConnectionOut, operation_id="getConnection", summary="Get a connection")
def get_connection(request: ApiRequest, number: Number) -> ConnectionView:
    return connection_views.connection(request.auth, number)


@router.patch(
    "/{int:number}", response=ConnectionOut, operation_id="updateConnection", summary="Change a connection"
)
def update_connection(request: ApiRequest, number: Number, data: ConnectionChange) -> ConnectionView:
    """Another host needs the key again, and consent; a new key needs a test."""
    view = connection_views.connection(request.auth, number)
    given = data.model_dump(exclude_unset=True, exclude={"check", "version"})
    values = {**{name: getattr(view, name) for name in _KEPT}, **given}
    if data.check:
        draft = Draft(values["host"], values.get("key", ""), view.type, number)
        values["proof"] = _proof(request.auth, draft)
    return editing_connections.update(request.auth, number, data.version, ConnectionForm(**values))


@router.post(
    "/{int:number}/export-user",
    response=ConnectionOut,
    operation_id="becomeExportUser",
    summary="Lend one's name to its runs",
)
def become_export_user(request: ApiRequest, number: Number, data: PasswordIn) -> ConnectionView:
    """Make oneself the export user, also of a connection that a file manages; the password is one's own."""
    return editing_connections.become_export_user(request.auth, number, data.password)


@router.post(
    "/{int:number}/remove",
    response={204: None},
    operation_id="removeConnection",
    summary="Remove a connection",
)
def remove_connection(request: ApiRequest, number: Number, data: RemovalIn) -> Status[None]:
    """Remove it with its key: from then on nothing more is sent. All of it happens, or nothing."""
    fates = {one.id: one.fate for one in data.exports}
    removing_connections.remove(request.auth, number, data.version, fates)
    return Status(204, None)


def _tested(actor: Actor, draft: Draft) -> tuple[connection_checks.Connect, list[Any]]:
    test = connection_checks.begin(actor, draft, SystemClock())
    return test, list(test)


def _proof(actor: Actor, draft: Draft) -> str:
    """Raises ``InvalidInput`` with the steps that failed."""
    test, steps = _tested(actor, draft)
    failed = [(step.name, step.problem) for step in steps if step.problem is not None]
    if failed:
        raise InvalidInput.of([replace(problem, where=f"check.{name}") for name, problem in failed])
    return test.proof
