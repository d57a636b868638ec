"""Contacts: search, lookup by id, and plain creation, which refuses an existing address."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from leleka.sandbox.contacts import Contact
from leleka.sandbox.endpoints.contact_columns import account_contact, columns, membership, value_columns
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
from leleka.sandbox.timing import moment_of, stamp
from leleka.sandbox.validation import well_formed

if TYPE_CHECKING:
    from leleka.sandbox.account import Account

_ORDERS = {"id", "email", "first_name", "last_name"}
_DATES = tuple(f"filters[{event}_{side}]" for event in ("created", "updated") for side in ("before", "after"))


def shown(contact: Contact) -> dict[str, object]:
    """The fields of a contact as it is listed."""
    local, _, domain = contact.email.rpartition("@")
    return {
        **columns(contact),
        "cdate": stamp(contact.created),
        "email": contact.email,
        "phone": contact.phone,
        "firstName": contact.first_name,
        "lastName": contact.last_name,
        "orgname": contact.account_name,
        "email_local": local,
        "email_domain": domain,
        "udate": stamp(contact.updated),
        "id": str(contact.id),
    }


def field_values(contact: Contact) -> list[dict[str, object]]:
    return [
        {
            "contact": str(contact.id),
            "field": str(number),
            "value": value,
            **value_columns(contact, value_id(contact, number)),
        }
        for number, value in contact.fields.items()
    ]


def value_id(contact: Contact, number: int) -> int:
    return contact.id * 1000 + number


def index(account: "Account", request: Request, _id: str) -> Reply:
    limit, offset = page_bounds(request)
    above = whole_number(request.query.get("id_greater", "")) or 0
    total, found = _select(account, request, above)
    if above and account.behaviour.total_with_id_greater == "whole":
        total, _ = _select(account, request, 0)
    people = list(islice(found, offset, offset + limit))
    page = [shown(contact) for contact in people]
    beside: dict[str, object] = {}
    if account.behaviour.side_loads and "fieldValues" in request.query.get("include", "").split(","):
        loaded = [field_values(contact) for contact in people]
        for row, held in zip(page, loaded, strict=True):
            row["fieldValues"] = [value["id"] for value in held]
        beside["fieldValues"] = [value for held in loaded for value in held]
    status = request.query.get("status", "-1")
    page_input = {
        "segmentid": 0,
        "search": None,
        "limit": limit,
        "offset": offset,
        "status": status,
        "forceQuery": 0,
    }
    meta = {"total": str(total), "sortable": True, "page_input": page_input}
    return json_reply({"scoreValues": [], "contacts": page, **beside, "meta": meta})


def _select(account: "Account", request: Request, above: int) -> tuple[int, Iterator[Contact]]:
    """With only list, status and id, a page is read from the index; otherwise all matches are collected."""
    query, book = request.query, account.contacts
    list_id, status = whole_number(query.get("listid", "")), whole_number(query.get("status", ""))
    order = next(
        ((name[7:-1], query[name].upper()) for name in query if name.startswith("orders[")), ("id", "ASC")
    )
    narrowed = any(query.get(name) for name in ("email", "search", "tagid", *_DATES))
    plain = not narrowed and order == ("id", "ASC")
    if plain and list_id is not None:
        return book.count_on_list(list_id, status, above), book.on_list(list_id, status, above)
    if plain and status is None and not above:
        return len(book), book.everyone()
    matching = list(_matching(account, request, list_id, status, above))
    if order[0] in _ORDERS:
        matching.sort(key=lambda contact: getattr(contact, order[0]), reverse=order[1] == "DESC")
    return len(matching), iter(matching)


def _matching(
    account: "Account", request: Request, list_id: int | None, status: int | None, above: int
) -> Iterable[Contact]:
    email = request.query.get("email", "")
    search = request.query.get("search", "").lower()
    tag = account.catalogue.tags.get(whole_number(request.query.get("tagid", "")) or 0)
    if email:
        found = account.contacts.find(email)
        candidates: Iterable[Contact] = [] if found is None or found.id <= above else [found]
    else:
        candidates = (
            account.contacts.everyone(above)
            if list_id is None
            else account.contacts.on_list(list_id, None, above)
        )
    for contact in candidates:
        if not _within(contact, request):
            continue
        held = [on for listed, on in contact.memberships if list_id in (None, listed)]
        if (list_id is not None and not held) or (status is not None and status not in held):
            continue
        if request.query.get("tagid") and (
            tag is None or tag.name.lower() not in map(str.lower, contact.tags)
        ):
            continue
        if (
            not search
            or search in f"{contact.email} {contact.first_name} {contact.last_name} {contact.phone}".lower()
        ):
            yield contact


def _within(contact: Contact, request: Request) -> bool:
    """Whether the contact's dates, which have whole seconds, lie where the filters want them."""
    for name in _DATES:
        limit = moment_of(request.query.get(name, "").replace(" ", "+"))
        moment = int(contact.created if "created" in name else contact.updated)
        if limit is not None and (moment <= limit if "after" in name else moment >= limit):
            return False
    return True


def find(account: "Account", number: object) -> Contact:
    found = account.contacts.get(whole_number(number) or 0)
    if found is None:
        raise Refused(missing("Subscriber", number))
    return found


def one(account: "Account", _request: Request, number: str) -> Reply:
    """A single contact comes with what belongs to it: the objects at the top, their ids inside."""
    contact = find(account, number)
    beside: dict[str, list[dict[str, object]]] = {
        "contactAutomations": [],
        "contactLists": [membership(contact, *place) for place in contact.memberships],
        "deals": [],
        "fieldValues": field_values(contact),
        "geoIps": [],
        "accountContacts": [],
    }
    if contact.account_name:
        owner = account.catalogue.account_named(contact.account_name, account.timing.now())
        beside["accountContacts"].append(account_contact(contact, owner.id))
    inside = shown(contact)
    inside.update({name: [record["id"] for record in records] for name, records in beside.items()})
    return json_reply({**beside, "contact": inside})


def checked_email(wanted: dict[str, object]) -> str:
    email = text(wanted.get("email")).strip().lower()
    if not well_formed(email):
        title, error = "Contact Email Address is not valid.", "must_be_valid_email_address"
        raise Refused(error_list(422, title, "email_invalid", "email", error=error))
    return email


def write(account: "Account", contact: Contact, wanted: dict[str, object]) -> None:
    """An absent attribute keeps its value, an empty one clears it."""
    for name, attribute in (("firstName", "first_name"), ("lastName", "last_name"), ("phone", "phone")):
        if name in wanted:
            setattr(contact, attribute, text(wanted[name]))
    entries = wanted.get("fieldValues")
    changes = {}
    for entry in entries if isinstance(entries, list) else []:
        number = whole_number(entry.get("field")) if isinstance(entry, dict) else None
        if number in account.catalogue.fields and number is not None:
            changes[number] = text(entry.get("value"))
    account.contacts.set_fields(contact, changes)
    contact.updated = account.timing.now()


def refuse_duplicate(account: "Account", email: str) -> None:
    if account.contacts.find(email) is not None or account.contacts.archived(email) is not None:
        raise Refused(error_list(422, "Email address already exists in the system", "duplicate", "email"))


def brief(contact: Contact) -> dict[str, object]:
    """The short form in which a newly created contact is returned."""
    columns = shown(contact)
    names = ("email", "phone", "firstName", "lastName", "cdate", "udate", "orgname", "links", "id")
    chosen = {name: columns[name] for name in names}
    return {
        "fieldValues": field_values(contact),
        "contact": chosen | {"email_empty": False, "orgid": "", "organization": ""},
    }


def create(account: "Account", request: Request, _id: str) -> Reply:
    wanted = read_object(request, "contact")
    email = checked_email(wanted)
    refuse_duplicate(account, email)
    contact = account.contacts.add(email, account.timing.now())
    write(account, contact, wanted)
    return json_reply(brief(contact), 201)


def update(account: "Account", request: Request, number: str) -> Reply:
    contact = find(account, number)
    wanted = read_object(request, "contact")
    if "email" in wanted:
        email = checked_email(wanted)
        if email != contact.email:
            refuse_duplicate(account, email)
            account.contacts.rename(contact, email)
    write(account, contact, wanted)
    ids = [value["id"] for value in field_values(contact)]
    return json_reply(
        {"fieldValues": field_values(contact), "contact": shown(contact) | {"fieldValues": ids}}
    )


def delete(account: "Account", _request: Request, number: str) -> Reply:
    found = account.contacts.get(int(number))
    if found is None:
        return message(404, f"No result found for contact with id {number}")
    if account.behaviour.delete_contact == "refused":
        title = "The monthly limit of archived and deleted contacts is reached."
        raise Refused(error_list(422, title, "limit_reached"))
    if account.behaviour.delete_contact == "archives":
        account.contacts.archive(found)
    else:
        account.contacts.remove(found)
    return json_reply({})


def values(account: "Account", _request: Request, number: str) -> Reply:
    return json_reply({"fieldValues": field_values(find(account, number))})


ROUTES = [
    ("GET", r"/contacts", index),
    ("POST", r"/contacts", create),
    # the plural is routed as plain creation: a trap of the real API
    ("POST", r"/contacts/sync", create),
    ("GET", r"/contacts/(\d{1,18})", one),
    ("PUT", r"/contacts/(\d{1,18})", update),
    ("DELETE", r"/contacts/(\d{1,18})", delete),
    ("GET", r"/contacts/(\d{1,18})/fieldValues", values),
]
