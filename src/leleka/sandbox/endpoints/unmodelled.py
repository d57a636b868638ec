"""What the sandbox has no model of: empty collections in the documented shape, so that other clients go on."""

from functools import partial
from typing import TYPE_CHECKING, Final

from leleka.sandbox.contacts import Contact, Status
from leleka.sandbox.endpoints.contacts import find
from leleka.sandbox.endpoints.shapes import links, page, timestamps
from leleka.sandbox.messages import Reply, Request, json_reply, missing
from leleka.sandbox.timing import stamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leleka.sandbox.account import Account

# by path, which is also the key of the reply; with the model that a refusal names
_COLLECTIONS: Final = {
    "activities": "Activity",
    "addresses": "Address",
    "automations": "Automation",
    "brandings": "Branding",
    "campaigns": "Campaign",
    "connections": "Connection",
    "contactAutomations": "SubscriberSeries",
    "dealActivities": "DealActivity",
    "dealTasks": "DealTask",
    "deals": "Deal",
    "ecomCustomers": "EcomCustomer",
    "ecomOrderProducts": "EcomOrderProduct",
    "ecomOrders": "EcomOrder",
    "emailActivities": "EmailActivity",
    "forms": "Form",
    "messages": "Message",
    "scores": "Score",
    "segments": "Segment",
    "accountCustomFieldMeta": "AccountCustomFieldMeta",
    "eventTrackingEvents": "EventTrackingEvent",
}
_OF_A_CONTACT: Final = (
    "contactAutomations",
    "contactData",
    "contactDeals",
    "contactGoals",
    "contactLogs",
    "deals",
    "geoIps",
    "scoreValues",
    "trackingLogs",
    "automationEntryCounts",
)
_BOUNCE_LINKED: Final = ("bounce", "contact", "campaign", "message", "code")


def _nothing(key: str, _account: "Account", request: Request, _id: str) -> Reply:
    return page(request, key, (), dict)


def _none(model: str, _account: "Account", _request: Request, number: str) -> Reply:
    return missing(model, number)


def _nothing_of(key: str, account: "Account", _request: Request, number: str) -> Reply:
    find(account, number)
    return json_reply({key: []})


def bounce_logs(account: "Account", request: Request, _id: str) -> Reply:
    """One entry for each list on which somebody bounced."""
    found = ((contact, list_id) for contact in account.contacts.everyone() for list_id in _bounced(contact))
    return page(request, "bounceLogs", found, lambda bounce: _bounce(*bounce))


def bounces_of(account: "Account", _request: Request, number: str) -> Reply:
    contact = find(account, number)
    return json_reply({"bounceLogs": [_bounce(contact, list_id) for list_id in _bounced(contact)]})


def _bounced(contact: Contact) -> "Iterator[int]":
    return (list_id for list_id, status in contact.memberships if status == Status.BOUNCED)


def _bounce(contact: Contact, list_id: int) -> dict[str, object]:
    number = contact.id * 1000 + list_id
    return {
        "tstamp": stamp(contact.updated),
        "bounceid": "1",
        "subscriberid": str(contact.id),
        "campaignid": "0",
        "messageid": "0",
        "codeid": "1",
        "email": contact.email,
        "error": "",
        "source": "",
        **timestamps(contact.updated, contact.updated),
        "links": links("bounceLogs", number, _BOUNCE_LINKED),
        "id": str(number),
        "bounce": "1",
        "contact": str(contact.id),
        "campaign": None,
        "message": None,
        "code": "1",
    }


ROUTES = [
    ("GET", r"/bounceLogs", bounce_logs),
    ("GET", r"/contacts/(\d{1,18})/bounceLogs", bounces_of),
    *(("GET", rf"/{name}/?", partial(_nothing, name)) for name in _COLLECTIONS),
    *(("GET", rf"/{name}/(\d{{1,18}})", partial(_none, model)) for name, model in _COLLECTIONS.items()),
    *(("GET", rf"/contacts/(\d{{1,18}})/{name}", partial(_nothing_of, name)) for name in _OF_A_CONTACT),
]
