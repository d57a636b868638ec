"""The sandbox's own pages and switches under /_sandbox: no token, no limits, and never the key."""

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, get_args
from urllib.parse import urlsplit

import orjson

from leleka.sandbox.catalogue import ExclusionKind
from leleka.sandbox.contacts import Contact, Status
from leleka.sandbox.endpoints.exclusions import exclusion_channel
from leleka.sandbox.messages import Refused, Reply, Request, json_reply, message, text, whole_number
from leleka.sandbox.page import page
from leleka.sandbox.state import state
from leleka.sandbox.switches import UnknownSwitch, changed

if TYPE_CHECKING:
    from leleka.sandbox.account import Account

PREFIX = "/_sandbox"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_CHUNK = 1000


def control(account: "Account", request: Request) -> Reply:
    if _foreign(request):
        return message(403, "The sandbox is spoken to on loopback only.")
    try:
        for method, pattern, endpoint in _ROUTES:
            match = re.fullmatch(PREFIX + pattern, request.path)
            if match is not None and method == request.method:
                return endpoint(account, request, match[1] if match.lastindex else "")
    except Refused as refused:
        return refused.reply
    except UnknownSwitch as problem:
        return message(400, str(problem))
    return message(404, "Not Found")


def _foreign(request: Request) -> bool:
    """A page from another origin, open in the same browser, must not change the switches."""
    host, origin = request.headers.get("host"), request.headers.get("origin")
    return (host is not None and not _loopback("//" + host)) or (origin is not None and not _loopback(origin))


def _loopback(address: str) -> bool:
    try:
        return urlsplit(address).hostname in _LOOPBACK
    except ValueError:
        return False


def _body(request: Request) -> dict[str, object]:
    try:
        payload = orjson.loads(request.body or b"{}")
    except orjson.JSONDecodeError:
        payload = None
    if not isinstance(payload, dict):
        raise Refused(message(400, "A JSON object is expected."))
    return payload


def _show_page(account: "Account", _request: Request, _id: str) -> Reply:
    policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
    }
    return Reply(200, page(state(account)).encode(), headers)


def _state(account: "Account", _request: Request, _id: str) -> Reply:
    return json_reply(state(account))


def _requests(account: "Account", _request: Request, _id: str) -> Reply:
    return json_reply({"requests": [asdict(entry) for entry in account.log.last]})


def _callbacks(account: "Account", _request: Request, _id: str) -> Reply:
    return json_reply({"callbacks": account.called_back})


def _contact(account: "Account", request: Request, _id: str) -> Reply:
    email = request.query.get("email", "")
    archived = account.contacts.archived(email)
    found = archived or account.contacts.find(email)
    if found is None:
        return message(404, "There is no such contact.")
    lists = {str(number): status for number, status in found.memberships}
    more = {"id": found.id, "account_name": found.account_name, "lists": lists}
    return json_reply(_shown(found) | more | ({"archived": True} if archived else {}))


def _list_contacts(account: "Account", request: Request, number: str) -> Reply:
    status = whole_number(request.query.get("status", ""))
    lines = _lines(account, int(number), status)
    return Reply(200, headers={"Content-Type": "application/x-ndjson"}, stream=lines)


def _lines(account: "Account", list_id: int, status: int | None) -> Iterator[bytes]:
    found = account.contacts.on_list(list_id, status)
    while some := list(islice(found, _CHUNK)):
        yield b"".join(
            orjson.dumps(
                _shown(contact) | {"status": contact.status_on(list_id)}, option=orjson.OPT_APPEND_NEWLINE
            )
            for contact in some
        )


def _shown(contact: Contact) -> dict[str, object]:
    return {
        "email": contact.email,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "phone": contact.phone,
        "fields": {str(number): value for number, value in contact.fields.items()},
        "tags": list(contact.tags),
    }


def _behave(account: "Account", request: Request, _id: str) -> Reply:
    account.behave(changed(account.behaviour, _body(request)))
    return _behaviour(account, request, "")


def _behaviour(account: "Account", _request: Request, _id: str) -> Reply:
    return json_reply(asdict(account.behaviour))


def _unsubscribe(account: "Account", request: Request, _id: str) -> Reply:
    return _set_status(account, _body(request), Status.UNSUBSCRIBED)


def _bounce(account: "Account", request: Request, _id: str) -> Reply:
    return _set_status(account, _body(request), Status.BOUNCED)


def _sign_up(account: "Account", request: Request, _id: str) -> Reply:
    """Somebody filled in a form of a list with double opt-in, and has not confirmed."""
    return _set_status(account, _body(request), Status.UNCONFIRMED)


def _set_status(account: "Account", wanted: dict[str, object], status: Status) -> Reply:
    """On one list, or, without `list`, on all lists the contact is on."""
    list_id = whole_number(wanted.get("list"))
    if list_id is not None and list_id not in account.catalogue.lists:
        raise Refused(message(400, "list, if given, must be known."))
    contact = _named(account, wanted)
    for number in [number for number, _ in contact.memberships] if list_id is None else [list_id]:
        account.contacts.place(contact, number, status)
    return json_reply({"lists": {str(number): held for number, held in contact.memberships}})


def _named(account: "Account", wanted: dict[str, object]) -> Contact:
    """An unknown contact is created, an archived one restored."""
    email = text(wanted.get("email")).strip().lower()
    if "@" not in email:
        raise Refused(message(400, "email must be an address."))
    archived = account.contacts.archived(email)
    if archived is not None:
        return account.contacts.restore(archived)
    return account.contacts.find(email) or account.contacts.add(email, account.timing.now())


def _archive(account: "Account", request: Request, _id: str) -> Reply:
    contact = _named(account, _body(request))
    account.contacts.archive(contact)
    return json_reply({"archived": account.contacts.count_archived()})


def _exclude(account: "Account", request: Request, _id: str) -> Reply:
    wanted = _body(request)
    kind, pattern = wanted.get("kind", "exact"), text(wanted.get("pattern")).strip().lower()
    channel, lists = exclusion_channel(account, wanted, default="all")
    for known in get_args(ExclusionKind):
        if kind == known and pattern:
            account.catalogue.exclude(known, pattern, channel, lists, hidden=wanted.get("hidden") is True)
            return json_reply({"exclusions": len(account.catalogue.exclusions)})
    raise Refused(message(400, "kind is exact, begins or ends, and pattern must not be empty."))


def _allow(account: "Account", request: Request, _id: str) -> Reply:
    keys = _body(request).get("keys")
    if not isinstance(keys, list):
        raise Refused(message(400, "keys must be a list; an empty one ends the judgement."))
    account.judge.allowed_keys = frozenset(str(key) for key in keys)
    return json_reply({"keys": sorted(account.judge.allowed_keys)})


def _delete_list(account: "Account", _request: Request, number: str) -> Reply:
    return json_reply({}) if account.delete_list(int(number)) else message(404, "There is no such list.")


def _key(account: "Account", request: Request, _id: str) -> Reply:
    """{"revoked": true}, {"revoked": false} or {"key": "…"}; the key itself is never returned."""
    wanted = _body(request)
    if isinstance(wanted.get("key"), str) and wanted["key"]:
        account.key, account.key_revoked = text(wanted["key"]), False
    else:
        account.key_revoked = wanted.get("revoked", True) is not False
    return json_reply({"revoked": account.key_revoked})


def _reset(account: "Account", _request: Request, _id: str) -> Reply:
    account.clear()
    return json_reply({})


_ROUTES: list[tuple[str, str, Callable[["Account", Request, str], Reply]]] = [
    ("GET", r"/?", _show_page),
    ("GET", r"/state", _state),
    ("GET", r"/requests", _requests),
    ("GET", r"/callbacks", _callbacks),
    ("GET", r"/contacts", _contact),
    ("GET", r"/lists/(\d{1,18})/contacts", _list_contacts),
    ("GET", r"/behaviour", _behaviour),
    ("POST", r"/behaviour", _behave),
    ("POST", r"/unsubscribe", _unsubscribe),
    ("POST", r"/bounce", _bounce),
    ("POST", r"/sign_up", _sign_up),
    ("POST", r"/archive", _archive),
    ("POST", r"/exclude", _exclude),
    ("POST", r"/allowed", _allow),
    ("POST", r"/lists/(\d{1,18})/delete", _delete_list),
    ("POST", r"/key", _key),
    ("POST", r"/reset", _reset),
]
