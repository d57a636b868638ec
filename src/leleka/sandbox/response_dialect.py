"""The dialect of a reply: the same content as different versions of the real API would write it."""

import re
from dataclasses import replace
from typing import Final

import orjson

from leleka.sandbox.behaviour import Behaviour
from leleka.sandbox.endpoints.shapes import LINKED
from leleka.sandbox.messages import JSON_TYPE, Reply

_HOST: Final = re.compile(r"[\w.\-\[\]:]{1,255}", re.ASCII)  # fits into JSON without escaping


def shaped(reply: Reply, behaviour: Behaviour, host: str = "") -> Reply:
    """Return the reply as the switches want it; links lead to the host that was asked."""
    if reply.headers.get("Content-Type", "") != JSON_TYPE:
        return replace(reply, delay=behaviour.latency_seconds)
    body, headers = reply.body, dict(reply.headers)
    if _HOST.fullmatch(host):
        body = body.replace(LINKED.encode(), f"http://{host}/api/3".encode())
    if behaviour.ids_as_numbers:
        body = orjson.dumps(_numbered(orjson.loads(body)))
    if behaviour.escaped_slashes:
        body = body.replace(b"/", b"\\/")
    if behaviour.text_plain:
        headers["Content-Type"] = "text/plain; charset=UTF-8"
    return replace(reply, body=body, headers=headers, delay=behaviour.latency_seconds)


def _numbered(value: object, key: str = "") -> object:
    if isinstance(value, dict):
        return {name: _numbered(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_numbered(inner, key) for inner in value]
    if (
        isinstance(value, str)
        and key in {"id", "success", "list", "contact", "status", "field"}
        and value.isdigit()
    ):
        return int(value)
    return value
