"""`activecampaign-python` 1.0.10 from PyPI: what it does is in the account, not only in its replies."""

from tests.clients.conftest import Seen
from tests.clients.talking import Talking


def test_a_contact_is_made_synced_changed_and_deleted(python_client: Talking, seen: Seen) -> None:
    made = python_client.call("contacts.create_a_contact", {"contact": {"email": "a@example.com"}})
    wanted = {"email": "a@example.com", "firstName": "Ann", "fieldValues": [{"field": "1", "value": "gold"}]}
    synced = python_client.call("contacts.create_or_update_contact", {"contact": wanted})
    number = made["contact"]["id"]
    assert synced["contact"]["id"] == number
    python_client.call("contacts.update_a_contact", number, {"contact": {"phone": "123"}})
    held = seen.contact("a@example.com")
    assert (held["first_name"], held["phone"], held["fields"]) == ("Ann", "123", {"1": "gold"})
    shown = python_client.call("contacts.retrieve_a_contact", number)
    assert shown["fieldValues"][0]["value"] == "gold"
    (found,) = python_client.call("contacts.list_all_contacts", email="a@example.com")["contacts"]
    assert found["id"] == number
    assert python_client.call("contacts.delete_a_contact", number) == {}
    assert seen.gone("a@example.com")


def test_lists_are_listed_made_and_given_to_a_group(python_client: Talking, seen: Seen) -> None:
    page = python_client.call("lists.retrieve_all_lists", limit=1, offset=1)
    assert ([one["name"] for one in page["lists"]], page["meta"]["total"]) == (["Second"], "2")
    wanted = {"name": "New", "stringid": "new", "sender_url": "https://ex.test", "sender_reminder": "r"}
    number = python_client.call("lists.create_a_list", {"list": wanted})["list"]["id"]
    given = {"listGroup": {"listid": int(number), "groupid": 3}}
    python_client.call("lists.create_a_list_group_permission", given)
    names = [one["name"] for one in python_client.call("lists.retrieve_all_lists")["lists"]]
    assert names == ["News", "Second", "New"]
    assert python_client.call("lists.retrieve_a_list", number)["list"]["name"] == "New"
    python_client.call("lists.delete_a_list", number)
    assert [one["name"] for one in seen.control("state")["lists"]] == ["News", "Second"]


def test_somebody_is_subscribed_and_unsubscribed(python_client: Talking, seen: Seen) -> None:
    number = _contact(python_client, "a@example.com")
    _place(python_client, number, 1)
    assert seen.contact("a@example.com")["lists"] == {"1": 1}
    _place(python_client, number, 2)
    assert seen.contact("a@example.com")["lists"] == {"1": 2}
    assert seen.rules_broken() == {}
    _place(python_client, number, 1)
    assert seen.rules_broken() == {"resubscribed": 1}


def test_tags_are_made_given_taken_renamed_and_deleted(python_client: Talking, seen: Seen) -> None:
    number = _contact(python_client, "a@example.com")
    tag = python_client.call("tags.create_a_tag", {"tag": {"tag": "VIP", "tagType": "contact"}})["tag"]["id"]
    attached = {"contactTag": {"contact": number, "tag": tag}}
    given = python_client.call("contacts.add_a_tag_to_contact", attached)["contactTag"]["id"]
    (held,) = python_client.call("contacts.retrieve_contact_tags", number)["contactTags"]
    assert (held["id"], held["tag"]) == (given, tag)
    python_client.call("tags.update_a_tag", tag, {"tag": {"tag": "Gold"}})
    assert seen.contact("a@example.com")["tags"] == ["Gold"]
    assert python_client.call("tags.retrieve_a_tag", tag)["tag"]["subscriber_count"] == "1"
    python_client.call("contacts.remove_a_tag_from_a_contact", given)
    assert seen.contact("a@example.com")["tags"] == []
    python_client.call("tags.delete_a_tag", tag)
    assert python_client.call("tags.list_all_tags", search="Gold")["tags"] == []
    assert seen.control("state")["tags"] == 0


def test_fields_and_their_values(python_client: Talking, seen: Seen) -> None:
    number = _contact(python_client, "a@example.com")
    made = python_client.call(
        "contacts.create_a_custom_field", {"field": {"title": "Size", "type": "dropdown"}}
    )
    field = made["field"]["id"]
    python_client.call(
        "contacts.create_a_custom_field_relationship_to_list", {"fieldRel": {"field": field, "relid": 0}}
    )
    options = [{"field": field, "value": "S"}, {"field": field, "value": "L"}]
    python_client.call("contacts.create_custom_field_options", {"fieldOptions": options})
    shown = python_client.call("contacts.retrieve_field_options", field)["fieldOptions"]
    assert [one["value"] for one in shown] == ["S", "L"]
    value = {"fieldValue": {"contact": number, "field": field, "value": "S"}}
    kept = python_client.call("contacts.create_a_custom_field_value", value)["fieldValue"]["id"]
    assert seen.contact("a@example.com")["fields"] == {field: "S"}
    other = {"fieldValue": {"contact": number, "field": field, "value": "L"}}
    python_client.call("contacts.update_a_custom_field_value_for_contact", other, kept)
    assert seen.contact("a@example.com")["fields"] == {field: "L"}
    (every,) = python_client.call("contacts.list_all_custom_field_values")["fieldValues"]
    assert every == python_client.call("contacts.retrieve_a_custom_field_value", kept)["fieldValue"]
    python_client.call("contacts.delete_a_custom_field_value", kept)
    assert seen.contact("a@example.com")["fields"] == {}
    python_client.call("contacts.update_a_custom_field", field, {"field": {"title": "Sizes"}})
    python_client.call("contacts.delete_a_custom_field", "1")
    assert [one["title"] for one in seen.control("state")["fields"]] == ["Sizes"]


def test_notes(python_client: Talking, seen: Seen) -> None:
    number = _contact(python_client, "a@example.com")
    wanted = {"note": {"note": "Called.", "relid": number, "reltype": "Subscriber"}}
    note = python_client.call("notes.create_a_note", wanted)["note"]["id"]
    python_client.call("notes.update_a_note", note, {"note": {"note": "Called twice."}})
    assert [one.text for one in seen.account.catalogue.notes.values()] == ["Called twice."]
    assert python_client.call("notes.retrieve_a_note", note)["note"]["relid"] == number
    assert python_client.call("notes.list_all_notes", limit=5)["meta"] == {"total": "1"}
    python_client.call("notes.delete_a_note", note)
    assert seen.account.catalogue.notes == {}


def test_webhooks_and_users(python_client: Talking, seen: Seen) -> None:
    wanted = {"name": "h", "url": "https://ex.test/h", "events": ["bounce"], "sources": ["api"]}
    hook = python_client.call("webhooks.create_a_webhook", {"webhook": wanted})["webhook"]["id"]
    python_client.call("webhooks.update_a_webhook", hook, {"webhook": {"events": ["unsubscribe"]}})
    (kept,) = seen.account.catalogue.webhooks.values()
    assert (kept.events, kept.url) == (("unsubscribe",), "https://ex.test/h")
    assert python_client.call("webhooks.retrieve_a_webhook", hook)["webhook"]["id"] == hook
    python_client.call("webhooks.delete_a_webhook", hook)
    assert python_client.call("webhooks.list_all_webhooks")["webhooks"] == []
    me = python_client.call("users.retrieve_logged_in_user")
    for method, *arguments in (
        ("users.retrieve_a_user", me["user"]["id"]),
        ("users.retrieve_a_user_by_email", me["user"]["email"]),
        ("users.retrieve_a_user_by_username", me["user"]["username"]),
    ):
        assert python_client.call(method, *arguments) == me
    assert python_client.call("users.list_all_users")["users"] == [me["user"]]


def test_what_the_sandbox_has_no_model_of_is_empty_and_nothing_is_refused(
    python_client: Talking, seen: Seen
) -> None:
    number = _contact(python_client, "a@example.com")
    for method, key in (
        ("campaigns.list_all_campaigns", "campaigns"),
        ("messages.list_all_messages", "messages"),
        ("automations.list_all_automations", "automations"),
        ("emailActivities.list_all_email_activities", "emailActivities"),
        ("deals.list_all_deals", "deals"),
        ("tasks.list_all_tasks", "dealTasks"),
        ("addresses.retrieve_all_addresses", "addresses"),
    ):
        assert python_client.call(method) == {key: [], "meta": {"total": "0"}}
    for method, key in (
        ("contacts.retrieve_a_contacts_score_value", "scoreValues"),
        ("contacts.list_all_automations_the_contacts_is_in", "contactAutomations"),
        ("contacts.retrieve_a_contacts_tracking_logs", "trackingLogs"),
        ("contacts.retrieve_a_contacts_bounce_logs", "bounceLogs"),
        ("contacts.retrieve_a_contacts_geo_ips", "geoIps"),
        ("contacts.retrieve_a_contacts_account_contacts", "accountContacts"),
    ):
        assert python_client.call(method, number) == {key: []}
    assert seen.refusals() == {}


def _contact(client: Talking, email: str) -> str:
    made = client.call("contacts.create_or_update_contact", {"contact": {"email": email}})
    return str(made["contact"]["id"])


def _place(client: Talking, number: str, status: int) -> None:
    wanted = {"contactList": {"list": 1, "contact": number, "status": status}}
    placed = client.call("contacts.update_list_status_for_a_contact", wanted)
    assert placed["contactList"]["status"] == str(status)
