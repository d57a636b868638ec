"""Posts a notice: one guarded request, signed, with an id that stays the same when it is tried again.

The guarded transport resolves once, checks every address, connects to a checked one, follows no redirect and
uses no proxy from the environment. Unlike for a destination, a host that the operator named in full may be in
a private network, because many webhooks are.
"""

import hashlib
import hmac
from ipaddress import ip_network
from typing import Final
from urllib.parse import parse_qsl

from leleka.core.configuration import Webhook
from leleka.core.ports.clock import Clock
from leleka.core.secret import Secret
from leleka.transport.client import GuardedClient, Origin, Reply
from leleka.transport.ip_policy import Address, AddressPolicy, Resolver, is_public, system_resolver

SECONDS: Final = 10.0  # for everything: name resolution, connection, request, reply
LARGEST: Final = 64_000  # bytes of a body
_PRIVATE: Final = tuple(
    ip_network(network)
    for network in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)


def sign(secret: Secret, at: int, body: bytes) -> str:
    """Return the ``Leleka-Signature`` of a body: the timestamp, and HMAC-SHA-256 over it and the body."""
    signed = hmac.new(secret.reveal().encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={signed.hexdigest()}"


def post(
    hook: Webhook,
    secret: Secret,
    delivery: str,
    body: bytes,
    clock: Clock,
    *,
    seconds: float = SECONDS,
    resolver: Resolver = system_resolver,
) -> str:
    """Post once; return "" if it was accepted (2xx), else a code that says why not. Nothing of the reply is
    kept.
    """
    if len(body) > LARGEST:
        return "TOO_LARGE"
    path, _, query = hook.target.reveal().partition("?")
    headers = {
        "Leleka-Signature": Secret(sign(secret, int(clock.now()), body)),
        "Leleka-Delivery": Secret(delivery),
    }
    origin = Origin(hook.host, hook.port, test=hook.plain)
    client = GuardedClient(origin, headers, clock, resolver=resolver, policy=policy_of(hook))
    try:
        answer = client.request(
            "POST",
            path,
            deadline=clock.monotonic() + seconds,
            query=dict(parse_qsl(query, keep_blank_values=True)),
            content=body,
        )
    finally:
        client.close()
    if isinstance(answer, Reply):
        return "" if answer.succeeded else f"HTTP_{answer.status}"
    return answer.code


def policy_of(hook: Webhook) -> AddressPolicy:
    """Return the check for the addresses that a webhook's name resolves to."""

    def allowed(address: Address) -> bool:
        if is_public(address):
            return True
        if hook.test and address.is_loopback:
            return True
        return hook.private and any(address in network for network in _PRIVATE)

    return allowed
