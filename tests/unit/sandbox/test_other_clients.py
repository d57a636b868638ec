"""What other people's clients ask for: it answers from the account, or is empty in the documented shape."""

import pytest

from tests.unit.sandbox.conftest import Sandbox, on_list, parsed

NOBODY = {"message": "No Result found for Subscriber with id 9"}


@pytest.mark.parametrize("path", ["/api/3", "/api/3/"])
def test_the_root_says_whether_the_key_is_accepted(sandbox: Sandbox, path: str) -> None:
    assert sandbox.ask("GET", path).status == 200
    assert sandbox.ask("GET", path, key="wrong").status == 403


@pytest.mark.parametrize(
    "name",
    [
        "segments",
        "scores",
        "campaigns",
        "messages",
        "automations",
        "emailActivities",
        "deals",
        "contactAutomations",
    ],
)
def test_what_has_no_model_is_an_empty_page(sandbox: Sandbox, name: str) -> None:
    assert sandbox.read(f"/api/3/{name}?limit=100&offset=0") == {name: [], "meta": {"total": "0"}}
    unknown = sandbox.ask("GET", f"/api/3/{name}/7")
    assert unknown.status == 404
    assert parsed(unknown)["message"].startswith("No Result found for ")
    assert sandbox.ask("POST", f"/api/3/{name}", {}).status == 405


@pytest.mark.parametrize(
    "name", ["scoreValues", "geoIps", "contactAutomations", "trackingLogs", "contactLogs"]
)
def test_of_a_contact_too_and_only_of_one_that_exists(sandbox: Sandbox, name: str) -> None:
    sandbox.imported({"email": "a@example.com"})
    assert sandbox.read(f"/api/3/contacts/1/{name}") == {name: []}
    assert parsed(sandbox.ask("GET", f"/api/3/contacts/9/{name}")) == NOBODY


def test_a_tag_is_read_renamed_and_deleted_with_those_who_hold_it(sandbox: Sandbox) -> None:
    sandbox.imported(
        {"email": "a@example.com", "tags": ["VIP", "New"]}, {"email": "b@example.com", "tags": ["vip"]}
    )
    shown = sandbox.read("/api/3/tags/1")["tag"]
    assert (shown["tag"], shown["subscriber_count"]) == ("VIP", "2")
    taken = sandbox.ask("PUT", "/api/3/tags/1", {"tag": {"tag": "new"}})
    assert (taken.status, sandbox.contact("a@example.com")["tags"]) == (422, ["VIP", "New"])
    renamed = sandbox.ask("PUT", "/api/3/tags/1", {"tag": {"tag": "Gold", "description": "d"}})
    assert (renamed.status, parsed(renamed)["tag"]["description"]) == (200, "d")
    assert sandbox.contact("a@example.com")["tags"] == ["Gold", "New"]
    assert sandbox.contact("b@example.com")["tags"] == ["Gold"]
    assert sandbox.ask("POST", "/api/3/tags", {"tag": {"tag": "VIP"}}).status == 201
    assert sandbox.ask("DELETE", "/api/3/tags/1").status == 200
    assert sandbox.contact("a@example.com")["tags"] == ["New"]
    for method in ("GET", "PUT", "DELETE"):
        gone = sandbox.ask(method, "/api/3/tags/1", {"tag": {"tag": "x"}})
        assert (gone.status, parsed(gone)) == (404, {"message": "No Result found for Tag with id 1"})


def test_a_tag_held_in_other_case_is_found_and_taken(sandbox: Sandbox) -> None:
    sandbox.imported({"email": "a@example.com", "tags": ["VIP"]}, {"email": "b@example.com", "tags": ["vip"]})
    (held,) = sandbox.read("/api/3/contacts/2/contactTags")["contactTags"]
    every = sandbox.read("/api/3/contactTags?limit=1&offset=1")
    assert (every["contactTags"], every["meta"]) == ([held], {"total": "2"})
    sandbox.ask("DELETE", f"/api/3/contactTags/{held['id']}")
    assert sandbox.contact("b@example.com")["tags"] == []


def test_memberships_are_filtered_by_contact_list_and_status_and_paged(sandbox: Sandbox) -> None:
    both = on_list("a@example.com", subscribe=[{"listid": 1}, {"listid": 2}])
    sandbox.imported(both, on_list("b@example.com"), on_list("c@example.com", list_id=2))
    sandbox.control("unsubscribe", {"email": "b@example.com", "list": 1})

    def found(query: str) -> list[tuple[str, str, str]]:
        page = sandbox.read(f"/api/3/contactLists?{query}")
        total = 4 if query.startswith("limit") else len(page["contactLists"])
        assert page["meta"] == {"total": str(total)}
        return [(one["contact"], one["list"], one["status"]) for one in page["contactLists"]]

    assert found("limit=3&offset=1") == [("1", "2", "1"), ("2", "1", "2"), ("3", "2", "1")]
    assert found("filters[contact]=1") == [("1", "1", "1"), ("1", "2", "1")]
    assert found("filters[list][eq]=1") == [("1", "1", "1"), ("2", "1", "2")]
    assert found("filters[list]=1&filters[status]=2") == [("2", "1", "2")]
    assert found("filters[contact]=9") == []


def test_custom_values_are_written_read_and_cleared_one_at_a_time(sandbox: Sandbox) -> None:
    sandbox.imported(
        {"email": "a@example.com"}, {"email": "b@example.com", "fields": [{"id": 2, "value": "x"}]}
    )
    body = {"fieldValue": {"contact": 1, "field": 1, "value": "gold"}}
    made = parsed(sandbox.ask("POST", "/api/3/fieldValues", body))
    assert (made["contacts"][0]["email"], made["fieldValue"]["value"]) == ("a@example.com", "gold")
    number = made["fieldValue"]["id"]
    body["fieldValue"]["value"] = "silver"
    assert sandbox.ask("PUT", f"/api/3/fieldValues/{number}", body).status == 200
    assert sandbox.contact("a@example.com")["fields"] == {"1": "silver"}
    assert sandbox.read(f"/api/3/fieldValues/{number}")["fieldValue"]["contact"] == "1"
    page = sandbox.read("/api/3/fieldValues?limit=1&offset=1")
    assert ([one["value"] for one in page["fieldValues"]], page["meta"]) == (["x"], {"total": "2"})
    (only,) = sandbox.read("/api/3/fieldValues?filters[fieldid]=1&filters[val]=silver")["fieldValues"]
    assert only["id"] == number
    assert parsed(sandbox.ask("DELETE", f"/api/3/fieldValues/{number}")) == {}
    assert sandbox.contact("a@example.com")["fields"] == {}
    for method in ("GET", "PUT", "DELETE"):
        assert sandbox.ask(method, f"/api/3/fieldValues/{number}", body).status == 404


@pytest.mark.parametrize("wrong", [{"contact": 9}, {"field": 9}, {"field": None}])
def test_a_custom_value_of_nobody_or_nothing_is_refused(sandbox: Sandbox, wrong: dict[str, object]) -> None:
    sandbox.imported({"email": "a@example.com"})
    body = {"fieldValue": {"contact": 1, "field": 1, "value": "x"} | wrong}
    reply = sandbox.ask("POST", "/api/3/fieldValues", body)
    assert (reply.status, parsed(reply)["errors"][0]["code"]) == (422, "related_missing")
    assert sandbox.contact("a@example.com")["fields"] == {}


def test_a_field_is_renamed_gets_options_and_relations(sandbox: Sandbox) -> None:
    assert sandbox.ask("PUT", "/api/3/fields/1", {"field": {"title": "value"}}).status == 422
    assert sandbox.ask("PUT", "/api/3/fields/1", {"field": {"title": "Level"}}).status == 200
    options = {"fieldOptions": [{"field": 1, "value": "S"}, {"field": "1", "value": "L"}]}
    assert sandbox.ask("POST", "/api/3/fieldOption/bulk", options).status == 201
    assert [one["value"] for one in sandbox.read("/api/3/fields/1/options")["fieldOptions"]] == ["S", "L"]
    assert sandbox.ask("POST", "/api/3/fieldOption/bulk", {"fieldOptions": {}}).status == 422
    for relid in (2, 2, 1):
        sandbox.ask("POST", "/api/3/fieldRels", {"fieldRel": {"field": 1, "relid": relid}})
    page = sandbox.read("/api/3/fieldRels")
    held = [(one["field"], one["relid"]) for one in page["fieldRels"]]
    assert held == [("1", "0"), ("1", "2"), ("1", "1"), ("2", "0")]
    assert page["meta"]["total"] == "4"
    assert sandbox.ask("DELETE", f"/api/3/fieldRels/{page['fieldRels'][1]['id']}").status == 200
    assert sandbox.read("/api/3/fields/1")["field"]["relations"] == [
        page["fieldRels"][0]["id"],
        page["fieldRels"][2]["id"],
    ]
    assert sandbox.ask("DELETE", f"/api/3/fieldRels/{page['fieldRels'][1]['id']}").status == 404


def test_lists_are_given_to_groups_and_taken_away(sandbox: Sandbox) -> None:
    sandbox.ask("POST", "/api/3/listGroups", {"listGroup": {"listid": 2, "groupid": 3}})
    given = sandbox.read("/api/3/listGroups")["listGroups"]
    assert [(one["listid"], one["groupid"]) for one in given] == [("1", "1"), ("2", "1"), ("2", "3")]
    assert len(sandbox.read("/api/3/listGroups?filters[listid]=2")["listGroups"]) == 2
    for one in given[1:]:
        assert sandbox.ask("DELETE", f"/api/3/listGroups/{one['id']}").status == 200
    assert [one["id"] for one in sandbox.read("/api/3/lists")["lists"]] == ["1"]
    assert sandbox.ask("DELETE", f"/api/3/listGroups/{given[1]['id']}").status == 404


def test_users_and_groups(sandbox: Sandbox) -> None:
    me = sandbox.read("/api/3/users/me")["user"]
    assert sandbox.read("/api/3/users") == {"users": [me], "meta": {"total": "1"}}
    for path in ("1", f"email/{me['email']}", "username/admin"):
        assert sandbox.read(f"/api/3/users/{path}") == {"user": me}
    for path in ("users/2", "users/email/x@example.com", "groups/2"):
        assert sandbox.ask("GET", f"/api/3/{path}").status == 404
    groups = sandbox.read("/api/3/groups")
    assert [(one["id"], one["pgListAdd"]) for one in groups["groups"]] == [("1", "0"), ("3", "1")]
    assert sandbox.read("/api/3/groups/3") == {"group": groups["groups"][1]}


def test_notes_belong_to_a_contact_and_go_with_it(sandbox: Sandbox) -> None:
    sandbox.imported({"email": "a@example.com"}, {"email": "b@example.com"})
    for relid, words in ((1, "one"), (2, "two"), (1, "three")):
        note = {"note": words, "relid": relid, "reltype": "Subscriber"}
        assert sandbox.ask("POST", "/api/3/notes", {"note": note}).status == 201
    of_first = sandbox.read("/api/3/contacts/1/notes")["notes"]
    assert [(one["id"], one["note"], one["owner"]) for one in of_first] == [
        ("1", "one", {"type": "contact", "id": "1"}),
        ("3", "three", {"type": "contact", "id": "1"}),
    ]
    sandbox.clock.advance(60)
    changed = parsed(sandbox.ask("PUT", "/api/3/notes/2", {"note": {"note": "new"}}))["note"]
    assert changed["cdate"] < changed["mdate"]
    assert sandbox.read("/api/3/notes/2") == {"note": changed}
    sandbox.ask("DELETE", "/api/3/contacts/1")
    assert sandbox.read("/api/3/notes/") == {"notes": [changed], "meta": {"total": "1"}}
    assert sandbox.ask("DELETE", "/api/3/notes/2").status == 200
    for number in (1, 2):
        assert sandbox.ask("GET", f"/api/3/notes/{number}").status == 404


@pytest.mark.parametrize("wrong", [{"relid": 9}, {"reltype": "Deal"}])
def test_a_note_about_nobody_is_refused(sandbox: Sandbox, wrong: dict[str, object]) -> None:
    sandbox.imported({"email": "a@example.com"})
    note = {"note": "x", "relid": 1, "reltype": "Subscriber"} | wrong
    assert sandbox.ask("POST", "/api/3/notes", {"note": note}).status == 422
    assert sandbox.read("/api/3/notes")["meta"]["total"] == "0"


def test_accounts_are_those_that_contacts_name_and_those_that_were_made(sandbox: Sandbox) -> None:
    for email in ("a@example.com", "b@example.com"):
        sandbox.imported({"email": email, "customer_acct_name": "Acme"})
    sandbox.ask("POST", "/api/3/accounts", {"account": {"name": "Other", "accountUrl": "https://ex.test"}})
    shown = [
        (one["id"], one["name"], one["contactCount"]) for one in sandbox.read("/api/3/accounts")["accounts"]
    ]
    assert shown == [("1", "Acme", "2"), ("2", "Other", "0")]
    again = sandbox.ask("POST", "/api/3/accounts", {"account": {"name": "Acme"}})
    assert (again.status, parsed(again)["errors"][0]["code"]) == (422, "duplicate")
    sandbox.ask("PUT", "/api/3/accounts/1", {"account": {"name": "Acme Inc"}})
    tie = {"accountContact": {"account": 2, "contact": 2}}
    assert sandbox.ask("POST", "/api/3/accountContacts", tie).status == 201
    names = [sandbox.contact(f"{one}@example.com")["account_name"] for one in "ab"]
    assert names == ["Acme Inc", "Other"]
    (held,) = sandbox.read("/api/3/contacts/2/accountContacts")["accountContacts"]
    assert held["account"] == "2"
    sandbox.ask("DELETE", f"/api/3/accountContacts/{held['id']}")
    sandbox.ask("DELETE", "/api/3/accounts/1")
    assert [sandbox.contact(f"{one}@example.com")["account_name"] for one in "ab"] == ["", ""]
    assert sandbox.ask("GET", "/api/3/accounts/1").status == 404
    assert sandbox.read("/api/3/accounts/2")["account"]["accountUrl"] == "https://ex.test"


def test_who_bounced_is_in_the_bounce_logs(sandbox: Sandbox) -> None:
    sandbox.imported(on_list("a@example.com"), on_list("b@example.com"))
    assert sandbox.read("/api/3/bounceLogs") == {"bounceLogs": [], "meta": {"total": "0"}}
    sandbox.control("bounce", {"email": "b@example.com", "list": 1})
    (log,) = sandbox.read("/api/3/bounceLogs")["bounceLogs"]
    assert (log["contact"], log["email"]) == ("2", "b@example.com")
    assert sandbox.read("/api/3/contacts/2/bounceLogs") == {"bounceLogs": [log]}
    assert sandbox.read("/api/3/contacts/1/bounceLogs") == {"bounceLogs": []}
    flags = [
        (one["bounced_hard"], one["bounced_date"] is None)
        for one in sandbox.read("/api/3/contacts")["contacts"]
    ]
    assert flags == [("0", True), ("1", False)]


def test_a_webhook_is_read_and_changed(sandbox: Sandbox) -> None:
    wanted = {"name": "h", "url": "https://ex.test/h", "events": ["bounce"], "sources": ["api"], "listid": 1}
    sandbox.ask("POST", "/api/3/webhooks", {"webhook": wanted})
    changed = sandbox.ask("PUT", "/api/3/webhooks/1", {"webhook": {"events": ["sms_unsub"]}})
    shown = sandbox.read("/api/3/webhooks/1")["webhook"]
    assert shown == parsed(changed)["webhook"]
    assert (shown["events"], shown["url"], shown["listid"]) == (["sms_unsub"], "https://ex.test/h", "1")
    assert sandbox.ask("PUT", "/api/3/webhooks/1", {"webhook": {"url": "http://ex.test"}}).status == 422
    assert sandbox.ask("GET", "/api/3/webhooks/2").status == 404
    assert sandbox.read("/api/3/webhooks")["meta"]["total"] == "1"
    assert len(set(sandbox.read("/api/3/webhook/events")["webhookEvents"])) == 25
