"""What the API makes of requests that are not as they should be, or come twice (inputs 102 to 119)."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from leleka.api.urls import api
from leleka.services.audit import Role
from leleka.state.models import AuditEntry, Connection, Export, IdempotencyKey, Run, Segment
from tests.integration.api import PREFIX, Program, furnish, program
from tests.integration.office import Office

SEGMENT = {"name": "New", "rules": {"column": "tier", "is": "gold"}}


@pytest.fixture
def alice(office: Office) -> Program:
    furnish(office)
    return program("alice", Role.ADMINISTRATOR)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"null", 422),
        (b"[]", 422),
        (b"7", 422),
        (b"{", 400),
        (b'{"name": "a", "name": "b"}', 400),
        (b'{"name": "\xff"}', 400),
        (b'{"name": "\\ud800"}', 400),
        (b'{"name": "a\\u0000"}', 400),
        (b'{"name": NaN}', 400),
        (b'{"name": 1e999}', 400),
        (b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
        (b'{"name": {"$ne": 1}}', 422),
        (b'{"name": "a", "is_admin": true}', 422),
        (b'{"name": "' + b"a" * 1_100_000 + b'"}', 413),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_body_that_is_not_as_declared_is_refused(alice: Program, body: bytes, status: int) -> None:
    before = AuditEntry.objects.count()
    said = alice.told("POST", "/me/tokens", body, status)
    assert said["status"] == status
    assert said["problems"][0]["message"]
    assert AuditEntry.objects.count() == before


def test_an_unknown_property_is_named(alice: Program) -> None:
    said = alice.told("POST", "/segments", {**SEGMENT, "id": 1}, 422)
    assert [(one["code"], one["where"]) for one in said["problems"]] == [("UNKNOWN_FIELD", "id")]


def test_a_body_is_json_by_its_type_too(alice: Program) -> None:
    headers = {"Authorization": f"Bearer {alice.token}"}
    reply = Client().post(f"{PREFIX}/me/tokens", "{}", content_type="text/plain", headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (415, "CONTENT_TYPE")


@pytest.mark.parametrize(
    "query", ["limit=-1", "limit=1000000000", "after=x", "limit=1&limit=2", "page=2", "export=%00"]
)
def test_a_parameter_that_is_not_as_declared_is_refused(alice: Program, query: str) -> None:
    said = alice.get(f"/runs?{query}", 422)
    assert said["problems"][0]["where"] == query.partition("=")[0]


@pytest.mark.parametrize("number", ["0", "../1", "%00", "1'--", "9" * 40, "999999", "-1", "1.0"])
def test_what_is_no_id_is_not_found(alice: Program, number: str) -> None:
    assert alice.ask("GET", f"/exports/{number}").status_code == 404


def test_what_is_another_s_is_as_unknown_as_what_does_not_exist(alice: Program) -> None:
    task = alice.told("POST", f"/segments/{Segment.objects.get().pk}/count", None, 202)["task"]
    bob = program("bob", Role.CONTRIBUTOR)
    assert bob.get(f"/tasks/{task}", 404) == bob.get("/tasks/999999", 404)
    assert alice.get(f"/tasks/{task}")["done"] is False


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "OPTIONS"])
def test_a_method_nobody_declared_is_refused(alice: Program, method: str) -> None:
    reply = alice.ask(method, "/runs")
    assert (reply.status_code, reply["Allow"]) == (405, "GET")
    assert reply.json()["code"] == "METHOD_UNKNOWN"


def test_a_header_does_not_change_the_method_nor_the_format(alice: Program) -> None:
    number = Export.objects.get().pk
    reply = alice.ask(
        "GET", f"/exports/{number}", None, **{"X-HTTP-Method-Override": "DELETE", "Accept": "application/xml"}
    )
    assert reply.status_code == 200
    assert reply["Content-Type"].startswith("application/json")
    assert Export.objects.filter(pk=number).exists()


def test_a_stale_edit_overwrites_nothing(alice: Program) -> None:
    number = Segment.objects.get().pk
    alice.told("PUT", f"/segments/{number}", {**SEGMENT, "version": 1})
    said = alice.told("PUT", f"/segments/{number}", {**SEGMENT, "name": "Mine", "version": 1}, 409)
    assert said["code"] == "STALE"
    assert Segment.objects.get().name == "New"


def test_a_key_is_never_read_back(alice: Program, office: Office) -> None:
    number = Connection.objects.get().pk
    whole = alice.ask("GET", f"/connections/{number}").content
    assert office.configuration.environment["KEY"].encode() not in whole


def test_sharing_ends_and_the_rest_of_a_connection_stays(alice: Program) -> None:
    number = Connection.objects.get().pk
    before = alice.get(f"/connections/{number}")
    after = alice.told("PATCH", f"/connections/{number}", {"version": 1, "audience": "administrators"})
    assert after == {**before, "audience": "administrators", "version": 2}


def test_a_check_that_fails_says_which_step(alice: Program, office: Office) -> None:
    body = {
        "name": "Second", "host": office.configuration.environment["HOST"], "key": "wrong-key-for-tests-000001",
        "agreed": True, "consent_version": "1", "check": True,
    }  # fmt: skip
    said = alice.told("POST", "/connections", body, 422)
    assert said["problems"][0]["where"].startswith("check.")
    assert Connection.objects.count() == 1


def test_a_run_is_asked_once_however_often_it_is_sent(alice: Program) -> None:
    number = Export.objects.get().pk
    path, key = f"/exports/{number}/run", {"Idempotency-Key": "monday"}
    first = alice.told("POST", path, {}, 202, **key)
    assert alice.told("POST", path, {}, 202, **key) == first
    assert alice.told("POST", path, {"resend": True}, 409, **key)["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert alice.told("POST", path, {}, 409)["code"] == "RUN_IN_PROGRESS"
    assert Run.objects.count() == 2
    again = program("bob", Role.ADMINISTRATOR).told("POST", path, {}, 409, **key)
    assert again["code"] == "RUN_IN_PROGRESS"  # keys are one's own


def test_a_key_is_forgotten_after_a_day(alice: Program) -> None:
    path, key = f"/exports/{Export.objects.get().pk}/run", {"Idempotency-Key": "monday"}
    alice.told("POST", path, {}, 202, **key)
    kept = IdempotencyKey.objects.get()
    kept.made_at -= timedelta(hours=25)
    kept.save()
    assert alice.told("POST", path, {"resend": True}, 409, **key)["code"] == "RUN_IN_PROGRESS"
    assert not IdempotencyKey.objects.exists()


def test_who_lost_the_right_learns_nothing_by_an_old_key(alice: Program) -> None:
    bob = program("bob", Role.CONTRIBUTOR)
    path, key = f"/exports/{Export.objects.get().pk}/run", {"Idempotency-Key": "monday"}
    bob.told("POST", path, {}, 202, **key)
    Connection.objects.update(audience=Connection.Audience.ADMINISTRATORS)
    assert bob.told("POST", path, {}, 403, **key)["code"] == "NOT_ALLOWED"
    assert alice.get("/runs?limit=1")["next"] is not None


def test_addresses_are_masked_for_who_may_not_see_them(alice: Program, office: Office) -> None:
    rows = f"/runs/{Run.objects.get().pk}/rows?ended=delivered&limit=2"
    seen = alice.get(rows)
    assert [one["address"] for one in seen["items"]] == ["p1@x.test", "p2@x.test"]
    assert [one["address"] for one in alice.get(f"{rows}&after={seen['next']}")["items"]] == ["p3@x.test"]
    masked = program("charlie", Role.VIEWER).get(rows)
    assert "p1@x.test" not in str(masked)
    assert office.listed().keys() >= {"p1@x.test"}


def test_the_reference_names_every_operation() -> None:
    reference = (Path(__file__).parents[2] / "docs/reference/api.md").read_text(encoding="utf-8")
    expected = {
        f"| `{method.upper()} {path.removeprefix('/api/v1')}` | `{one['operationId']}` | {min(one['responses'])} |"
        for path, operations in api.get_openapi_schema()["paths"].items()
        for method, one in operations.items()
    }
    named = set(re.findall(r"^\| `[A-Z]+ /.*?` \| `\w+` \| \d+ \|", reference, re.MULTILINE))
    assert named == expected
