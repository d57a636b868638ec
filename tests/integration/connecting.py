"""Connections as an administrator sets them up in the browser: Connect, then Save."""

from typing import Any

from leleka.core.clock import SystemClock
from leleka.core.ports import Check
from leleka.services import connection_checks, consent, editing_connections
from leleka.services.audit import Actor
from leleka.services.connection_checks import Draft
from leleka.services.connection_views import ConnectionView
from leleka.services.editing_connections import ConnectionForm
from leleka.state.models import Connection, Export
from tests.integration.conftest import KEY
from tests.integration.office import Office

OTHER_KEY = "sandbox-key-for-tests-0002"


def host(office: Office) -> str:
    return f"{office.sandbox.host}:{office.sandbox.port}"


def tried(actor: Actor, draft: Draft) -> tuple[list[Check], str]:
    """Connect; return the steps and the proof."""
    test = connection_checks.begin(actor, draft, SystemClock())
    return list(test), test.proof


def form(office: Office, **values: Any) -> ConnectionForm:
    wanted: dict[str, Any] = {
        "name": "Newsletter",
        "host": host(office),
        "key": KEY,
        "agreed": True,
        "consent_version": consent.VERSION,
        **values,
    }
    return ConnectionForm(**wanted)


def connected(office: Office, actor: Actor, **values: Any) -> ConnectionView:
    """Set up a connection."""
    _, proof = tried(actor, Draft(host(office), KEY))
    return editing_connections.create(actor, form(office, proof=proof, **values))


def export_on(connection: ConnectionView, name: str, **values: Any) -> Export:
    row = Connection.objects.get(pk=connection.id)
    matching = {"email": "email", "lines": [], "tags": []}
    leavers = {"policy": "keep", "field": "", "member": "", "leaver": ""}
    return Export.objects.create(
        name=name, connection=row, **{"target": "1", "matching": matching, "leavers": leavers, **values}
    )
