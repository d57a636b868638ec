"""Connections: the ways to accounts. Administrators only; the key goes in and never comes out."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Annotated, Any, Final, Literal

from ninja import Body, Query, Router, Status
from pydantic import ConfigDict, Field

from leleka.api.authenticated_request import ApiRequest
from leleka.api.schemas.common import LARGEST, In, Number, Page, Paging, Version, paged
from leleka.api.schemas.connections import (
    CheckedOut,
    ConnectionChange,
    ConnectionIn,
    ConnectionOut,
    ConsentOut,
    DraftIn,
    Language,
    settings_in,
    shown,
)
from leleka.core.clock import current_clock
from leleka.core.ports.destination import CheckStatus
from leleka.errors import InvalidInput
from leleka.services.access.actor import Actor
from leleka.services.connections import commands as connection_commands
from leleka.services.connections import connection_test, consent
from leleka.services.connections import queries as connection_queries
from leleka.services.connections.commands import ConnectionForm
from leleka.services.connections.connection_test import Draft
from leleka.services.exports import connection_removal

router = Router(tags=["Connections"])
_KEPT: Final = ("name", "audience", "share", "plan_limit")
_FORM: Final = frozenset(one.name for one in fields(ConnectionForm))


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
    page = paged(connection_queries.connections_after(request.auth, paging.after, paging.limit + 1), paging)
    items: Any = page["items"]
    return {**page, "items": [shown(one) for one in items]}


@router.get(
    "/consent", response=ConsentOut, operation_id="showConsent", summary="Data privacy and compliance"
)
def show_consent(
    request: ApiRequest,  # noqa: ARG001
    language: Annotated[Language, Query()] = "en",
    type: Annotated[str, Query()] = "",  # noqa: A002 - what connections call their kind
) -> consent.ConsentText:
    """The text somebody agrees to before personal data may leave."""
    return consent.consent_text(language, type)


@router.post("/check", response=CheckedOut, operation_id="checkConnection", summary="Connect: test a way")
def check_connection(request: ApiRequest, data: DraftIn) -> dict[str, Any]:
    """Test host and key step by step; at most five times a minute."""
    test, steps = _tested(
        request.auth, Draft(settings_in(data.model_dump(exclude_unset=True)), data.type, data.connection)
    )
    passed = all(step.standing is CheckStatus.PASSED for step in steps)
    return {"passed": passed, "proof": test.proof, "notes": test.notes, "steps": steps}


@router.post("", response={201: ConnectionOut}, operation_id="createConnection", summary="Add a connection")
def create_connection(request: ApiRequest, data: Annotated[ConnectionIn, Body()]) -> Status[dict[str, Any]]:
    given = data.model_dump(exclude={"check"})
    settings = settings_in(given)
    if data.check:
        given["proof"] = _proof(request.auth, Draft(settings, data.type))
    form = ConnectionForm(**_of_form(given), settings=settings)
    return Status(201, shown(connection_commands.create(request.auth, form)))


@router.get("/{int:number}", response=ConnectionOut, operation_id="getConnection", summary="Get a connection")
def get_connection(request: ApiRequest, number: Number) -> dict[str, Any]:
    return shown(connection_queries.connection(request.auth, number))


@router.patch(
    "/{int:number}", response=ConnectionOut, operation_id="updateConnection", summary="Change a connection"
)
def update_connection(request: ApiRequest, number: Number, data: ConnectionChange) -> dict[str, Any]:
    """Another host needs the key again, and consent; a new key needs a test."""
    view = connection_queries.connection(request.auth, number)
    given = data.model_dump(exclude_unset=True, exclude={"check", "version"})
    settings = settings_in(given)
    values = {**{name: getattr(view, name) for name in _KEPT}, **_of_form(given)}
    if data.check:
        values["proof"] = _proof(request.auth, Draft(settings, view.type, number))
    form = ConnectionForm(**values, settings=settings)
    return shown(connection_commands.update(request.auth, number, data.version, form))


@router.post(
    "/{int:number}/export-user",
    response=ConnectionOut,
    operation_id="becomeExportUser",
    summary="Lend one's name to its runs",
)
def become_export_user(request: ApiRequest, number: Number, data: PasswordIn) -> dict[str, Any]:
    """Make oneself the export user, also of a connection that a file manages; the password is one's own."""
    return shown(connection_commands.become_export_user(request.auth, number, data.password))


@router.post(
    "/{int:number}/remove",
    response={204: None},
    operation_id="removeConnection",
    summary="Remove a connection",
)
def remove_connection(request: ApiRequest, number: Number, data: RemovalIn) -> Status[None]:
    """Remove it with its key: from then on nothing more is sent. All of it happens, or nothing."""
    fates = {one.id: one.fate for one in data.exports}
    connection_removal.remove(request.auth, number, data.version, fates)
    return Status(204, None)


def _of_form(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name in _FORM}


def _tested(actor: Actor, draft: Draft) -> tuple[connection_test.Connect, list[Any]]:
    test = connection_test.begin(actor, draft, current_clock())
    return test, list(test)


def _proof(actor: Actor, draft: Draft) -> str:
    """Raises ``InvalidInput`` with the steps that failed."""
    test, steps = _tested(actor, draft)
    failed = [(step.name, step.problem) for step in steps if step.problem is not None]
    if failed:
        raise InvalidInput.of([replace(problem, where=f"check.{name}") for name, problem in failed])
    return test.proof
