"""Notes about contacts."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leleka.sandbox.catalogue import Note
from leleka.sandbox.endpoints.contacts import find as find_contact
from leleka.sandbox.endpoints.shapes import allows, links, page
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
from leleka.sandbox.timing import stamp

if TYPE_CHECKING:
    from leleka.sandbox.account import Account

_LINKED = ("activities", "user", "mentions", "notes", "owner")


def index(account: "Account", request: Request, _id: str) -> Reply:
    found = (one for one in _kept(account) if allows(request, "relid", one.contact_id))
    return page(request, "notes", found, _shown)


def of_contact(account: "Account", _request: Request, number: str) -> Reply:
    contact = find_contact(account, number)
    found = [_shown(one) for one in _kept(account) if one.contact_id == contact.id]
    return json_reply({"notes": found})


def one(account: "Account", _request: Request, number: str) -> Reply:
    return json_reply({"note": _shown(_find(account, number))})


def create(account: "Account", request: Request, _id: str) -> Reply:
    asked, now = read_object(request, "note"), account.timing.now()
    if text(asked.get("reltype")) != "Subscriber":
        raise Refused(error_list(422, "The reltype is not valid.", "field_invalid", "reltype"))
    contact = account.contacts.get(whole_number(asked.get("relid")) or 0)
    if contact is None:
        raise Refused(error_list(422, "The related contact does not exist.", "related_missing", "relid"))
    added = Note(account.catalogue.next_id("note"), contact.id, text(asked.get("note")), now, now)
    account.catalogue.notes[added.id] = added
    return json_reply({"note": _shown(added)}, 201)


def update(account: "Account", request: Request, number: str) -> Reply:
    found, asked = _find(account, number), read_object(request, "note")
    found.text, found.changed = text(asked.get("note", found.text)), account.timing.now()
    return json_reply({"note": _shown(found)})


def delete(account: "Account", _request: Request, number: str) -> Reply:
    del account.catalogue.notes[_find(account, number).id]
    return json_reply({})


def _kept(account: "Account") -> Iterator[Note]:
    """A contact that is deleted takes the notes along."""
    return (one for one in account.catalogue.notes.values() if account.contacts.get(one.contact_id))


def _find(account: "Account", number: str) -> Note:
    found = account.catalogue.notes.get(int(number))
    if found is None or account.contacts.get(found.contact_id) is None:
        raise Refused(missing("Note", number))
    return found


def _shown(note: Note) -> dict[str, object]:
    return {
        "relid": str(note.contact_id),
        "reltype": "Subscriber",
        "userid": "1",
        "is_draft": "0",
        "cdate": stamp(note.created),
        "mdate": stamp(note.changed),
        "note": note.text,
        "links": links("notes", note.id, _LINKED),
        "id": str(note.id),
        "user": "1",
        "owner": {"type": "contact", "id": str(note.contact_id)},
    }


ROUTES = [
    ("GET", r"/notes/?", index),
    ("POST", r"/notes/?", create),
    ("GET", r"/notes/(\d{1,18})", one),
    ("PUT", r"/notes/(\d{1,18})", update),
    ("DELETE", r"/notes/(\d{1,18})", delete),
    ("GET", r"/contacts/(\d{1,18})/notes", of_contact),
]
