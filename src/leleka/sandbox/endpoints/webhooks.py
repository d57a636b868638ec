"""Webhooks are stored and listed; nothing is delivered, as the real account delivers nothing for imports."""

from typing import TYPE_CHECKING

from leleka.sandbox.catalogue import Webhook
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

_EVENTS = (
    "bounce",
    "click",
    "contact_tag_added",
    "contact_tag_removed",
    "deal_add",
    "deal_note_add",
    "deal_pipeline_add",
    "deal_stage_add",
    "deal_task_add",
    "deal_task_complete",
    "deal_tasktype_add",
    "deal_update",
    "forward",
    "list_add",
    "open",
    "reply",
    "sent",
    "share",
    "sms_reply",
    "sms_sent",
    "sms_unsub",
    "subscribe",
    "subscriber_note",
    "unsubscribe",
    "update",
)
_SOURCES = ("public", "admin", "api", "system")


def _shown(hook: Webhook) -> dict[str, object]:
    return {
        "cdate": stamp(hook.created),
        "name": hook.name,
        "url": hook.url,
        "listid": str(hook.list_id),
        "events": list(hook.events),
        "sources": list(hook.sources),
        "state": "1",
        "links": links("webhooks", hook.id, ("listObject",)),
        "id": str(hook.id),
    }


def events(_account: "Account", _request: Request, _id: str) -> Reply:
    return json_reply({"webhookEvents": list(_EVENTS)})


def index(account: "Account", request: Request, _id: str) -> Reply:
    return page(request, "webhooks", account.catalogue.webhooks.values(), _shown)


def one(account: "Account", _request: Request, number: str) -> Reply:
    found = account.catalogue.webhooks.get(int(number))
    return missing("Webhook", number) if found is None else json_reply({"webhook": _shown(found)})


def create(account: "Account", request: Request, _id: str) -> Reply:
    return json_reply({"webhook": _shown(_kept(account, request, Webhook(0, "", "", (), (), 0, 0.0)))}, 201)


def update(account: "Account", request: Request, number: str) -> Reply:
    """What the request leaves out stays as it is."""
    found = account.catalogue.webhooks.get(int(number))
    if found is None:
        return missing("Webhook", number)
    return json_reply({"webhook": _shown(_kept(account, request, found))})


def _kept(account: "Account", request: Request, before: Webhook) -> Webhook:
    asked = read_object(request, "webhook")
    url = text(asked.get("url", before.url))
    if not url.startswith("https://"):
        raise Refused(error_list(422, "The url is not valid.", "field_invalid", "url"))
    kept = Webhook(
        before.id or account.catalogue.next_id("webhook"),
        text(asked.get("name", before.name)),
        url,
        _strings(asked.get("events", list(before.events)), _EVENTS),
        _strings(asked.get("sources", list(before.sources)), _SOURCES),
        whole_number(asked.get("listid", before.list_id)) or 0,
        before.created or account.timing.now(),
    )
    account.catalogue.webhooks[kept.id] = kept
    return kept


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
    ("GET", r"/webhooks/(\d{1,18})", one),
    ("PUT", r"/webhooks/(\d{1,18})", update),
    ("DELETE", r"/webhooks/(\d{1,18})", delete),
]
