"""A fault happens on purpose or not at all: nothing a client sends makes the account itself raise."""

import pytest

from tests.unit.sandbox.conftest import Sandbox, people

NASTY: list[object] = [
    b"",
    b"\xff\xfe",
    b"[" * 2000,
    b'{"contacts":[{"email":"\\ud800@example.com"}]}',
    [],
    None,
    {"contacts": [None, 1, [], {"email": []}, {"email": "a@example.com", "fields": 1, "tags": [1]}]},
    {
        "contacts": [{"email": "a@example.com", "fields": [{"id": True}], "subscribe": [{"listid": "1.5"}]}]
        * 2
    },
    {"contacts": people(2), "callback": [1]},
    {"list": []},
    {"list": {"name": [], "stringid": {}, "sender_url": 1, "sender_reminder": 0}},
    {"field": {"title": ["x"]}, "fieldRel": {"field": [], "relid": {}}, "listGroup": {"listid": []}},
    {"contact": {"email": ["a@example.com"], "fieldValues": {"field": 1}}},
    {"contact": {"email": "a@example.com", "fieldValues": [1, {"field": []}, {"field": "1", "value": [1]}]}},
    {"contactList": {"list": 1, "contact": "1", "status": []}},
    {"tag": {"tag": ["x"]}, "contactTag": {"contact": [], "tag": {}}},
    {"webhook": {"url": "https://ex.test", "events": [[1]], "sources": "api"}},
    {"fieldOptions": [1], "fieldValue": {"contact": 1, "field": [], "value": {}}},
    {"fieldOptions": [{"field": 1, "value": [1]}], "fieldValue": {"contact": 1, "field": 1, "value": [1]}},
    {"note": {"relid": [], "reltype": "Subscriber", "note": 1}, "account": {"name": [], "accountUrl": 1}},
    {"note": {"relid": 1, "reltype": ["Subscriber"]}, "accountContact": {"contact": {}, "account": []}},
    {"email": [], "list": [], "kind": [], "pattern": {}, "keys": [[]], "key": [], "faults": [[]]},
]
PATHS = [
    "/api/3/import/bulk_import",
    "/api/3/lists",
    "/api/3/fields",
    "/api/3/fieldRels",
    "/api/3/listGroups",
    "/api/3/contacts",
    "/api/3/contact/sync",
    "/api/3/contactLists",
    "/api/3/tags",
    "/api/3/contactTags",
    "/api/3/webhooks",
    "/api/3/fieldOption/bulk",
    "/api/3/fieldValues",
    "/api/3/notes",
    "/api/3/accounts",
    "/api/3/accountContacts",
    "/_sandbox/behaviour",
    "/_sandbox/unsubscribe",
    "/_sandbox/exclude",
    "/_sandbox/archive",
    "/_sandbox/allowed",
]


@pytest.mark.parametrize("path", PATHS)
def test_any_body_is_answered(sandbox: Sandbox, path: str) -> None:
    sandbox.imported({"email": "first@example.com"}, {"email": "second@example.com"})
    for body in NASTY:
        assert 200 <= sandbox.ask("POST", path, body).status < 500, body


CHANGED = ["fields/1", "tags/1", "notes/1", "accounts/1", "webhooks/1", "fieldValues/1001", "contacts/1"]


@pytest.mark.parametrize("path", CHANGED)
def test_any_body_is_answered_that_changes_something(sandbox: Sandbox, path: str) -> None:
    fields = [{"id": 1, "value": "x"}]
    sandbox.imported(
        {"email": "a@example.com", "tags": ["t"], "fields": fields, "customer_acct_name": "Acme"}
    )
    sandbox.ask("POST", "/api/3/notes", {"note": {"relid": 1, "reltype": "Subscriber"}})
    sandbox.ask("POST", "/api/3/webhooks", {"webhook": {"url": "https://ex.test"}})
    sandbox.read("/api/3/accounts")
    assert sandbox.ask("GET", f"/api/3/{path}").status == 200
    for body in NASTY:
        assert 200 <= sandbox.ask("PUT", f"/api/3/{path}", body).status < 500, body


def test_any_target_is_answered(sandbox: Sandbox) -> None:
    digits = "9" * 5000
    for target in (
        f"/api/3/contacts/{digits}",
        f"/api/3/contacts?id_greater={digits}&limit={digits}&offset={digits}",
        "/api/3/contacts?limit=-1&offset=x&status=99&orders[nothing]=UP&tagid=x",
        "/api/3/contacts?listid=99&search=%00&orders[email]=DESC",
        "/api/3/lists?filters[name][like]=x&filters[]=",
        "/api/3/import/info?batchId=%F0%9F%90%A6",
        f"/api/3/contactLists?filters[contact]={digits}&filters[list]=x&filters[status]=",
        f"/api/3/contacts?filters[updated_after]={digits}&filters[created_before]=0001-01-01",
        f"/api/3/fieldValues/{digits[:18]}",
        f"/api/3/users/username/{digits[:200]}",
        "/api/3/users/email/%F0%9F%90%A6",
        f"/_sandbox/lists/{digits}/contacts",
        "//",
        "/api/3/..//users/me",
    ):
        assert 200 <= sandbox.ask("GET", target).status < 500, target
