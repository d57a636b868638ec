"""Archived contacts: absent from every answer, and what an import, a deletion and a form make of them."""

from typing import Literal

import pytest

from tests.unit.sandbox.conftest import Sandbox, on_list, parsed


@pytest.fixture
def archive(sandbox: Sandbox) -> Sandbox:
    """Of three contacts on the list, the second is archived; the third unsubscribed before it was archived."""
    sandbox.imported(on_list("a@example.com"), on_list("b@example.com", phone="1"), on_list("c@example.com"))
    sandbox.control("unsubscribe", {"email": "c@example.com", "list": 1})
    sandbox.control("archive", {"email": "b@example.com"})
    sandbox.control("archive", {"email": "c@example.com"})
    return sandbox


def test_an_archived_contact_is_in_no_answer(archive: Sandbox) -> None:
    everyone = archive.read("/api/3/contacts")
    assert ([one["id"] for one in everyone["contacts"]], everyone["meta"]["total"]) == (["1"], "1")
    listed = archive.read("/api/3/contacts?listid=1&status=-1")
    assert ([one["id"] for one in listed["contacts"]], listed["meta"]["total"]) == (["1"], "1")
    assert archive.read("/api/3/contacts?email=b@example.com")["contacts"] == []
    unknown = archive.ask("GET", "/api/3/contacts/2")
    assert (unknown.status, parsed(unknown)) == (404, {"message": "No Result found for Subscriber with id 2"})
    state = archive.control("state")
    assert (state["contacts"], state["archived"]) == (1, 2)
    assert archive.contact("b@example.com")["archived"] is True


def test_an_import_restores_it_and_nobody_is_subscribed_again(archive: Sandbox) -> None:
    info = archive.imported(on_list("b@example.com", first_name="B"), on_list("c@example.com"))
    assert info == {"status": "completed", "success": [], "failure": []}
    restored = archive.contact("b@example.com")
    assert (restored["id"], restored["phone"], restored["first_name"], restored["lists"]) == (
        2,
        "1",
        "B",
        {"1": 1},
    )
    assert archive.contact("c@example.com")["lists"] == {"1": 2}
    assert archive.read("/api/3/contacts?listid=1&status=1")["meta"]["total"] == "2"


@pytest.mark.parametrize(("switch", "failure"), [("skipped", []), ("in_failure", ["b@example.com"])])
def test_an_import_may_leave_it_archived(archive: Sandbox, switch: str, failure: list[str]) -> None:
    archive.behave(archived_import=switch)
    info = archive.imported(on_list("b@example.com", first_name="B"), on_list("d@example.com"))
    assert info == {"status": "completed", "success": ["4"], "failure": failure}
    left = archive.contact("b@example.com")
    assert (left["archived"], left["first_name"]) == (True, "")


def test_its_address_is_not_free(archive: Sandbox) -> None:
    again = archive.ask("POST", "/api/3/contacts", {"contact": {"email": "b@example.com"}})
    assert (again.status, parsed(again)["errors"][0]["code"]) == (422, "duplicate")
    archive.behave(archived_import="skipped")
    refused = archive.ask("POST", "/api/3/contact/sync", {"contact": {"email": "b@example.com"}})
    assert refused.status == 422
    archive.behave(archived_import="restored")
    synced = archive.ask("POST", "/api/3/contact/sync", {"contact": {"email": "b@example.com"}})
    assert (synced.status, parsed(synced)["contact"]["id"]) == (200, "2")


def test_signing_up_restores_it(archive: Sandbox) -> None:
    archive.control("sign_up", {"email": "b@example.com", "list": 2})
    assert archive.contact("b@example.com")["lists"] == {"1": 1, "2": 0}
    assert "archived" not in archive.contact("b@example.com")


def test_a_list_that_is_deleted_is_gone_from_it_too(archive: Sandbox) -> None:
    archive.control("lists/1/delete", {})
    archive.imported({"email": "b@example.com"})
    assert archive.contact("b@example.com")["lists"] == {}


@pytest.mark.parametrize(
    ("switch", "status", "archived", "contacts"),
    [("archives", 200, 1, 0), ("deletes", 200, 0, 0), ("refused", 422, 0, 1)],
)
def test_what_a_deletion_does(
    sandbox: Sandbox,
    switch: Literal["archives", "deletes", "refused"],
    status: int,
    archived: int,
    contacts: int,
) -> None:
    sandbox.imported(on_list("a@example.com"))
    sandbox.behave(delete_contact=switch)
    reply = sandbox.ask("DELETE", "/api/3/contacts/1")
    assert reply.status == status
    assert parsed(reply) == {} or parsed(reply)["errors"][0]["title"]
    state = sandbox.control("state")
    assert (state["archived"], state["contacts"]) == (archived, contacts)
