"""Which hosts rows and files may be read from, and at which addresses: one policy for every connector.

The public network is open. An address of a private network, or this machine, is reached only where the operator named
the host in ``LELEKA_SOURCE_HOSTS``; what has a name is looked up once, and the connection goes to the address that was
judged. Link-local addresses (where clouds keep their credentials), multicast and reserved ones are never reached.
"""

from ipaddress import ip_address, ip_network
from typing import Final

from leleka.core.configuration import Network
from leleka.errors import InvalidInput, NeedsAttention, TryLater
from leleka.transport.ip_policy import Address, Resolver, is_public, system_resolver

_PRIVATE: Final = tuple(
    ip_network(network)
    for network in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
)
# Where clouds hand out their credentials, outside the link-local networks that are never reached anyway: those of
# Alibaba, Azure (a public address), AWS and Google.
_METADATA: Final = frozenset(
    map(ip_address, ("100.100.100.200", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254"))
)
_LONGEST: Final = 253
_FORBIDDEN: Final = frozenset(" /\\@?#%,;\"'<>")


def addresses(
    host: str, port: int, network: Network, resolver: Resolver = system_resolver
) -> tuple[str, ...]:
    """Return where to connect to for a host: the addresses of it that may be reached.

    Raises ``InvalidInput`` SOURCE_HOST_INVALID, ``TryLater`` SOURCE_HOST_UNKNOWN where it has no address, and
    ``NeedsAttention`` SOURCE_HOST_PRIVATE where none of its addresses may be reached.
    """
    name = host.strip("[]").lower()
    if not name or len(name) > _LONGEST or not name.isprintable() or _FORBIDDEN.intersection(name):
        raise InvalidInput("SOURCE_HOST_INVALID")
    try:
        found = [ip_address(one) for one in resolver(name, port)]
    except (OSError, UnicodeError, ValueError):
        raise TryLater("SOURCE_HOST_UNKNOWN", host=name) from None
    named = is_named(name, port, network)
    allowed = tuple(str(one) for one in found if may_reach(one, named=named))
    if not allowed:
        raise NeedsAttention("SOURCE_HOST_PRIVATE", host=f"{name}:{port}")
    return allowed


def is_named(host: str, port: int, network: Network) -> bool:
    """Return whether the operator named this host, with this port or with any."""
    name = host.strip("[]").lower()
    bare = f"[{name}]" if ":" in name else name
    return bare in network.source_hosts or f"{bare}:{port}" in network.source_hosts


def may_reach(address: Address, *, named: bool) -> bool:
    """Return whether an address of a host may be connected to; ``named`` says that the operator named the host."""
    return address not in _METADATA and (is_public(address) or (named and _is_private(address)))


def _is_private(address: Address) -> bool:
    return any(address in network for network in _PRIVATE)
