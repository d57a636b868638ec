"""The values of custom fields, one at a time and of everybody."""

from typing import TYPE_CHECKING

from leleka.sandbox.contacts import Contact
from leleka.sandbox.endpoints.contact_columns import value_columns
from leleka.sandbox.endpoints.contacts import field_values, shown, value_id
from leleka.sandbox.endpoints.shapes import page, wanted
from leleka.sandbox.messages import (
    Refused,
    Reply,
    Request,
    error_list,
    json_reply,
    missing,
    read_object,
    text,
    whole_number,
)

if TYPE_CHECKING:
    from leleka.sandbox.account import Account

_FIELDS_AT_MOST = 1000  # the id of a value is built from both numbers


def index(account: "Account", request: Request, _id: str) -> Reply:
    """The documented filters are `fieldid` and `val`."""
    field, val = wanted(request, "fieldid"), wanted(request, "val")
    found = (
        value
        for contact in account.contacts.everyone()
        if contact.field_ids
        for value in field_values(contact)
        if field in {None, value["field"]} and val in {None, value["value"]}
    )
    return page(request, "fieldValues", found, lambda value: value)


def one(account: "Account", _request: Request, number: str) -> Reply:
    contact, field = _find(account, number)
    return json_reply({"fieldValue": _shown(contact, field)})


def create(account: "Account", request: Request, _id: str) -> Reply:
    """A value that exists is overwritten, and an empty one cleared."""
    return _write(account, request)


def update(account: "Account", request: Request, number: str) -> Reply:
    _find(account, number)
    return _write(account, request)


def delete(account: "Account", _request: Request, number: str) -> Reply:
    contact, field = _find(account, number)
    account.contacts.set_fields(contact, {field: ""})
    contact.updated = account.timing.now()
    return json_reply({})


def _write(account: "Account", request: Request) -> Reply:
    asked = read_object(request, "fieldValue")
    contact = account.contacts.get(whole_number(asked.get("contact")) or 0)
    if contact is None:
        raise Refused(error_list(422, "The related contact does not exist.", "related_missing", "contact"))
    field = whole_number(asked.get("field"))
    if field is None or field not in account.catalogue.fields:
        raise Refused(error_list(422, "The related field does not exist.", "related_missing", "field"))
    account.contacts.set_fields(contact, {field: text(asked.get("value"))})
    contact.updated = account.timing.now()
    return json_reply({"contacts": [shown(contact)], "fieldValue": _shown(contact, field)})


def _find(account: "Account", number: str) -> tuple[Contact, int]:
    contact_id, field = divmod(int(number), _FIELDS_AT_MOST)
    contact = account.contacts.get(contact_id)
    if contact is None or field not in contact.fields:
        raise Refused(missing("FieldValue", number))
    return contact, field


def _shown(contact: Contact, field: int) -> dict[str, object]:
    number = value_id(contact, field)
    value = contact.fields.get(field, "")
    return {
        "contact": str(contact.id),
        "field": str(field),
        "value": value,
        **value_columns(contact, number),
    }


ROUTES = [
    ("GET", r"/fieldValues", index),
    ("POST", r"/fieldValues", create),
    ("GET", r"/fieldValues/(\d{1,18})", one),
    ("PUT", r"/fieldValues/(\d{1,18})", update),
    ("DELETE", r"/fieldValues/(\d{1,18})", delete),
]
