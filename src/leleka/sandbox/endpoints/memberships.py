"""List membership, one contact at a time: the only way to re-subscribe somebody who unsubscribed."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from leleka.sandbox.contacts import SUPPRESSED, Contact, Status
from leleka.sandbox.endpoints.contact_columns import membership
from leleka.sandbox.endpoints.contacts import find, shown
from leleka.sandbox.endpoints.shapes import allows, page, wanted
from leleka.sandbox.messages import Refused, Reply, Request, error_list, json_reply, read_object, whole_number

if TYPE_CHECKING:
    from leleka.sandbox.account import Account


def place(account: "Account", request: Request, _id: str) -> Reply:
    asked = read_object(request, "contactList")
    list_id = whole_number(asked.get("list")) or 0
    if list_id not in account.catalogue.lists:
        title = "The related list does not exist."
        raise Refused(error_list(422, title, "related_missing", "list", error="list_not_exist"))
    contact = account.contacts.get(whole_number(asked.get("contact")) or 0)
    if contact is None:
        title = "The related contact does not exist."
        raise Refused(error_list(422, title, "related_missing", "contact", error="contact_not_exist"))
    status = whole_number(asked.get("status"))
    if status not in {Status.ACTIVE, Status.UNSUBSCRIBED}:
        raise Refused(error_list(422, "The status is not valid.", "field_invalid", "status"))
    held = contact.status_on(list_id)
    if status == Status.ACTIVE and held in SUPPRESSED:
        account.judge.activated(contact.email, list_id, bounced=held == Status.BOUNCED)
    account.contacts.place(contact, list_id, int(status))
    return json_reply(
        {"contacts": [shown(contact)], "contactList": membership(contact, list_id, int(status))}
    )


def of_contact(account: "Account", _request: Request, number: str) -> Reply:
    contact = find(account, number)
    return json_reply({"contactLists": [membership(contact, *place) for place in contact.memberships]})


def index(account: "Account", request: Request, _id: str) -> Reply:
    """Every place on every list, by contact; the filters are contact, list and status."""
    found = (
        (contact, list_id, status)
        for contact in _asked_for(account, request)
        for list_id, status in contact.memberships
        if allows(request, "list", list_id) and allows(request, "status", status)
    )
    return page(request, "contactLists", found, lambda place: membership(*place))


def _asked_for(account: "Account", request: Request) -> Iterable[Contact]:
    number, list_id = (whole_number(wanted(request, name)) for name in ("contact", "list"))
    if wanted(request, "contact") is not None:
        contact = account.contacts.get(number or 0)
        return () if contact is None else (contact,)
    return account.contacts.everyone() if list_id is None else account.contacts.on_list(list_id, None)


ROUTES = [
    ("POST", r"/contactLists", place),
    ("GET", r"/contactLists", index),
    ("GET", r"/contacts/(\d{1,18})/contactLists", of_contact),
]
