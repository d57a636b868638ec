"""Which addresses may be connected to. Host names are checked elsewhere; this checks what they resolve to.

``ipaddress.is_global`` is not used: Python 3.11 calls NAT64 of 127.0.0.1, 6to4 of it, ``::127.0.0.1`` and
multicast global (measured), and its answer changes between versions. The tables are the IANA special-purpose
registries.
"""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
AddressPolicy = Callable[[Address], bool]
Resolver = Callable[[str, int], Sequence[str]]

_NOT_PUBLIC_4: Final = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Everything outside 2000::/3 is refused: ::/96, ::ffff:0:0/96, 64:ff9b::/32, fc00::/7, fe80::/10, ff00::/8.
_UNICAST_6: Final = ip_network("2000::/3")
# Teredo and 6to4 embed an IPv4 address; no API is served there, so they are refused as a whole.
_NOT_PUBLIC_6: Final = tuple(
    ip_network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


def is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    if address.scope_id is not None:
        return False
    return address in _UNICAST_6 and not any(address in network for network in _NOT_PUBLIC_6)


def is_public_or_loopback(address: Address) -> bool:
    """Check for a test host: this machine is allowed too, but no private network or metadata service."""
    return address.is_loopback or is_public(address)


def system_resolver(name: str, port: int) -> Sequence[str]:
    """Ask the operating system. Raises ``OSError`` if the name cannot be resolved."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
