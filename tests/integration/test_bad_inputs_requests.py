"""Inputs 102 to 119: malformed requests to the API and to the pages, table by table."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client

from leleka.services.access.actor import Role
from leleka.state.models import User, WebSession
from tests.bad_inputs import Entry, entries
from tests.integration.api import PREFIX, furnish, program
from tests.integration.defining import state
from tests.integration.office import Office
from tests.integration.people import somebody

TABLE = entries("requests", "api", "page")


def kept() -> Mapping[str, Any]:
    """Return the state without what only tells that somebody was here: sessions, a token's last use, and that the
    audit says who was refused.
    """
    left = {WebSession.__name__, "AuditLink", "RefusalCount"}
    found = {name: rows for name, rows in state().items() if name not in left}
    return {
        name: [
            {key: value for key, value in row.items() if key != "used_at"}
            for row in rows
            if row.get("result") != "refused"
        ]
        for name, rows in found.items()
    }


def sound(one: Entry, reply: Any) -> None:
    """Check the rule for a response: its status and code, no secret; JSON from the API, a page from the
    pages.
    """
    said = b"".join(reply).decode()
    assert reply.status_code == one.status, said
    if one.surface == "api" and one.code:
        told = reply.json()
        assert (told["status"], told["code"]) == (one.status, one.code)
        assert reply["Content-Type"] == "application/problem+json"
    elif one.code:
        assert f">{one.code}</code>" in said
    whole = f"{reply.headers}{said}"
    assert "CANARY" not in whole
    assert "Traceback" not in whole


def send(client: Client, one: Entry, body: bytes, headers: Mapping[str, str]) -> Any:
    method, path = one.at
    prefix, type_ = (
        (PREFIX, "application/json") if one.surface == "api" else ("", "application/x-www-form-urlencoded")
    )
    sent = dict(headers)
    type_ = sent.pop("Content-Type", type_)
    return client.generic(str(method), f"{prefix}{path}", body, type_, headers=sent)


def client_of(one: Entry) -> tuple[Client, dict[str, str]]:
    if one.surface == "api":
        token = program("alice", Role.ADMINISTRATOR).token
        client, headers = Client(), {"Authorization": f"Bearer {token}"}
    else:
        client, headers = somebody("alice", Role.ADMINISTRATOR).browser, {}
    headers |= dict(one.headers)
    if "Cookie" in headers:
        client.cookies.clear()
    client.raise_request_exception = False
    return client, headers


@pytest.mark.short(every=4)
@pytest.mark.parametrize("one", TABLE, ids=[one.id for one in TABLE])
def test_a_request_with_it_is_answered_in_words_and_changes_nothing(office: Office, one: Entry) -> None:
    furnish(office, run=False)
    client, headers = client_of(one)
    if "Idempotency-Key" in headers and one.status == 409:
        assert send(client, one, b"{}", headers).status_code == 202
    before = kept()
    body = one.input if isinstance(one.input, bytes) else (one.input or "").encode("utf-8", "surrogatepass")
    sound(one, send(client, one, body, headers))
    assert kept() == before


def test_another_s_object_is_as_unknown_as_none(office: Office) -> None:
    """Input 111: a token and a task of somebody else, word for word."""
    furnish(office)
    alice, bob = program("alice", Role.ADMINISTRATOR), program("bob", Role.ADMINISTRATOR)
    task = alice.told("POST", "/segments/1/count", None, 202)["task"]
    token = alice.get("/me/tokens")[0]["id"]
    assert bob.get(f"/tasks/{task}", 404) == bob.get("/tasks/999999", 404)
    theirs = bob.told("DELETE", f"/me/tokens/{token}", None, 404)
    assert theirs == bob.told("DELETE", "/me/tokens/999999", None, 404)
    assert alice.get("/me")["name"] == alice.actor.name


def test_a_session_of_before_opens_nothing(office: Office) -> None:  # noqa: ARG001 - it prepares the installation
    """Input 116: signed out, disabled, fixed by somebody else."""
    alice, bob = somebody("alice", Role.ADMINISTRATOR), somebody("bob", Role.VIEWER)
    old = Client()
    old.cookies["leleka"] = alice.browser.cookies["leleka"].value
    alice.browser.post("/sign-out")
    assert old.get("/account").status_code == 303
    User.objects.filter(pk=bob.user.pk).update(disabled_at="2026-01-01T00:00:00Z")
    assert bob.browser.get("/account").status_code == 303


def test_a_forged_source_is_not_believed(office: Office) -> None:  # noqa: ARG001 - as above
    """Input 115: the audit records where the request came from."""
    alice = somebody("alice", Role.ADMINISTRATOR)
    forged = {"X-Forwarded-For": "6.6.6.6", "X-Real-IP": "6.6.6.6", "Forwarded": "for=6.6.6.6"}
    alice.browser.post("/account/tokens", {"name": "mine"}, headers=forged)
    assert {entry["address"] for entry in state()["AuditEntry"]} == {"127.0.0.1"}
    assert not re.search("6\\.6\\.6", str(state()))
