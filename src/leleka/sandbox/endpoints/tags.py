from collections import Counter
from typing import TYPE_CHECKING

from leleka.sandbox.catalogue import Tag
from leleka.sandbox.contacts import Contact
from leleka.sandbox.endpoints.contacts import find as find_contact
from leleka.sandbox.endpoints.contacts import shown
from leleka.sandbox.endpoints.shapes import allows, links, page, timestamps
from leleka.sandbox.messages import (
    Refused,
    Reply,
    Request,
    error_list,
    json_reply,
    message,
    missing,
    read_object,
    text,
    whole_number,
)
from leleka.sandbox.timing import stamp

if TYPE_CHECKING:
    from leleka.sandbox.account import Account

_TAGS_AT_MOST = 1_000_000  # the id of a contact's tag is built from both numbers


def _shown(tag: Tag, held: Counter[str]) -> dict[str, object]:
    return {
        "tagType": "contact",
        "tag": tag.name,
        "description": tag.description,
        "cdate": stamp(tag.created),
        "deleted": "0",
        "subscriber_count": str(held[tag.name.lower()]),
        **timestamps(tag.created, tag.created),
        "links": links("tags", tag.id, ("contactGoalTags", "templateTags")),
        "id": str(tag.id),
    }


def _held(account: "Account") -> Counter[str]:
    """Return how many contacts hold each tag."""
    return Counter(name.lower() for contact in account.contacts.everyone() for name in contact.tags)


def index(account: "Account", request: Request, _id: str) -> Reply:
    search = request.query.get("search", "").lower()
    found = [tag for tag in account.catalogue.tags.values() if search in tag.name.lower()]
    held = _held(account)
    return page(request, "tags", found, lambda tag: _shown(tag, held))


def find(account: "Account", number: str) -> Tag:
    found = account.catalogue.tags.get(int(number))
    if found is None:
        raise Refused(missing("Tag", number))
    return found


def one(account: "Account", _request: Request, number: str) -> Reply:
    return json_reply({"tag": _shown(find(account, number), _held(account))})


def update(account: "Account", request: Request, number: str) -> Reply:
    """Those who hold the tag hold it under its new name."""
    tag, asked = find(account, number), read_object(request, "tag")
    name = text(asked.get("tag", tag.name)).strip() or tag.name
    if name.lower() != tag.name.lower():
        refuse_duplicate(account, name)
    for contact in _holders(account, tag):
        account.contacts.set_tags(contact, tuple(name if _same(one, tag) else one for one in contact.tags))
    account.catalogue.rename_tag(tag, name)
    tag.description = text(asked.get("description", tag.description))
    return json_reply({"tag": _shown(tag, _held(account))})


def delete(account: "Account", _request: Request, number: str) -> Reply:
    tag = find(account, number)
    for contact in _holders(account, tag):
        account.contacts.set_tags(contact, _without(contact, tag))
    account.catalogue.remove_tag(tag)
    return json_reply({})


def refuse_duplicate(account: "Account", name: str) -> None:
    if account.catalogue.has_tag(name):
        error = f"Duplicate entry 'contact-{name}' for key 'typetag'"
        raise Refused(json_reply({"message": "Could not process request", "error": error}, 422))


def _same(name: str, tag: Tag) -> bool:
    return name.lower() == tag.name.lower()


def _holds(contact: Contact, tag: Tag) -> bool:
    return any(_same(name, tag) for name in contact.tags)


def _without(contact: Contact, tag: Tag) -> tuple[str, ...]:
    return tuple(name for name in contact.tags if not _same(name, tag))


def _holders(account: "Account", tag: Tag) -> list[Contact]:
    return [contact for contact in account.contacts.everyone() if _holds(contact, tag)]


def create(account: "Account", request: Request, _id: str) -> Reply:
    wanted = read_object(request, "tag")
    name = text(wanted.get("tag")).strip()
    if not name:
        raise Refused(error_list(422, "The tag was not provided.", "field_missing", "tag"))
    refuse_duplicate(account, name)
    added = account.catalogue.add_tag(name, account.timing.now(), text(wanted.get("description")))
    return json_reply({"tag": _shown(added, Counter())}, 201)


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
    if not _holds(contact, tag):
        account.contacts.set_tags(contact, (*contact.tags, tag.name))
    return json_reply({"contacts": [shown(contact)], "contactTag": _attached(contact, tag)}, 201)


def of_contact(account: "Account", _request: Request, number: str) -> Reply:
    contact = find_contact(account, number)
    held = [_attached(contact, tag) for tag in account.catalogue.tags.values() if _holds(contact, tag)]
    return json_reply({"contactTags": held})


def detach(account: "Account", _request: Request, number: str) -> Reply:
    contact_id, tag_id = divmod(int(number), _TAGS_AT_MOST)
    contact, tag = account.contacts.get(contact_id), account.catalogue.tags.get(tag_id)
    if contact is None or tag is None or not _holds(contact, tag):
        return missing("SubscriberTag", number)
    account.contacts.set_tags(contact, _without(contact, tag))
    return json_reply({})


def _attached(contact: Contact, tag: Tag) -> dict[str, object]:
    number = contact.id * _TAGS_AT_MOST + tag.id
    return {
        "contact": str(contact.id),
        "tag": str(tag.id),
        "cdate": stamp(contact.updated),
        **timestamps(contact.updated, contact.updated),
        "links": links("contactTags", number, ("tag", "contact")),
        "id": str(number),
    }


def attached(account: "Account", request: Request, _id: str) -> Reply:
    """Every tag of every contact."""
    tags = {tag.name.lower(): tag for tag in account.catalogue.tags.values()}
    found = (
        (contact, tags[name.lower()])
        for contact in account.contacts.everyone()
        for name in contact.tags
        if allows(request, "contact", contact.id) and allows(request, "tag", tags[name.lower()].id)
    )
    return page(request, "contactTags", found, lambda pair: _attached(*pair))


ROUTES = [
    ("GET", r"/tags", index),
    ("POST", r"/tags", create),
    ("GET", r"/tags/(\d{1,18})", one),
    ("PUT", r"/tags/(\d{1,18})", update),
    ("DELETE", r"/tags/(\d{1,18})", delete),
    ("GET", r"/contactTags", attached),
    ("POST", r"/contactTags", attach),
    ("DELETE", r"/contactTags/(\d{1,18})", detach),
    ("GET", r"/contacts/(\d{1,18})/contactTags", of_contact),
]
