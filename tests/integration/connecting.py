"""Connections as an administrator sets them up in the browser: Connect, then Save."""

from typing import Any

from leleka.core.clock import SystemClock
from leleka.core.ports.destination import Check
from leleka.services.access.actor import Actor
from leleka.services.connections import commands as connection_commands
from leleka.services.connections import connection_test, consent
from leleka.services.connections.commands import ConnectionForm
from leleka.services.connections.connection_test import Draft
from leleka.services.connections.queries import ConnectionView
from leleka.state.models import Connection, Export
from tests.integration.conftest import KEY
from tests.integration.office import Office

OTHER_KEY = "sandbox-key-for-tests-0002"


def host(office: Office) -> str:
    return f"{office.sandbox.host}:{office.sandbox.port}"


def tried(actor: Actor, draft: Draft) -> tuple[list[Check], str]:
    """Connect; return the steps and the proof."""
    test = connection_test.begin(actor, draft, SystemClock())
    return list(test), test.proof


def draft(office: Office, **values: Any) -> Draft:
    """Return what Connect tests: the office's sandbox with its key, unless told otherwise."""
    wanted = {"host": host(office), "key": KEY, **values}
    settings = {name: str(wanted.pop(name)) for name in ("host", "key")}
    return Draft(settings, **wanted)


def form(office: Office, **values: Any) -> ConnectionForm:
    wanted: dict[str, Any] = {
        "name": "Newsletter",
        "agreed": True,
        "consent_version": consent.VERSION,
        **values,
    }
    settings = {"host": wanted.pop("host", host(office)), "key": wanted.pop("key", KEY)}
    return ConnectionForm(**wanted, settings=settings)


def connected(office: Office, actor: Actor, **values: Any) -> ConnectionView:
    """Set up a connection."""
    _, proof = tried(actor, draft(office))
    return connection_commands.create(actor, form(office, proof=proof, **values))


def export_on(connection: ConnectionView, name: str, **values: Any) -> Export:
    row = Connection.objects.get(pk=connection.id)
    matching = {"email": "email", "lines": [], "tags": []}
    leavers = {"policy": "keep", "field": "", "member": "", "leaver": ""}
    return Export.objects.create(
        name=name, connection=row, **{"target": "1", "matching": matching, "leavers": leavers, **values}
    )
