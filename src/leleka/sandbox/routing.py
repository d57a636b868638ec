"""Maps a method and a path to the function that answers."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from leleka.sandbox.endpoints import (
    accounts,
    contacts,
    exclusions,
    fields,
    identity,
    imports,
    lists,
    memberships,
    notes,
    sync,
    tags,
    unmodelled,
    values,
    webhooks,
)
from leleka.sandbox.messages import Reply, Request, message

if TYPE_CHECKING:
    from leleka.sandbox.account import Account

API = "/api/3"
Endpoint = Callable[["Account", Request, str], Reply]

_MODULES = (imports, contacts, sync, memberships, lists, exclusions, fields, tags, webhooks, identity)
_ASKED_BY_OTHERS = (accounts, notes, unmodelled, values)
_ROUTES: list[tuple[str, re.Pattern[str], Endpoint]] = [
    (method, re.compile(API + pattern), endpoint)
    for module in (*_MODULES, *_ASKED_BY_OTHERS)
    for method, pattern, endpoint in module.ROUTES
]


def route(account: "Account", request: Request) -> Reply:
    """The one group of a pattern, an id, becomes the endpoint's last argument."""
    known = False
    for method, pattern, endpoint in _ROUTES:
        match = pattern.fullmatch(request.path)
        if match is None:
            continue
        known = True
        if method == request.method:
            return endpoint(account, request, match[1] if match.lastindex else "")
    return message(405, "Method Not Allowed") if known else message(404, "Not Found")
