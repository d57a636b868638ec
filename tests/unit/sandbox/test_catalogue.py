"""The request and reply catalogue, one documented exchange at a time."""

import pytest

from tests.unit.sandbox.conftest import Sandbox, build, on_list, parsed, people


def test_the_key_is_checked_with_users_me(sandbox: Sandbox) -> None:
    assert sandbox.read("/api/3/users/me")["user"]["id"] == "1"
    refused = sandbox.ask("GET", "/api/3/users/me", key="wrong")
    assert (refused.status, parsed(refused)) == (403, {"message": "Forbidden"})
    assert sandbox.ask("GET", "/api/3/settings/account", key="").status == 403


def test_a_bad_key_may_be_answered_with_html(sandbox: Sandbox) -> None:
    sandbox.behave(forbidden_body="html")
    refused = sandbox.ask("GET", "/api/3/users/me", key="wrong")
    assert refused.status == 403
    assert refused.headers["Content-Type"].startswith("text/html")


def test_lists_are_paged_filtered_and_ordered(sandbox: Sandbox) -> None:
    page = sandbox.read("/api/3/lists?limit=1&offset=1")
    assert [one["name"] for one in page["lists"]] == ["Second"]
    assert page["meta"] == {"total": "2"}
    assert sandbox.read("/api/3/lists?filters[name][eq]=Nobody") == {"lists": [], "meta": {"total": "0"}}
    names = [one["name"] for one in sandbox.read("/api/3/lists?orders[name]=DESC")["lists"]]
    assert names == ["Second", "Newsletter"]


def test_one_list_and_an_unknown_one(sandbox: Sandbox) -> None:
    found = sandbox.read("/api/3/lists/1")["list"]
    assert (found["id"], found["name"], found["deletestamp"]) == ("1", "Newsletter", None)
    unknown = sandbox.ask("GET", "/api/3/lists/999")
    assert (unknown.status, parsed(unknown)) == (404, {"message": "No Result found for _List with id 999"})
    assert sandbox.ask("DELETE", "/api/3/lists/999").status == 403


def test_without_the_right_to_view_lists_the_answer_is_plain_text(sandbox: Sandbox) -> None:
    sandbox.behave(may_view_lists=False)
    reply = sandbox.ask("GET", "/api/3/lists")
    assert (reply.status, reply.headers["Content-Type"]) == (403, "text/plain")
    assert parsed(reply)["errors"][0]["detail"] == "You do not have permission to view lists."


def test_a_new_list_is_invisible_until_a_group_has_it(sandbox: Sandbox) -> None:
    wanted = {"name": "New", "stringid": "new", "sender_url": "https://ex.test", "sender_reminder": "r"}
    created = sandbox.ask("POST", "/api/3/lists", {"list": wanted})
    assert (created.status, parsed(created)["list"]["id"]) == (201, "3")
    assert rb"https:\/\/ex.test" in created.body
    assert sandbox.read("/api/3/lists")["meta"]["total"] == "2"
    sandbox.ask("POST", "/api/3/listGroups", {"listGroup": {"listid": 3, "groupid": 3}})
    assert sandbox.read("/api/3/lists")["meta"]["total"] == "3"


def test_fields_come_in_pages_of_twenty_with_their_relations(sandbox: Sandbox) -> None:
    for number in range(30):
        created = sandbox.ask("POST", "/api/3/fields", {"field": {"title": f"F{number}", "type": "text"}})
        assert created.status == 201
    sandbox.ask("POST", "/api/3/fieldRels", {"fieldRel": {"field": 3, "relid": 0}})
    assert len(sandbox.read("/api/3/fields")["fields"]) == 20
    every = sandbox.read("/api/3/fields?limit=500")
    assert (len(every["fields"]), every["meta"]["total"]) == (32, "32")
    assert {relation["field"] for relation in every["fieldRels"]} == {"1", "2", "3"}
    duplicate = sandbox.ask("POST", "/api/3/fields", {"field": {"title": "f1", "type": "text"}})
    assert (duplicate.status, parsed(duplicate)["errors"][0]["code"]) == (422, "duplicate")


def test_a_contact_is_created_once(sandbox: Sandbox) -> None:
    body = {"contact": {"email": "Ann@Example.com", "firstName": "Ann"}}
    assert sandbox.ask("POST", "/api/3/contacts", body).status == 201
    for path in ("/api/3/contacts", "/api/3/contacts/sync"):
        again = sandbox.ask("POST", path, body)
        assert (again.status, parsed(again)["errors"][0]["code"]) == (422, "duplicate")
    invalid = sandbox.ask("POST", "/api/3/contacts", {"contact": {"email": "nonsense"}})
    assert (invalid.status, parsed(invalid)["errors"][0]["code"]) == (422, "email_invalid")


def test_contact_sync_answers_differently_for_new_and_known(sandbox: Sandbox) -> None:
    body = {
        "contact": {"email": "n@ex.test", "firstName": "N", "fieldValues": [{"field": "1", "value": "x"}]}
    }
    new = sandbox.ask("POST", "/api/3/contact/sync", body)
    assert (new.status, parsed(new)["contact"]["orgid"]) == (201, "")
    known = sandbox.ask("POST", "/api/3/contact/sync", {"contact": {"email": "n@ex.test", "firstName": ""}})
    assert known.status == 200
    assert parsed(known)["contact"]["fieldValues"] == ["1001"]
    assert parsed(known)["fieldValues"][0]["value"] == "x"
    assert sandbox.contact("n@ex.test")["first_name"] == ""


def test_an_unknown_contact(sandbox: Sandbox) -> None:
    unknown = sandbox.ask("GET", "/api/3/contacts/9999")
    assert (unknown.status, parsed(unknown)) == (
        404,
        {"message": "No Result found for Subscriber with id 9999"},
    )
    none = sandbox.read("/api/3/contacts?email=none@example.com")
    assert (none["contacts"], none["meta"]["total"]) == ([], "0")


def test_a_contact_is_changed_and_deleted(sandbox: Sandbox) -> None:
    sandbox.imported({"email": "a@example.com", "first_name": "A"})
    changed = sandbox.ask("PUT", "/api/3/contacts/1", {"contact": {"email": "b@example.com", "phone": "1"}})
    assert parsed(changed)["contact"]["phone"] == "1"
    assert sandbox.contact("b@example.com")["first_name"] == "A"
    assert parsed(sandbox.ask("DELETE", "/api/3/contacts/1")) == {}
    gone = sandbox.ask("DELETE", "/api/3/contacts/1")
    assert (gone.status, parsed(gone)["message"]) == (404, "No result found for contact with id 1")


def test_contacts_of_a_list_are_read_by_status_and_id(sandbox: Sandbox) -> None:
    sandbox.imported(*[on_list(f"p{number}@example.com") for number in range(250)])
    sandbox.control("unsubscribe", {"email": "p7@example.com", "list": 1})
    sandbox.control("bounce", {"email": "p9@example.com", "list": 1})
    first = sandbox.read("/api/3/contacts?listid=1&status=1&limit=100&orders[id]=ASC")
    assert (len(first["contacts"]), first["meta"]["total"]) == (100, "248")
    last = first["contacts"][-1]["id"]
    assert last == "102"
    rest = sandbox.read(f"/api/3/contacts?listid=1&status=1&limit=100&id_greater={last}&orders[id]=ASC")
    assert (rest["contacts"][0]["id"], rest["meta"]["total"]) == ("103", "148")
    assert [one["id"] for one in sandbox.read("/api/3/contacts?listid=1&status=2")["contacts"]] == ["8"]
    assert [one["id"] for one in sandbox.read("/api/3/contacts?status=3")["contacts"]] == ["10"]
    assert sandbox.read("/api/3/contacts?listid=1&status=-1")["meta"]["total"] == "250"
    assert sandbox.read("/api/3/contacts?listid=2")["meta"]["total"] == "0"


def test_contacts_are_searched_and_ordered(sandbox: Sandbox) -> None:
    sandbox.imported(
        {"email": "b@example.com", "first_name": "Zoe"}, {"email": "a@example.com", "tags": ["VIP"]}
    )
    assert [one["email"] for one in sandbox.read("/api/3/contacts?search=zo")["contacts"]] == [
        "b@example.com"
    ]
    ordered = sandbox.read("/api/3/contacts?orders[email]=ASC")["contacts"]
    assert [one["email"] for one in ordered] == ["a@example.com", "b@example.com"]
    assert [one["id"] for one in sandbox.read("/api/3/contacts?tagid=1")["contacts"]] == ["2"]


def test_contact_lists_re_subscribe_who_had_left_and_the_judge_sees_it(sandbox: Sandbox) -> None:
    sandbox.imported(on_list("a@example.com"))
    sandbox.control("unsubscribe", {"email": "a@example.com", "list": 1})
    reply = sandbox.ask(
        "POST", "/api/3/contactLists", {"contactList": {"list": 1, "contact": 1, "status": 1}}
    )
    assert reply.status == 200
    held = sandbox.read("/api/3/contacts/1/contactLists")["contactLists"]
    assert [(one["list"], one["status"]) for one in held] == [("1", "1")]
    assert sandbox.rules_broken() == {"resubscribed": 1}


def test_contact_lists_refuse_an_unknown_list(sandbox: Sandbox) -> None:
    reply = sandbox.ask(
        "POST", "/api/3/contactLists", {"contactList": {"list": 9, "contact": 1, "status": 1}}
    )
    error = parsed(reply)["errors"][0]
    assert (reply.status, error["code"], error["error"]) == (422, "related_missing", "list_not_exist")


def test_tags(sandbox: Sandbox) -> None:
    body = {"tag": {"tag": "VIP", "tagType": "contact", "description": ""}}
    assert sandbox.ask("POST", "/api/3/tags", body).status == 201
    again = sandbox.ask("POST", "/api/3/tags", body)
    assert parsed(again)["error"] == "Duplicate entry 'contact-VIP' for key 'typetag'"
    sandbox.imported({"email": "a@example.com"})
    attached = sandbox.ask("POST", "/api/3/contactTags", {"contactTag": {"contact": 1, "tag": 1}})
    assert attached.status == 201
    assert sandbox.contact("a@example.com")["tags"] == ["VIP"]
    path = f"/api/3/contactTags/{parsed(attached)['contactTag']['id']}"
    assert sandbox.ask("DELETE", path).status == 200
    assert "SubscriberTag" in parsed(sandbox.ask("DELETE", path))["message"]


def test_webhooks_are_kept(sandbox: Sandbox) -> None:
    wanted = {"name": "h", "url": "https://ex.test/h", "events": ["bounce"], "sources": ["api"], "listid": 1}
    created = sandbox.ask("POST", "/api/3/webhooks", {"webhook": wanted})
    assert (created.status, parsed(created)["webhook"]["events"]) == (201, ["bounce"])
    assert "unsubscribe" in sandbox.read("/api/3/webhook/events")["webhookEvents"]


@pytest.mark.parametrize(("path", "status"), [("/api/3/bulkImport", 404), ("/api/3/import/bulkImport", 404)])
def test_the_camel_case_import_does_not_exist(sandbox: Sandbox, path: str, status: int) -> None:
    assert sandbox.ask("POST", path, {"contacts": people(2)}).status == status


def test_dialects_of_a_reply() -> None:
    sandbox = build()
    sandbox.behave(ids_as_numbers=True, text_plain=True, success_key="success", escaped_slashes=False)
    reply = sandbox.ask("GET", "/api/3/lists/1")
    assert (parsed(reply)["list"]["id"], reply.headers["Content-Type"]) == (1, "text/plain; charset=UTF-8")
    assert parsed(sandbox.send(*people(2)))["success"] == 1


def test_custom_values_stand_beside_a_page_of_contacts_where_they_are_asked_for(sandbox: Sandbox) -> None:
    sandbox.imported(
        {"email": "a@example.com", "fields": [{"id": 1, "value": "gold"}]}, on_list("b@example.com")
    )
    page = sandbox.read("/api/3/contacts?include=contactLists,fieldValues")
    (value,) = page["fieldValues"]
    assert (value["contact"], value["field"], value["value"]) == ("1", "1", "gold")
    assert [one["fieldValues"] for one in page["contacts"]] == [[value["id"]], []]
    assert "fieldValues" not in sandbox.read("/api/3/contacts")
    sandbox.control("behaviour", {"side_loads": False})
    ignored = sandbox.read("/api/3/contacts?include=fieldValues")
    assert "fieldValues" not in {**ignored, **ignored["contacts"][0]}
