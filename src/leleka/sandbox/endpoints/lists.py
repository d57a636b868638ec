from typing import TYPE_CHECKING

from leleka.sandbox.catalogue import MailingList
from leleka.sandbox.messages import (
    Refused,
    Reply,
    Request,
    error_list,
    json_reply,
    message,
    missing,
    no_permission,
    page_bounds,
    read_object,
    text,
    whole_number,
)
from leleka.sandbox.timing import stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from leleka.sandbox.account import Account

_REQUIRED = ("name", "stringid", "sender_url", "sender_reminder")
_FILTERS: "dict[str, Callable[[str, str], bool]]" = {
    "eq": lambda name, wanted: name == wanted,
    "neq": lambda name, wanted: name != wanted,
    "contains": lambda name, wanted: wanted in name,
    "starts_with": lambda name, wanted: name.startswith(wanted),
}


def shown(one: MailingList) -> dict[str, object]:
    return {
        "stringid": one.stringid,
        "userid": "1",
        "name": one.name,
        "cdate": stamp(one.created),
        "send_last_broadcast": str(int(one.send_last_broadcast)),
        "optinoptout": "1",
        "sender_url": one.sender_url,
        "sender_reminder": one.sender_reminder,
        "deletestamp": None,
        "links": {},
        "id": str(one.id),
        "user": "1",
    }


def index(account: "Account", request: Request, _id: str) -> Reply:
    """A new list is invisible to the key's user until it is given to a group."""
    if not account.behaviour.may_view_lists:
        raise Refused(no_permission("view lists"))
    found = [one for one in account.catalogue.lists.values() if one.groups]
    for name, wanted in request.query.items():
        if name == "filters[name]" or name.startswith("filters[name]["):
            operator = name.removeprefix("filters[name]").strip("[]") or "eq"
            matches = _FILTERS.get(operator, _FILTERS["eq"])
            found = [one for one in found if matches(one.name.lower(), wanted.lower())]
    order = request.query.get("orders[name]", "")
    if order:
        found.sort(key=lambda one: one.name.lower(), reverse=order.upper() == "DESC")
    limit, offset = page_bounds(request)
    page = [shown(one) for one in found[offset : offset + limit]]
    return json_reply({"lists": page, "meta": {"total": str(len(found))}})


def one(account: "Account", _request: Request, number: str) -> Reply:
    if not account.behaviour.may_view_lists:
        raise Refused(no_permission("view lists"))
    found = account.catalogue.lists.get(int(number))
    return missing("_List", number) if found is None else json_reply({"list": shown(found)})


def create(account: "Account", request: Request, _id: str) -> Reply:
    if not account.behaviour.may_create_lists:
        raise Refused(no_permission("create lists"))
    wanted = read_object(request, "list")
    for name in _REQUIRED:
        if not text(wanted.get(name)):
            raise Refused(error_list(422, f"The {name} was not provided.", "field_missing", name))
    added = account.catalogue.add_list(text(wanted["name"]), account.timing.now(), text(wanted["stringid"]))
    added.sender_url, added.sender_reminder = text(wanted["sender_url"]), text(wanted["sender_reminder"])
    # when absent, the server's own default is reported to be true
    added.send_last_broadcast = text(wanted.get("send_last_broadcast", True)).lower() not in {
        "0",
        "false",
        "",
    }
    created = shown(added)
    brief = {
        name: created[name]
        for name in ("name", "stringid", "sender_url", "sender_reminder", "cdate", "links", "id")
    }
    return json_reply({"list": brief | {"udate": created["cdate"]}}, 201)


def delete(account: "Account", _request: Request, number: str) -> Reply:
    if account.delete_list(int(number)):
        return json_reply({})
    return message(403, f"No Result found for _List with id {number}")


def give_to_group(account: "Account", request: Request, _id: str) -> Reply:
    wanted = read_object(request, "listGroup")
    found = account.catalogue.lists.get(whole_number(wanted.get("listid")) or 0)
    if found is None:
        raise Refused(error_list(422, "The related list does not exist.", "related_missing", "list"))
    group = whole_number(wanted.get("groupid")) or 1
    found.groups.append(group)
    return json_reply(
        {"listGroup": {"listid": str(found.id), "groupid": str(group), "links": {}, "id": str(found.id)}}, 201
    )


ROUTES = [
    ("GET", r"/lists", index),
    ("POST", r"/lists", create),
    ("GET", r"/lists/(\d{1,18})", one),
    ("DELETE", r"/lists/(\d{1,18})", delete),
    ("POST", r"/listGroups", give_to_group),
]
