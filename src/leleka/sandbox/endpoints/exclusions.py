"""Exclusions: addresses, or their beginnings or ends, that the account imports to no list, or not to some."""

from typing import TYPE_CHECKING, Final, get_args

import orjson

from leleka.sandbox.catalogue import Channel, Exclusion, ExclusionKind
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
    whole_number,
)

if TYPE_CHECKING:
    from leleka.sandbox.account import Account

_MATCH_TYPES: Final[dict[ExclusionKind, str]] = {"exact": "exact", "begins": "begin", "ends": "end"}


def exclusion_channel(
    account: "Account", wanted: dict[str, object], default: Channel
) -> tuple[Channel, tuple[int, ...]]:
    """The channel and the lists of a body: lists belong to the channel `several`, and to no other."""
    listed = wanted.get("lists") or []
    lists = tuple(whole_number(one) or 0 for one in listed) if isinstance(listed, list) else (0,)
    named = wanted.get("channel", "several" if lists else default)
    for channel in get_args(Channel):
        if channel == named and bool(lists) == (channel == "several"):
            if not set(lists) <= account.catalogue.lists.keys():
                break
            return channel, lists
    title = "Lists must be given with the channel several, and only with it."
    raise Refused(error_list(422, title, "field_invalid", "lists"))


def index(account: "Account", request: Request, _id: str) -> Reply:
    found = _visible(account)
    for name, wanted in request.query.items():
        if name in {"filters[lists]", "filters[lists][]"}:
            found = [one for one in found if whole_number(wanted) in one.lists]
        elif name == "filters[matchPhrase]":
            found = [one for one in found if wanted.lower() in one.pattern]
    order = request.query.get("orders[matchPhrase]", "")
    if order:
        found.sort(key=lambda one: one.pattern, reverse=order.upper() == "DESC")
    limit, offset = page_bounds(request)
    page = [_shown(one) for one in found[offset : offset + limit]]
    return json_reply({"exclusions": page, "meta": {"total": str(len(found))}})


def one(account: "Account", _request: Request, number: str) -> Reply:
    return json_reply({"exclusion": _shown(_find(account, number))})


def update(account: "Account", request: Request, number: str) -> Reply:
    """The channel and the lists can be changed, and nothing else."""
    found = _find(account, number)
    try:
        wanted = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        wanted = None
    if not isinstance(wanted, dict):
        return message(400, "The request body is not valid JSON.")
    channel, lists = exclusion_channel(account, wanted, default=found.channel)
    return json_reply({"exclusion": _shown(account.catalogue.move_exclusion(found.id, channel, lists))})


def _visible(account: "Account") -> list[Exclusion]:
    if not account.behaviour.may_view_lists:
        raise Refused(no_permission("view lists"))
    hidden = account.behaviour.hidden_exclusions_listed
    return [one for one in account.catalogue.exclusions.values() if hidden or not one.hidden]


def _find(account: "Account", number: str) -> Exclusion:
    found = next((one for one in _visible(account) if one.id == int(number)), None)
    if found is None:
        raise Refused(missing("Exclusion", number))
    return found


def _shown(one: Exclusion) -> dict[str, object]:
    return {
        "matchPhrase": one.pattern,
        "matchType": _MATCH_TYPES[one.kind],
        "channel": one.channel,
        "hidden": one.hidden,
        "lists": [str(number) for number in one.lists],
        "links": {},
        "id": str(one.id),
    }


ROUTES = [
    ("GET", r"/lists/exclusions", index),
    ("GET", r"/lists/exclusions/(\d{1,18})", one),
    ("PUT", r"/lists/exclusions/(\d{1,18})", update),
]
