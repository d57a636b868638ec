"""An installation as programs see it: tokens, requests, responses."""

from dataclasses import dataclass
from typing import Any

import orjson
from django.test import Client
from django.utils import timezone

from leleka.services.access.actor import Actor, Role
from leleka.services.people import api_tokens
from leleka.services.people.actors import actor_of
from leleka.state.models import Connection, Export, Segment, User
from tests.integration.office import Office
from tests.integration.people import lend_a_name

PREFIX = "/api/v1"
JSON = "application/json"


@dataclass(frozen=True)
class Program:
    """A program with the token of a person; without a person it has none."""

    user: User | None = None
    token: str = ""

    @property
    def actor(self) -> Actor:
        assert self.user is not None
        return actor_of(self.user)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """Return the whole response; ``body`` is sent as JSON unless it is bytes."""
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        content = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        return Client(raise_request_exception=False).generic(
            method, PREFIX + path, content, JSON, headers=headers
        )

    def get(self, path: str, status: int = 200) -> Any:
        return self.told("GET", path, None, status)

    def told(self, method: str, path: str, body: object = None, status: int = 200, **headers: str) -> Any:
        """Return the contents of a response with this status."""
        reply = self.ask(method, path, body, **headers)
        assert reply.status_code == status, reply.content
        return orjson.loads(reply.content) if reply.content else None


def program(name: str, role: Role) -> Program:
    """Make a person and a token of theirs."""
    user = User.objects.create(
        email=f"{name}@example.com",
        name=name.capitalize(),
        role=role,
        created_at=timezone.now(),
        created_by="tests",
    )
    _, token = api_tokens.make_token(actor_of(user), "program")
    return Program(user, token)


def furnish(office: Office, *, run: bool = True) -> None:
    """Return an installation a connection for contributors, a segment, an export and a run, none of them from a
    file.
    """
    office.hire(3)
    office.apply()
    if run:
        office.run()
    for rows in (Connection, Export, Segment):
        rows._default_manager.update(managed_by_file="")
    Connection.objects.update(audience=Connection.Audience.CONTRIBUTORS)
    lend_a_name()
