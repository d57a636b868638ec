"""How the API handles requests that are stale or repeated; invalid ones are in tests/bad_inputs."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from leleka.api.urls import api
from leleka.services.access.actor import Role
from leleka.services.connections import consent
from leleka.state.models import Connection, Export, IdempotencyKey, Run, Segment
from tests.integration.api import Program, furnish, program
from tests.integration.office import Office

SEGMENT = {"name": "New", "rules": {"column": "tier", "is": "gold"}}


@pytest.fixture
def alice(office: Office) -> Program:
    furnish(office)
    return program("alice", Role.ADMINISTRATOR)


def test_an_unknown_property_is_named(alice: Program) -> None:
    said = alice.told("POST", "/segments", {**SEGMENT, "id": 1}, 422)
    assert [(one["code"], one["where"]) for one in said["problems"]] == [("UNKNOWN_FIELD", "id")]


_BODIES = {
    "cut off": (b'{\n  "name": "CANARY', (2, 18), "unexpected end of data"),
    "a comma": ('{"name": "Ірина CANARY",}'.encode(), (1, 24), "trailing comma is not allowed"),
    "no number": (b'{"name": NaN}', (1, 10), "expected a JSON value"),
    "not UTF-8": ('{"ім\'я":\n "CANARY'.encode() + b'\xff"}', (2, 9), "is not UTF-8"),
    "half a character": (b'{"name": "\\ud800"}', (1, 11), "no low surrogate"),
    "a mark": (b'\xef\xbb\xbf{"name": "CANARY"}', (1, 1), "byte order mark"),
    "deep": (b'{"name": ' + b"[" * 2_000, (1, 1034), "nested too deeply"),
    "endless": (b'{"name":\n 1e999}', (2, 2), "number in the body of the request is too large"),
    "twice": (b'{"name": "CANARY {",\n "n\\u0061me": "b"}', (2, 2), "this property twice"),
    "twice within": (b'[{"a": {"b": 1}, "b": {"a": 1, "b": [{"a": 1, "a": 2}]}}]', (1, 47), "property twice"),
    "NUL": (b'{"name":\n\n "CANARY\\u0000"}', (3, 2), "NUL character"),
    "many": (b"{" + b",\n".join(b'"%d": 1' % one for one in range(5_001)) + b"}", (5_001, 1), "more than 5,000"),
    "many objects": (b"[" + b",\n".join([b'{"CANARY": "x"}'] * 20_001) + b"]", (20_001, 1), "more than 20,000 objects"),
}  # fmt: skip


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(("body", "place", "what"), _BODIES.values(), ids=_BODIES)
def test_a_body_that_is_refused_is_answered_with_what_is_wrong_and_where(
    body: bytes, place: tuple[int, int], what: str
) -> None:
    reply = program("alice", Role.ADMINISTRATOR).ask("POST", "/me/tokens", body)
    (problem,) = reply.json()["problems"]
    assert (reply.status_code, problem["code"]) == (400, "REQUEST_INVALID")
    assert problem["where"] == "line {}, column {}".format(*place)
    assert what in problem["message"]
    assert "CANARY" not in reply.content.decode()


@pytest.mark.short("limit=-1")
@pytest.mark.parametrize(
    "query", ["limit=-1", "limit=1000000000", "after=x", "limit=1&limit=2", "page=2", "export=%00"]
)
def test_a_parameter_that_is_not_as_declared_is_refused(alice: Program, query: str) -> None:
    said = alice.get(f"/runs?{query}", 422)
    assert said["problems"][0]["where"] == query.partition("=")[0]


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
        "agreed": True, "consent_version": consent.VERSION, "check": True,
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
    assert again["code"] == "RUN_IN_PROGRESS"  # keys belong to one person


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
