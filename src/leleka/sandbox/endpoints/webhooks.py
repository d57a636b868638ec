"""Webhooks are stored and listed; nothing is delivered, as the real account delivers nothing for imports."""

from typing import TYPE_CHECKING

from leleka.sandbox.catalogue import Webhook
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

_EVENTS = (
    "subscribe",
    "unsubscribe",
    "subscriber_note",
    "update",
    "bounce",
    "contact_tag_added",
    "contact_tag_removed",
    "list_add",
)
_SOURCES = ("public", "admin", "api", "system")


def _shown(hook: Webhook) -> dict[str, object]:
    return {
        "name": hook.name,
        "url": hook.url,
        "listid": str(hook.list_id),
        "events": list(hook.events),
        "sources": list(hook.sources),
        "state": "1",
        "links": {},
        "id": str(hook.id),
    }


def events(_account: "Account", _request: Request, _id: str) -> Reply:
    return json_reply({"webhookEvents": list(_EVENTS)})


def index(account: "Account", _request: Request, _id: str) -> Reply:
    hooks = account.catalogue.webhooks
    return json_reply(
        {"webhooks": [_shown(hook) for hook in hooks.values()], "meta": {"total": str(len(hooks))}}
    )


def create(account: "Account", request: Request, _id: str) -> Reply:
    wanted = read_object(request, "webhook")
    url = text(wanted.get("url"))
    if not url.startswith("https://"):
        raise Refused(error_list(422, "The url is not valid.", "field_invalid", "url"))
    added = Webhook(
        account.catalogue.next_id("webhook"),
        text(wanted.get("name")),
        url,
        _strings(wanted.get("events"), _EVENTS),
        _strings(wanted.get("sources"), _SOURCES),
        whole_number(wanted.get("listid")) or 0,
    )
    account.catalogue.webhooks[added.id] = added
    return json_reply({"webhook": _shown(added)}, 201)


def delete(account: "Account", _request: Request, number: str) -> Reply:
    if account.catalogue.webhooks.pop(int(number), None) is None:
        return missing("Webhook", number)
    return json_reply({})


def _strings(value: object, known: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(entry for entry in value if entry in known) if isinstance(value, list) else ()


ROUTES = [
    ("GET", r"/webhook/events", events),
    ("GET", r"/webhooks", index),
    ("POST", r"/webhooks", create),
    ("DELETE", r"/webhooks/(\d{1,18})", delete),
]
