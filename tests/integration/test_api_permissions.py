"""Every operation, asked by everybody: who may follows from the one table."""

from dataclasses import replace

import pytest
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from leleka.api.urls import api
from leleka.services.access.actor import Role
from leleka.services.access.permissions import Permission
from leleka.services.connections import consent
from leleka.services.exports import reconciliation
from leleka.services.lists import commands as list_commands
from leleka.services.privacy.queries import version_of
from leleka.services.refresh import commands as refresh_commands
from leleka.services.tasks import commands as task_commands
from leleka.state.models import (
    ApiToken,
    AuditEntry,
    AuditLink,
    Connection,
    Export,
    Measure,
    RefusalCount,
    RelationshipRow,
    Run,
    Segment,
    Source,
    SourceConnection,
    Task,
    Trigger,
    User,
)
from tests.integration.api import Program, furnish, program
from tests.integration.defining import filled
from tests.integration.office import ALICE, Office
from tests.integration.operations import Operation, everybody, needs, on_the_export
from tests.integration.operations_of_customers import OF_CUSTOMERS
from tests.integration.operations_of_segments import OF_SEGMENTS, RULES
from tests.integration.operations_of_sources import OF_RELATIONSHIPS, OF_SOURCES, furnish_sources

MEASURE = {"lower": {"column": "tier"}}
CHANGED = {"name": "Lower", "rules": MEASURE, "version": 1}
WRITTEN = {
    "name": "Other", "connection": "Sandbox", "list": "2", "segments": ["Gold"], "data_matching": {"email": "email"},
}  # fmt: skip
NAMES, COLUMNS = (f"/source-connections/{one}?connection=Files" for one in ("names", "columns"))
DAILY = {"repeat": "daily", "times": ["08:00"], "time_zone": "UTC"}
State = dict[str, list[object]]


OPERATIONS = (
    Operation("GET", "/me", 200, everybody),
    Operation("GET", "/me/tokens", 200, everybody),
    Operation("POST", "/me/tokens", 201, everybody, {"name": "another"}),
    Operation("DELETE", "/me/tokens/{number}", 204, everybody, real="/me/tokens/{token}"),
    Operation("GET", "/connections", 200, needs(Permission.CONNECTIONS)),
    Operation("POST", "/connections", 201, needs(Permission.CONNECTIONS), "connection"),
    Operation("GET", "/connections/consent", 200, everybody),
    Operation("POST", "/connections/check", 200, needs(Permission.CONNECTIONS), "draft"),
    Operation("GET", "/connections/{number}", 200, needs(Permission.CONNECTIONS)),
    Operation("PATCH", "/connections/{number}", 200, needs(Permission.CONNECTIONS), {"version": 1}),
    Operation("POST", "/connections/{number}/export-user", 422, needs(Permission.CONNECTIONS), {"password": "wrong"}),
    Operation("POST", "/connections/{number}/remove", 204, needs(Permission.CONNECTIONS), "removal"),
    Operation("GET", "/source-connections", 200, needs(Permission.CONNECTIONS)),
    Operation("GET", "/source-connections/kinds", 200, needs(Permission.CONNECTIONS)),
    Operation("POST", "/source-connections", 201, needs(Permission.CONNECTIONS), "source connection"),
    Operation("POST", "/source-connections/check", 200, needs(Permission.CONNECTIONS), "source draft"),
    Operation("GET", "/source-connections/offered", 200, needs(Permission.EDIT_SOURCES)),
    Operation("GET", "/source-connections/names", 200, needs(Permission.EDIT_SOURCES), real=NAMES),
    Operation("GET", "/source-connections/columns", 200, needs(Permission.EDIT_SOURCES), real=f"{COLUMNS}&table=t"),
    Operation("GET", "/source-connections/{number}", 200, needs(Permission.CONNECTIONS)),
    Operation("PATCH", "/source-connections/{number}", 200, needs(Permission.CONNECTIONS), {"version": 1}),
    Operation("POST", "/source-connections/{number}/check", 200, needs(Permission.CONNECTIONS)),
    Operation("POST", "/source-connections/{number}/remove", 204, needs(Permission.CONNECTIONS), {"version": 1}),
    Operation("GET", "/measures", 200, needs(Permission.SEE)),
    Operation("POST", "/measures", 201, needs(Permission.EDIT_SEGMENTS), {"name": "Low", "rules": MEASURE}),
    Operation("GET", "/measures/{number}", 200, needs(Permission.SEE), real="/measures/{measure}"),
    Operation("PUT", "/measures/{number}", 200, needs(Permission.EDIT_SEGMENTS), CHANGED, real="/measures/{measure}"),
    Operation("DELETE", "/measures/{number}", 204, needs(Permission.EDIT_SEGMENTS), real="/measures/{measure}"),
    *OF_SEGMENTS,
    *OF_CUSTOMERS,
    *OF_SOURCES,
    *OF_RELATIONSHIPS,
    Operation("GET", "/sources/{number}/columns", 200, needs(Permission.SEE)),
    Operation("PUT", "/sources/{number}/columns", 200, needs(Permission.CLASSIFY), "classes"),
    Operation("GET", "/exports", 200, needs(Permission.SEE)),
    Operation("GET", "/exports/choices", 200, needs(Permission.CHOOSE_CONNECTIONS)),
    Operation("GET", "/exports/offers", 200, on_the_export, real="/exports/offers?connection=Sandbox"),
    Operation("POST", "/exports", 201, on_the_export, WRITTEN),
    Operation("POST", "/exports/run", 202, needs(Permission.EDIT_SHARED_EXPORTS), {}),
    Operation("GET", "/exports/{number}", 200, needs(Permission.SEE)),
    Operation("PUT", "/exports/{number}", 200, on_the_export, {**WRITTEN, "version": 1}),
    Operation("DELETE", "/exports/{number}", 204, on_the_export),
    Operation("POST", "/exports/{number}/duplicate", 200, needs(Permission.EDIT_SHARED_EXPORTS)),
    Operation("POST", "/exports/{number}/detach", 200, on_the_export),
    Operation("POST", "/exports/{number}/attach", 200, on_the_export, {"connection": "Sandbox", "version": 1}),
    Operation("POST", "/exports/{number}/preview", 202, on_the_export),
    Operation("POST", "/exports/{number}/reconcile", 202, on_the_export),
    Operation("GET", "/exports/{number}/reconcile", 200, needs(Permission.SEE)),
    Operation("POST", "/exports/{number}/reconcile/cancel", 200, on_the_export),
    Operation("POST", "/exports/{number}/reconcile/repair", 409, on_the_export),  # it is not done
    Operation("POST", "/exports/{number}/rebuild-ledger", 409, on_the_export),  # it is in order
    Operation("POST", "/exports/{number}/run", 202, on_the_export, {}),
    Operation("GET", "/exports/{number}/schedule", 200, needs(Permission.SEE)),
    Operation("PUT", "/exports/{number}/schedule", 200, on_the_export, {"schedule": "off"}),
    Operation("GET", "/exports/{number}/schedule/decisions", 200, needs(Permission.SEE)),
    Operation("GET", "/system/schedule", 200, needs(Permission.SEE)),
    Operation("PUT", "/system/schedule", 200, needs(Permission.SYSTEM), {**DAILY, "on": True, "version": 0}),
    Operation("POST", "/system/schedule/preview", 200, everybody, DAILY),
    Operation("GET", "/system/schedule/decisions", 200, needs(Permission.SEE)),
    Operation("GET", "/status", 200, needs(Permission.SEE)),
    Operation("GET", "/concerns", 200, needs(Permission.SEE)),
    Operation("GET", "/refreshes", 200, needs(Permission.SEE)),
    Operation("POST", "/refreshes", 202, needs(Permission.SYSTEM), {"scope": "everything"}),
    Operation("GET", "/refreshes/{number}", 200, needs(Permission.SEE)),
    Operation("POST", "/refreshes/{number}/cancel", 200, needs(Permission.EDIT_SEGMENTS)),
    Operation("GET", "/runs", 200, needs(Permission.SEE)),
    Operation("GET", "/runs/{number}", 200, needs(Permission.SEE)),
    Operation("GET", "/runs/{number}/rows", 200, needs(Permission.SEE)),
    Operation("GET", "/runs/{number}/rows.csv", 200, needs(Permission.DOWNLOAD_PERSONAL)),
    Operation("POST", "/runs/{number}/cancel", 409, on_the_export),  # it has ended
    Operation("POST", "/runs/{number}/confirm", 409, needs(Permission.CONFIRM)),
    Operation("POST", "/runs/{number}/resend", 202, on_the_export),
    Operation("POST", "/runs/{number}/verify", 200, needs(Permission.SEE)),
    Operation("GET", "/tasks/{number}", 200, everybody, real="/tasks/{task}"),
    Operation("GET", "/notices", 200, needs(Permission.SEE)),
    Operation("GET", "/people", 200, needs(Permission.PEOPLE)),
    Operation("POST", "/people", 201, needs(Permission.PEOPLE), {"email": "d@example.com", "name": "Dora"}),
    Operation("PATCH", "/people/{number}", 200, needs(Permission.PEOPLE), {"role": "viewer"}, "/people/{person}"),
    Operation("POST", "/people/{number}/disable", 200, needs(Permission.PEOPLE), real="/people/{person}/disable"),
    Operation("POST", "/people/{number}/enable", 200, needs(Permission.PEOPLE), real="/people/{person}/enable"),
    Operation("GET", "/people/tokens", 200, needs(Permission.PEOPLE)),
    Operation("DELETE", "/people/tokens/{number}", 204, needs(Permission.PEOPLE), real="/people/tokens/{token}"),
    Operation("GET", "/audit", 200, needs(Permission.AUDIT)),
    Operation("GET", "/audit/chain", 200, needs(Permission.AUDIT)),
)  # fmt: skip


def test_the_table_names_every_operation() -> None:
    declared = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method in operations
    }
    assert {one.template for one in OPERATIONS} == declared


@pytest.fixture
def furnished(office: Office) -> Office:
    furnish(office)
    Segment.objects.create(name="Spare", rules=RULES)
    furnish_sources(office)
    return office


@pytest.mark.short("shared-viewer", "of administrators-contributor")
@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("shared", [True, False], ids=["shared", "of administrators"])
def test_who_may_is_as_the_table_says(furnished: Office, role: Role, *, shared: bool) -> None:
    if not shared:
        Connection.objects.update(audience=Connection.Audience.ADMINISTRATORS)
    asking = program("asking", role)
    places = places_for(asking)
    wrong, before = [], state()
    for one in OPERATIONS:
        allowed = one.rule(asking.actor)
        found, changed = tried(asking, one, places, furnished, None if allowed else before)
        # What somebody may not choose looks as unknown as what does not exist.
        refused = 404 if one.path == "/exports/offers" and role is Role.CONTRIBUTOR else 403
        if found != (one.status if allowed else refused) or changed:
            wrong.append((one.template, found, changed))
    assert wrong == []


@pytest.mark.short("without a token")
@pytest.mark.slow
@pytest.mark.parametrize("who", ["without a token", "disabled", "token removed", "token made up"])
def test_nobody_else_gets_in(furnished: Office, who: str) -> None:
    asking = program("asking", Role.ADMINISTRATOR)
    places = places_for(asking)
    if who == "without a token":
        asking = Program()
    elif who == "disabled":
        User.objects.update(disabled_at=timezone.now())
    elif who == "token removed":
        ApiToken.objects.all().delete()
    else:
        asking = replace(asking, token="leleka_" + "x" * 43)
    wrong, before = [], state()
    for one in OPERATIONS:
        found, changed = tried(asking, one, places, furnished, before)
        if found != 401 or changed:
            wrong.append((one.template, found, changed))
    assert wrong == []


def places_for(asking: Program) -> dict[str, int]:
    """Name the objects that the operations are about."""
    other, spare = program("other", Role.CONTRIBUTOR), Segment.objects.get(name="Spare")
    reconciliation.ask(ALICE, Export.objects.get().pk)
    return {
        "connections": Connection.objects.get().pk,
        "source-connections": SourceConnection.objects.get().pk,
        "segments": Segment.objects.get(name="Gold").pk,
        "lists": list_commands.create(ALICE, "Spare", ["1"]).id,
        "exports": Export.objects.get().pk,
        "runs": Run.objects.get().pk,
        "measure": Measure.objects.create(name="Spare", definition=MEASURE, type="text").pk,
        "spare": spare.pk,
        "tag": spare.tags.create(name="Spare").pk,
        "token": ApiToken.objects.get(user=asking.user).pk,
        "refreshes": refresh_commands.plan("segments", Trigger.ON_DEMAND, "tests").pk,
        "relationships": RelationshipRow.objects.get().pk,
        "sources": Source.objects.get().pk,
        "task": task_commands.ask(asking.actor, Task.Kind.SEGMENT, "Gold"),
        "person": other.user.pk if other.user else 0,
    }


def tried(
    asking: Program, one: Operation, places: dict[str, int], office: Office, before: State | None
) -> tuple[int, bool]:
    """Request, check, and roll everything back; return the status, and whether anything is not as it was before.

    Without a state of before anything may change.
    """
    kind = one.path.split("/")[1]
    path = (one.real or one.path).format(**{"number": places.get(kind, 1), **places})
    with transaction.atomic():
        reply = asking.ask(one.method, path, body_of(one.body, office, places))
        if reply.streaming:
            b"".join(reply)
        changed = before is not None and state() != before
        transaction.set_rollback(True)
    return reply.status_code, changed


def body_of(body: object, office: Office, places: dict[str, int]) -> object:
    host, key = office.configuration.environment["HOST"], office.configuration.environment["KEY"]
    agreed = {"agreed": True, "consent_version": consent.VERSION, "check": True}
    known: dict[object, object] = {
        "connection": {"name": "Second", "host": host, "key": key, **agreed},
        "classes": {"classes": {"tier": "harmless"}, "version": version_of(Source.objects.get())},
        "source connection": {
            "name": "Other",
            "type": "sqlite",
            "settings": {"path": str(office.folder / "t.db")},
        },
        "source draft": {"connection": places["source-connections"]},
        "draft": {"host": host, "key": key},
        "removal": {"version": 1, "exports": [{"id": places["exports"], "fate": "remove"}]},
    }
    return known[body] if isinstance(body, str) else body


def state() -> State:
    """The whole state, except when a token was last used, and that something was refused."""
    used = filled(apps.get_app_config("state").get_models()) - {RefusalCount, AuditLink}
    found: State = {one.__name__: list(one._default_manager.values()) for one in used}
    found["AuditEntry"] = list(AuditEntry.objects.exclude(result="refused").values())
    found["ApiToken"] = list(ApiToken.objects.values("id", "name", "digest"))
    return found
