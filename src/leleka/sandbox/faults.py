"""The faults that strike a request: described in a reply, carried out by whatever transmits it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus

from leleka.sandbox.behaviour import Fault, FaultKind
from leleka.sandbox.fault_draws import Draws
from leleka.sandbox.messages import Reply, Request, Wire, html_reply, message, no_permission
from leleka.sandbox.validation import rate_limited

_DEPTH = 100_000
_OUTAGE = "We are currently having some issues. Please check back soon."


def with_headers(reply: Reply, more: Mapping[str, str]) -> Reply:
    return replace(reply, headers={**reply.headers, **more})


def throttled(status: int, retry_after: str) -> Reply:
    by_proxy = status == HTTPStatus.SERVICE_UNAVAILABLE
    reply = html_reply(status, "Service Unavailable") if by_proxy else message(status, "Too Many Requests")
    return with_headers(reply, {"Retry-After": retry_after}) if retry_after else reply


def _redirect(fault: Fault) -> Reply:
    status, _, location = fault.value.partition(" ")
    return Reply(int(status), b"", {"Location": location})


_INSTEAD: dict[FaultKind, Callable[[Fault], Reply]] = {
    "forbidden": lambda _: message(403, "Forbidden"),
    "forbidden_html": lambda _: html_reply(403, "Access denied"),
    "forbidden_permission": lambda _: no_permission("do this"),
    "throttled": lambda fault: throttled(429, fault.value),
    "unavailable": lambda fault: throttled(503, fault.value),
    "server_error": lambda fault: html_reply(int(fault.value or 500), _OUTAGE),
    "import_limited": lambda fault: rate_limited(int(fault.value or 100)),
    "not_found_html": lambda _: html_reply(404, "There is no account here"),
    "redirect": _redirect,
}

_AFTER: dict[FaultKind, Callable[[Fault, Reply], Reply]] = {
    "lost_reply": lambda _, reply: replace(reply, wire=Wire.RESET),
    "closed_reply": lambda _, reply: replace(reply, wire=Wire.CLOSE),
    "truncated": lambda _, reply: replace(reply, wire=Wire.TRUNCATED),
    "html_reply": lambda *_: html_reply(200, "Please log in"),
    "malformed_json": lambda _, reply: replace(reply, body=reply.body[: len(reply.body) // 2] + b'"'),
    "wrong_shape": lambda fault, reply: replace(reply, body=fault.value.encode() or b'[{"unexpected":null}]'),
    "deep_json": lambda _, reply: replace(reply, body=b"[" * _DEPTH + b"]" * _DEPTH),
    "error_after_work": lambda fault, _: html_reply(int(fault.value or 502), _OUTAGE),
    "slow_reply": lambda _, reply: replace(reply, wire=Wire.SLOW),
    "endless_reply": lambda _, reply: replace(reply, wire=Wire.ENDLESS),
    "gzip_bomb": lambda _, reply: replace(reply, wire=Wire.GZIP_BOMB),
}


def broken_off(draws: Draws, request: Request) -> Reply | None:
    struck = draws.request(frozenset({"reset_mid_request"}), _line(request))
    return None if struck is None else Reply(0, wire=Wire.RESET)


def instead_of_work(draws: Draws, request: Request) -> Reply | None:
    fault = draws.request(frozenset(_INSTEAD), _line(request))
    return None if fault is None else _INSTEAD[fault.kind](fault)


def after_work(draws: Draws, request: Request, reply: Reply) -> Reply:
    fault = draws.request(frozenset(_AFTER), _line(request))
    return reply if fault is None else _AFTER[fault.kind](fault, reply)


def _line(request: Request) -> str:
    return f"{request.method} {request.path}"
