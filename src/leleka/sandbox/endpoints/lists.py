from typing import TYPE_CHECKING

from leleka.sandbox.catalogue import MailingList
from leleka.sandbox.endpoints.shapes import allows, links, page, timestamps
from leleka.sandbox.messages import (
    Refused,
    Reply,
    Request,
    error_list,
    json_reply,
    message,
    missing,
    no_permission,
    read_object,
    text,
    whole_number,
)
from leleka.sandbox.timing import stamp

if TYPE_CHECKING:
    from collections.abc import Callable

    from leleka.sandbox.account import Account

_REQUIRED = ("name", "stringid", "sender_url", "sender_reminder")
_GROUPS_AT_MOST = 1000  # the id of a list in a group is built from both numbers
_EMPTY = (
    "analytics_source",
    "analytics_ua",
    "fulladdress",
    "sender_addr1",
    "sender_addr2",
    "sender_city",
    "sender_country",
    "sender_name",
    "sender_phone",
    "sender_state",
    "sender_zip",
    "to_name",
    "twitter_token",
    "twitter_token_secret",
)
_NONE = (
    "analytics_domains",
    "carboncopy",
    "deletestamp",
    "facebook_session",
    "subscription_notify",
    "unsubscription_notify",
)
_ZERO = (
    "get_unsubscribe_reason",
    "optinmessageid",
    "optoutconf",
    "p_embed_image",
    "p_use_analytics_link",
    "p_use_analytics_read",
    "p_use_captcha",
    "p_use_facebook",
    "p_use_twitter",
    "private",
    "require_name",
)
_ONE = ("optinoptout", "p_use_tracking", "user", "userid")
_FILTERS: "dict[str, Callable[[str, str], bool]]" = {
    "eq": lambda name, wanted: name == wanted,
    "neq": lambda name, wanted: name != wanted,
    "contains": lambda name, wanted: wanted in name,
    "starts_with": lambda name, wanted: name.startswith(wanted),
}


def shown(one: MailingList) -> dict[str, object]:
    return {
        **dict.fromkeys(_EMPTY, ""),
        **dict.fromkeys(_NONE),
        **dict.fromkeys(_ZERO, "0"),
        **dict.fromkeys(_ONE, "1"),
        "stringid": one.stringid,
        "name": one.name,
        "cdate": stamp(one.created),
        "udate": None,
        **timestamps(one.created, one.created),
        "send_last_broadcast": str(int(one.send_last_broadcast)),
        "sender_url": one.sender_url,
        "sender_reminder": one.sender_reminder,
        "links": links("lists", one.id, ("contactGoalLists", "user", "addressLists")),
        "id": str(one.id),
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
    return page(request, "lists", found, shown)


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
    asked = read_object(request, "listGroup")
    found = account.catalogue.lists.get(whole_number(asked.get("listid")) or 0)
    if found is None:
        raise Refused(error_list(422, "The related list does not exist.", "related_missing", "list"))
    group = whole_number(asked.get("groupid")) or 1
    if group not in found.groups:
        found.groups.append(group)
    return json_reply({"listGroup": _given(found, group)}, 201)


def given(account: "Account", request: Request, _id: str) -> Reply:
    pairs = (
        (one, group)
        for one in account.catalogue.lists.values()
        for group in one.groups
        if allows(request, "listid", one.id) and allows(request, "groupid", group)
    )
    return page(request, "listGroups", pairs, lambda pair: _given(*pair))


def take_from_group(account: "Account", _request: Request, number: str) -> Reply:
    list_id, group = divmod(int(number), _GROUPS_AT_MOST)
    found = account.catalogue.lists.get(list_id)
    if found is None or group not in found.groups:
        return missing("ListGroup", number)
    found.groups.remove(group)
    return json_reply({})


def _given(one: MailingList, group: int) -> dict[str, object]:
    number = one.id * _GROUPS_AT_MOST + group
    return {
        "listid": str(one.id),
        "groupid": str(group),
        "links": links("listGroups", number, ("group", "list")),
        "id": str(number),
        "group": str(group),
        "list": str(one.id),
    }


ROUTES = [
    ("GET", r"/lists", index),
    ("POST", r"/lists", create),
    ("GET", r"/lists/(\d{1,18})", one),
    ("DELETE", r"/lists/(\d{1,18})", delete),
    ("GET", r"/listGroups", given),
    ("POST", r"/listGroups", give_to_group),
    ("DELETE", r"/listGroups/(\d{1,18})", take_from_group),
]
