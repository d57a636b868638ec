"""The ActiveCampaign nodes of `n8n-nodes-base` 2.41.2 from npm, against the sandbox."""

import pytest

from tests.clients.conftest import Seen
from tests.clients.talking import Failed, Talking


def test_a_contact_is_made_synced_changed_and_deleted(n8n: Talking, seen: Seen) -> None:
    (made,) = n8n.run("contact", "create", email="a@example.com")
    more = {"firstName": "Ann", "fieldValues": {"property": [{"field": "1", "value": "gold"}]}}
    (synced,) = n8n.run(
        "contact", "create", email="a@example.com", updateIfExists=True, additionalFields=more
    )
    assert synced["id"] == made["id"]
    n8n.run("contact", "update", contactId=made["id"], updateFields={"phone": "123"})
    held = seen.contact("a@example.com")
    assert (held["first_name"], held["phone"], held["fields"]) == ("Ann", "123", {"1": "gold"})
    (shown,) = n8n.run("contact", "get", contactId=made["id"])
    assert shown["contact"]["email"] == "a@example.com"
    assert n8n.run("contact", "delete", contactId=made["id"]) == [{}]
    assert seen.gone("a@example.com")


def test_an_address_that_exists_is_an_error_of_the_node(n8n: Talking, seen: Seen) -> None:
    n8n.run("contact", "create", email="a@example.com")
    with pytest.raises(Failed, match="422"):
        n8n.run("contact", "create", email="a@example.com")
    assert seen.refusals() == {"POST /api/{id}/contacts": {"422": 1}}


def test_all_contacts_are_read_in_pages_of_a_hundred(n8n: Talking, seen: Seen) -> None:
    for number in range(203):
        seen.control("sign_up", {"email": f"p{number}@example.com", "list": 1})
    found = n8n.run("contact", "getAll", returnAll=True)
    assert [one["email"] for one in found] == [f"p{number}@example.com" for number in range(203)]
    assert seen.control("state")["requests"]["by_endpoint"] == {"GET /api/{id}/contacts": {"200": 3}}
    some = n8n.run("contact", "getAll", limit=5, additionalFields={"listid": 2})
    assert some == []


def test_lists_are_listed_and_somebody_is_put_on_one_and_taken_off(n8n: Talking, seen: Seen) -> None:
    assert [one["name"] for one in n8n.run("list", "getAll", returnAll=True)] == ["News", "Second"]
    (made,) = n8n.run("contact", "create", email="a@example.com")
    assert n8n.run("contactList", "add", listId=1, contactId=made["id"]) == [{"success": True}]
    assert seen.contact("a@example.com")["lists"] == {"1": 1}
    n8n.run("contactList", "remove", listId=1, contactId=made["id"])
    assert seen.contact("a@example.com")["lists"] == {"1": 2}
    assert seen.rules_broken() == {}


def test_the_judge_sees_a_bounced_contact_made_active(n8n: Talking, seen: Seen) -> None:
    seen.control("bounce", {"email": "a@example.com", "list": 1})
    n8n.run("contactList", "add", listId=1, contactId=1)
    assert seen.rules_broken() == {"bounced_activated": 1}


def test_tags_are_made_given_taken_renamed_and_deleted(n8n: Talking, seen: Seen) -> None:
    (made,) = n8n.run("contact", "create", email="a@example.com")
    (tag,) = n8n.run("tag", "create", name="VIP", tagType="contact")
    (given,) = n8n.run("contactTag", "add", contactId=made["id"], tagId=tag["id"])
    n8n.run("tag", "update", tagId=tag["id"], updateFields={"tag": "Gold"})
    assert seen.contact("a@example.com")["tags"] == ["Gold"]
    assert n8n.run("tag", "get", tagId=tag["id"])[0]["tag"]["tag"] == "Gold"
    assert n8n.ask(load="getTags") == [{"name": "Gold", "value": tag["id"]}]
    n8n.run("contactTag", "remove", contactTagId=given["id"])
    assert seen.contact("a@example.com")["tags"] == []
    n8n.run("tag", "delete", tagId=tag["id"])
    assert seen.control("state")["tags"] == 0


def test_the_fields_to_choose_from_are_the_accounts(n8n: Talking, seen: Seen) -> None:
    assert n8n.ask(load="getContactCustomFields") == [{"name": "Segment", "value": "1"}]
    assert n8n.ask(load="getAccountCustomFields") == []
    assert seen.refusals() == {}


def test_accounts_and_who_belongs_to_them(n8n: Talking, seen: Seen) -> None:
    (made,) = n8n.run("contact", "create", email="a@example.com")
    (company,) = n8n.run("account", "create", name="Acme")
    (tie,) = n8n.run("accountContact", "create", account=company["id"], contact=made["id"])
    n8n.run("account", "update", accountId=company["id"], updateFields={"name": "Acme Inc"})
    assert seen.contact("a@example.com")["account_name"] == "Acme Inc"
    assert [one["contactCount"] for one in n8n.run("account", "getAll", returnAll=True)] == ["1"]
    n8n.run("accountContact", "delete", accountContactId=tie["id"])
    assert seen.contact("a@example.com")["account_name"] == ""
    n8n.run("account", "delete", accountId=company["id"])
    assert seen.account.catalogue.accounts == {}


def test_the_trigger_keeps_a_webhook_while_it_is_on(n8n: Talking, seen: Seen) -> None:
    events = n8n.ask(events=True)
    assert len(events) == 25
    wanted = {
        "events": ["unsubscribe", "bounce"],
        "sources": ["public"],
        "webhookUrl": "https://ex.test/hook",
    }
    assert n8n.ask(trigger="checkExists") is False
    assert n8n.ask(trigger="create", parameters=wanted) is True
    (kept,) = seen.account.catalogue.webhooks.values()
    assert (kept.url, kept.events, kept.sources) == (
        "https://ex.test/hook",
        ("unsubscribe", "bounce"),
        ("public",),
    )
    assert n8n.ask(trigger="checkExists") is True
    assert n8n.ask(trigger="delete") is True
    assert seen.account.catalogue.webhooks == {}


@pytest.mark.parametrize("resource", ["deal", "connection", "ecommerceOrder", "ecommerceCustomer"])
def test_what_the_sandbox_has_no_model_of_is_empty(n8n: Talking, seen: Seen, resource: str) -> None:
    assert n8n.run(resource, "getAll", returnAll=True) == []
    assert seen.refusals() == {}


def test_a_wrong_key_is_an_error_of_the_node(n8n: Talking, seen: Seen) -> None:
    seen.control("key", {"revoked": True})
    with pytest.raises(Failed, match="403"):
        n8n.run("list", "getAll")
