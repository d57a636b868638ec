"""Accounts in the sense of the API: the companies that contacts belong to, and who belongs to which."""

from collections import Counter
from typing import TYPE_CHECKING

from leleka.sandbox.catalogue import CustomerAccount
from leleka.sandbox.contacts import Contact
from leleka.sandbox.endpoints.contact_columns import account_contact
from leleka.sandbox.endpoints.contacts import find as find_contact
from leleka.sandbox.endpoints.shapes import links, page
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

_LINKED = ("notes", "accountCustomFieldData", "accountContacts", "emailActivities", "contactEmails", "owner")


def index(account: "Account", request: Request, _id: str) -> Reply:
    search = request.query.get("search", "").lower()
    customers = _customers(account)
    found = [one for one in account.catalogue.accounts.values() if search in one.name.lower()]
    return page(
        request,
        "accounts",
        found,
        lambda one: _shown(one) | {"contactCount": str(customers[one.name]), "dealCount": "0"},
    )


def one(account: "Account", _request: Request, number: str) -> Reply:
    return json_reply({"account": _shown(_find(account, number))})


def create(account: "Account", request: Request, _id: str) -> Reply:
    asked = read_object(request, "account")
    name = _new_name(account, asked)
    added = account.catalogue.account_named(name, account.timing.now())
    added.url = text(asked.get("accountUrl"))
    return json_reply({"account": _shown(added)}, 201)


def update(account: "Account", request: Request, number: str) -> Reply:
    found, asked = _find(account, number), read_object(request, "account")
    name = text(asked.get("name", found.name)).strip()
    if name != found.name:
        _rename(account, found, _new_name(account, asked))
    found.url = text(asked.get("accountUrl", found.url))
    return json_reply({"account": _shown(found)})


def delete(account: "Account", _request: Request, number: str) -> Reply:
    found = _find(account, number)
    _rename(account, found, "")
    del account.catalogue.accounts[found.id]
    return json_reply({})


def belonging(account: "Account", request: Request, _id: str) -> Reply:
    _customers(account)
    members = (contact for contact in account.contacts.everyone() if contact.account_name)
    return page(request, "accountContacts", members, lambda contact: _tie(account, contact))


def of_contact(account: "Account", _request: Request, number: str) -> Reply:
    contact = find_contact(account, number)
    found = [_tie(account, contact)] if contact.account_name else []
    return json_reply({"accountContacts": found})


def join(account: "Account", request: Request, _id: str) -> Reply:
    asked = read_object(request, "accountContact")
    contact = account.contacts.get(whole_number(asked.get("contact")) or 0)
    company = account.catalogue.accounts.get(whole_number(asked.get("account")) or 0)
    if contact is None or company is None:
        name = "contact" if contact is None else "account"
        raise Refused(error_list(422, f"The related {name} does not exist.", "related_missing", name))
    contact.account_name = company.name
    return json_reply({"accountContact": _tie(account, contact)}, 201)


def leave(account: "Account", _request: Request, number: str) -> Reply:
    contact = account.contacts.get(int(number))
    if contact is None or not contact.account_name:
        return missing("AccountContact", number)
    contact.account_name = ""
    return json_reply({})


def _customers(account: "Account") -> Counter[str]:
    """Return how many contacts each account has, and see to it that each that they name exists."""
    named = Counter(contact.account_name for contact in account.contacts.everyone())
    del named[""]
    for name in named:
        account.catalogue.account_named(name, account.timing.now())
    return named


def _find(account: "Account", number: str) -> CustomerAccount:
    found = account.catalogue.accounts.get(int(number))
    if found is None:
        raise Refused(missing("CustomerAccount", number))
    return found


def _new_name(account: "Account", asked: dict[str, object]) -> str:
    name = text(asked.get("name")).strip()
    if not name:
        raise Refused(error_list(422, "The name was not provided.", "field_missing", "name"))
    _customers(account)
    if any(one.name == name for one in account.catalogue.accounts.values()):
        raise Refused(error_list(422, "The account already exists in the system.", "duplicate", "name"))
    return name


def _rename(account: "Account", company: CustomerAccount, name: str) -> None:
    for contact in account.contacts.everyone():
        if contact.account_name == company.name:
            contact.account_name = name
    company.name = name


def _tie(account: "Account", contact: Contact) -> dict[str, object]:
    company = account.catalogue.account_named(contact.account_name, account.timing.now())
    return account_contact(contact, company.id)


def _shown(one: CustomerAccount) -> dict[str, object]:
    return {
        "name": one.name,
        "accountUrl": one.url,
        "createdTimestamp": stamp(one.created),
        "updatedTimestamp": stamp(one.created),
        "owner": "1",
        "links": links("accounts", one.id, _LINKED),
        "id": str(one.id),
    }


ROUTES = [
    ("GET", r"/accounts", index),
    ("POST", r"/accounts", create),
    ("GET", r"/accounts/(\d{1,18})", one),
    ("PUT", r"/accounts/(\d{1,18})", update),
    ("DELETE", r"/accounts/(\d{1,18})", delete),
    ("GET", r"/accountContacts", belonging),
    ("POST", r"/accountContacts", join),
    ("DELETE", r"/accountContacts/(\d{1,18})", leave),
    ("GET", r"/contacts/(\d{1,18})/accountContacts", of_contact),
]
