"""List membership, one contact at a time: the only way to re-subscribe somebody who unsubscribed."""

from typing import TYPE_CHECKING

from leleka.sandbox.contacts import Contact, Status
from leleka.sandbox.endpoints.contacts import find, shown
from leleka.sandbox.messages import Refused, Reply, Request, error_list, json_reply, read_object, whole_number
from leleka.sandbox.timing import stamp

if TYPE_CHECKING:
    from leleka.sandbox.account import Account


def _shown(contact: Contact, list_id: int, status: int) -> dict[str, object]:
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
        "ip4Sub": "0",
        "sourceid": "0",
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "links": {},
        "id": str(contact.id * 1000 + list_id),
    }


def place(account: "Account", request: Request, _id: str) -> Reply:
    wanted = read_object(request, "contactList")
    list_id = whole_number(wanted.get("list")) or 0
    if list_id not in account.catalogue.lists:
        title = "The related list does not exist."
        raise Refused(error_list(422, title, "related_missing", "list", error="list_not_exist"))
    contact = account.contacts.get(whole_number(wanted.get("contact")) or 0)
    if contact is None:
        title = "The related contact does not exist."
        raise Refused(error_list(422, title, "related_missing", "contact", error="contact_not_exist"))
    status = whole_number(wanted.get("status"))
    if status not in {Status.ACTIVE, Status.UNSUBSCRIBED}:
        raise Refused(error_list(422, "The status is not valid.", "field_invalid", "status"))
    if status == Status.ACTIVE and contact.status_on(list_id) == Status.UNSUBSCRIBED:
        account.judge.resubscribed(contact.email, list_id)
    account.contacts.place(contact, list_id, int(status))
    return json_reply({"contacts": [shown(contact)], "contactList": _shown(contact, list_id, int(status))})


def index(account: "Account", _request: Request, number: str) -> Reply:
    contact = find(account, number)
    return json_reply(
        {"contactLists": [_shown(contact, list_id, status) for list_id, status in contact.memberships]}
    )


ROUTES = [
    ("POST", r"/contactLists", place),
    ("GET", r"/contacts/(\d{1,18})/contactLists", index),
]
