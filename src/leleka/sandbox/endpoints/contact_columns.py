"""The columns of a contact and of its custom values that say nothing of their own, as recorded replies have them."""

from typing import Final

from leleka.sandbox.contacts import Contact, Status
from leleka.sandbox.endpoints.shapes import links, timestamps
from leleka.sandbox.timing import stamp, utc_timestamp

_LINKED: Final = (
    "accountContacts",
    "automationEntryCounts",
    "bounceLogs",
    "contactAutomations",
    "contactData",
    "contactDeals",
    "contactGoals",
    "contactLists",
    "contactLogs",
    "contactTags",
    "deals",
    "fieldValues",
    "geoIps",
    "notes",
    "organization",
    "plusAppend",
    "scoreValues",
    "trackingLogs",
)
_MEMBERSHIP_LINKED: Final = (
    "automation",
    "list",
    "contact",
    "form",
    "autosyncLog",
    "campaign",
    "unsubscribeAutomation",
    "message",
)
_EMPTY: Final = ("segmentio_id", "hash")
_NONE: Final = (
    "ua",
    "socialdata_lastcheck",
    "rating_tstamp",
    "adate",
    "edate",
    "deleted_at",
    "best_send_hour",
    "last_click_date",
    "last_open_date",
    "last_mpp_open_date",
    "sms_consent",
    "sms_consent_updated_at",
    "whatsapp_id",
    "whatsapp_username",
    "organization",
)
_ZERO: Final = ("ip", "gravatar", "mpp_tracking", "orgid", "sentcnt", "bounced_soft", "deleted", "anonymized")

_ALWAYS: Final[dict[str, object]] = {
    **dict.fromkeys(_EMPTY, ""),
    **dict.fromkeys(_NONE),
    **dict.fromkeys(_ZERO, "0"),
}


def columns(contact: Contact) -> dict[str, object]:
    """Return every column that follows from nothing, from the times, or from a bounce."""
    bounced = any(status == Status.BOUNCED for _, status in contact.memberships)
    return {
        **_ALWAYS,
        "bounced_hard": str(int(bounced)),
        "bounced_date": stamp(contact.updated) if bounced else None,
        "created_utc_timestamp": utc_timestamp(contact.created),
        "updated_utc_timestamp": utc_timestamp(contact.updated),
        **timestamps(contact.created, contact.updated),
        "scoreValues": [],
        "accountContacts": [str(contact.id)] if contact.account_name else [],
        "links": links("contacts", contact.id, _LINKED),
    }


def value_columns(contact: Contact, number: int) -> dict[str, object]:
    """Return what stands beside the value of a custom field."""
    return {
        "cdate": stamp(contact.created),
        "udate": stamp(contact.updated),
        "created_by": None,
        "updated_by": None,
        "links": links("fieldValues", number, ("owner", "field")),
        "owner": str(contact.id),
        "id": str(number),
    }


def membership(contact: Contact, list_id: int, status: int) -> dict[str, object]:
    """Return one contact's place on one list."""
    number = membership_id(contact, list_id)
    return {
        "contact": str(contact.id),
        "list": str(list_id),
        "form": None,
        "seriesid": "0",
        "sdate": stamp(contact.created),
        "udate": stamp(contact.updated) if status == Status.UNSUBSCRIBED else None,
        "status": str(status),
        "responder": "1",
        "sync": "0",
        "unsubreason": "",
        "campaign": None,
        "message": None,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "ip4Sub": "0",
        "sourceid": "0",
        "autosyncLog": None,
        "ip4_last": "0",
        "ip4Unsub": "0",
        **timestamps(contact.created, contact.updated),
        "unsubscribeAutomation": None,
        "links": links("contactLists", number, _MEMBERSHIP_LINKED),
        "id": str(number),
        "automation": None,
    }


def membership_id(contact: Contact, list_id: int) -> int:
    return contact.id * 1000 + list_id


def account_contact(contact: Contact, account_id: int) -> dict[str, object]:
    """Return what ties a contact to the account that it is a customer of: each has one at most."""
    return {
        "contact": str(contact.id),
        "account": str(account_id),
        "jobTitle": "",
        "createdTimestamp": stamp(contact.created),
        "updatedTimestamp": stamp(contact.updated),
        "links": links("accountContacts", contact.id, ("account", "contact")),
        "id": str(contact.id),
    }
