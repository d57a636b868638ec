from typing import TYPE_CHECKING

from leleka.sandbox.catalogue import Tag
from leleka.sandbox.contacts import Contact
from leleka.sandbox.endpoints.contacts import find, shown
from leleka.sandbox.messages import (
    Refused,
    Reply,
    Request,
    error_list,
    json_reply,
    message,
    missing,
    page_bounds,
    read_object,
    text,
    whole_number,
)
from leleka.sandbox.timing import stamp

if TYPE_CHECKING:
    from leleka.sandbox.account import Account

_TAGS_AT_MOST = 1_000_000  # the id of a contact's tag is built from both numbers


def _shown(tag: Tag) -> dict[str, object]:
    return {
        "tagType": "contact",
        "tag": tag.name,
        "description": tag.description,
        "cdate": stamp(tag.created),
        "subscriber_count": "0",
        "links": {},
        "id": str(tag.id),
    }


def index(account: "Account", request: Request, _id: str) -> Reply:
    search = request.query.get("search", "").lower()
    found = [tag for tag in account.catalogue.tags.values() if search in tag.name.lower()]
    limit, offset = page_bounds(request)
    return json_reply(
        {"tags": [_shown(tag) for tag in found[offset : offset + limit]], "meta": {"total": str(len(found))}}
    )


def create(account: "Account", request: Request, _id: str) -> Reply:
    wanted = read_object(request, "tag")
    name = text(wanted.get("tag")).strip()
    if not name:
        raise Refused(error_list(422, "The tag was not provided.", "field_missing", "tag"))
    if account.catalogue.has_tag(name):
        error = f"Duplicate entry 'contact-{name}' for key 'typetag'"
        return json_reply({"message": "Could not process request", "error": error}, 422)
    added = account.catalogue.add_tag(name, account.timing.now(), text(wanted.get("description")))
    return json_reply({"tag": _shown(added)}, 201)


def attach(account: "Account", request: Request, _id: str) -> Reply:
    wanted = read_object(request, "contactTag")
    if "contact" not in wanted or "tag" not in wanted:
        return message(422, "Missing attribute")
    contact = account.contacts.get(whole_number(wanted["contact"]) or 0)
    if contact is None:
        return message(404, "Contact not found")
    tag = account.catalogue.tags.get(whole_number(wanted["tag"]) or 0)
    if tag is None:
        return missing("Tag", text(wanted["tag"]))
    if tag.name not in contact.tags:
        account.contacts.set_tags(contact, (*contact.tags, tag.name))
    return json_reply({"contacts": [shown(contact)], "contactTag": _attached(contact, tag)}, 201)


def of_contact(account: "Account", _request: Request, number: str) -> Reply:
    contact = find(account, number)
    held = [_attached(contact, tag) for tag in account.catalogue.tags.values() if tag.name in contact.tags]
    return json_reply({"contactTags": held})


def detach(account: "Account", _request: Request, number: str) -> Reply:
    contact_id, tag_id = divmod(int(number), _TAGS_AT_MOST)
    contact, tag = account.contacts.get(contact_id), account.catalogue.tags.get(tag_id)
    if contact is None or tag is None or tag.name not in contact.tags:
        return missing("SubscriberTag", number)
    account.contacts.set_tags(contact, tuple(name for name in contact.tags if name != tag.name))
    return json_reply({})


def _attached(contact: Contact, tag: Tag) -> dict[str, object]:
    return {
        "contact": str(contact.id),
        "tag": str(tag.id),
        "cdate": stamp(contact.updated),
        "links": {},
        "id": str(contact.id * _TAGS_AT_MOST + tag.id),
    }


ROUTES = [
    ("GET", r"/tags", index),
    ("POST", r"/tags", create),
    ("POST", r"/contactTags", attach),
    ("DELETE", r"/contactTags/(\d{1,18})", detach),
    ("GET", r"/contacts/(\d{1,18})/contactTags", of_contact),
]
