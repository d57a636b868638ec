"""Where a request came from: the connection's other end or, behind trusted proxies, whom the last of them names."""

import ipaddress
from collections.abc import Callable, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from leleka.core.configuration import ProxyNetwork


class ClientAddress:
    """Comes first, so that limits, audit and log all name the same address, ``REMOTE_ADDR``."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self._respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        trusted = settings.LELEKA.web.trusted_proxies
        if trusted:
            given = request.headers.get("X-Forwarded-For", "")
            request.META["REMOTE_ADDR"] = client(request.META.get("REMOTE_ADDR", ""), given, trusted)
        return self._respond(request)


def client(peer: str, forwarded: str, trusted: Sequence[ProxyNetwork]) -> str:
    """Return the address nearest to us that is no trusted proxy's. What stands before it anybody may have written."""
    nearest = peer
    for text in reversed(forwarded.split(",")):
        if not _is_in(nearest, trusted):
            break
        address = _address(text.strip())
        if address is None:
            break
        nearest = str(address)
    return nearest


def _is_in(text: str, networks: Sequence[ProxyNetwork]) -> bool:
    address = _address(text)
    return address is not None and any(address in network for network in networks)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return an address, which some proxies write with a port; None for anything else."""
    bare = text[1 : text.index("]")] if text.startswith("[") and "]" in text else text
    bare = bare.partition(":")[0] if bare.count(":") == 1 else bare
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
