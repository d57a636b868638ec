"""The columns that recordings of live replies had: none is missing, and each has the type that was seen.

Compared are names and types alone. Where a recording has null, the column was empty there: text is as good.
"""

import re
from typing import Any

import pytest

from tests.unit.sandbox.conftest import Sandbox, on_list, parsed

CONTACT = """
    accountContacts adate anonymized best_send_hour bounced_date bounced_hard bounced_soft cdate created_by
    created_timestamp created_utc_timestamp deleted deleted_at edate email email_domain email_local firstName gravatar
    hash id ip lastName last_click_date last_mpp_open_date last_open_date links mpp_tracking organization orgid orgname
    phone rating_tstamp scoreValues segmentio_id sentcnt sms_consent sms_consent_updated_at socialdata_lastcheck ua
    udate updated_by updated_timestamp updated_utc_timestamp whatsapp_id whatsapp_username
"""
CONTACT_LINKS = """
    accountContacts automationEntryCounts bounceLogs contactAutomations contactData contactDeals contactGoals
    contactLists contactLogs contactTags deals fieldValues geoIps notes organization plusAppend scoreValues trackingLogs
"""
LIST = """
    analytics_domains analytics_source analytics_ua cdate created_by created_timestamp deletestamp facebook_session
    get_unsubscribe_reason id links name optinmessageid optinoptout optoutconf p_embed_image p_use_analytics_link
    p_use_analytics_read p_use_captcha p_use_facebook p_use_tracking p_use_twitter private require_name
    send_last_broadcast sender_addr1 sender_addr2 sender_city sender_country sender_name sender_phone sender_reminder
    sender_state sender_url sender_zip stringid to_name twitter_token twitter_token_secret updated_by updated_timestamp
    user userid
"""
MEMBERSHIP = """
    autosyncLog contact created_timestamp first_name id ip4Sub ip4Unsub ip4_last last_name links list message responder
    sdate seriesid sourceid status sync updated_timestamp
"""
TAG = "created_timestamp deleted description id links subscriber_count tag tagType updated_timestamp"
CONTACT_TAG = "cdate created_by created_timestamp id links updated_by updated_timestamp"
FIELD_VALUE = "cdate contact id links owner udate value"
ACCOUNT = "contactCount createdTimestamp dealCount id links name owner updatedTimestamp"
ACCOUNT_CONTACT = "account contact createdTimestamp id jobTitle links updatedTimestamp"
NULLS = """
    adate best_send_hour bounced_date created_by deleted_at edate last_click_date last_mpp_open_date last_open_date
    organization rating_tstamp sms_consent sms_consent_updated_at socialdata_lastcheck ua updated_by whatsapp_id
    whatsapp_username analytics_domains deletestamp facebook_session autosyncLog message
    """
LISTED = frozenset({"accountContacts", "scoreValues", "fieldValues"})
OFFSET = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-0[56]:00")


@pytest.fixture
def filled(sandbox: Sandbox) -> Sandbox:
    """One contact with a place on a list, a tag, a custom value and an account."""
    fields = [{"id": 1, "value": "gold"}]
    sandbox.imported(on_list("a@example.com", tags=["VIP"], fields=fields, customer_acct_name="Acme"))
    return sandbox


@pytest.mark.parametrize(
    ("path", "key", "columns"),
    [
        ("contacts", "contacts", CONTACT),
        ("lists", "lists", LIST),
        ("tags", "tags", TAG),
        ("contactTags", "contactTags", CONTACT_TAG),
        ("contactLists", "contactLists", MEMBERSHIP),
        ("contacts/1/contactLists", "contactLists", MEMBERSHIP),
        ("fieldValues", "fieldValues", FIELD_VALUE),
        ("accounts", "accounts", ACCOUNT),
        ("accountContacts", "accountContacts", ACCOUNT_CONTACT),
    ],
)
def test_every_recorded_column_is_there(filled: Sandbox, path: str, key: str, columns: str) -> None:
    record = filled.read(f"/api/3/{path}")[key][0]
    assert sorted(set(columns.split()) - record.keys()) == []
    assert {name: record[name] for name in columns.split() if not _typed(name, record[name])} == {}


def test_a_single_contact_comes_with_what_belongs_to_it(filled: Sandbox) -> None:
    found = filled.read("/api/3/contacts/1")
    inside = found["contact"]
    assert sorted(set(CONTACT.split()) - inside.keys()) == []
    for name in ("accountContacts", "contactLists", "fieldValues"):
        assert [one["id"] for one in found[name]] == inside[name] != []
    for name in ("contactAutomations", "deals", "geoIps"):
        assert found[name] == inside[name] == []


@pytest.mark.parametrize(("method", "path"), [("PUT", "/api/3/contacts/1"), ("POST", "/api/3/contact/sync")])
def test_a_changed_contact_has_the_ids_of_its_values(filled: Sandbox, method: str, path: str) -> None:
    found = parsed(filled.ask(method, path, {"contact": {"email": "a@example.com", "phone": "1"}}))
    assert sorted(set(CONTACT.split()) - found["contact"].keys()) == []
    assert found["contact"]["fieldValues"] == [one["id"] for one in found["fieldValues"]] == ["1001"]


def test_links_lead_to_the_host_that_was_asked(filled: Sandbox) -> None:
    links = filled.read("/api/3/contacts/1")["contact"]["links"]
    assert sorted(links) == sorted(CONTACT_LINKS.split())
    assert links["notes"] == "https://sandbox.example/api/3/contacts/1/notes"
    for host, start in (("127.0.0.1:8099", "http://127.0.0.1:8099"), ('"', "https://sandbox.example")):
        reply = filled.at_once("GET", "/api/3/contacts/1", host=host)
        assert parsed(reply)["contact"]["links"]["notes"] == f"{start}/api/3/contacts/1/notes"


def test_dates_have_the_offset_of_chicago_in_winter_and_in_summer(sandbox: Sandbox) -> None:
    sandbox.imported({"email": "winter@example.com"})
    winter = sandbox.read("/api/3/contacts/1")["contact"]
    assert (winter["cdate"], winter["created_timestamp"], winter["created_utc_timestamp"]) == (
        "2027-01-15T02:00:04-06:00",
        "2027-01-15 02:00:04",
        "2027-01-15 08:00:04",
    )
    sandbox.clock.advance(200 * 86_400)
    sandbox.ask("POST", "/api/3/contacts", {"contact": {"email": "summer@example.com"}})
    assert sandbox.read("/api/3/contacts/2")["contact"]["cdate"].endswith("-05:00")
    assert OFFSET.fullmatch(sandbox.read("/api/3/lists/1")["list"]["cdate"])


def _typed(name: str, value: Any) -> bool:
    if name == "links":
        return isinstance(value, dict) and value != {}
    if name in LISTED:
        return isinstance(value, list)
    return isinstance(value, str) or (value is None and name in NULLS.split())
