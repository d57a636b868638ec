"""What counts as one place that requests come from: whoever has an address has those around it, too."""

import ipaddress
from typing import Final

_HOUSEHOLD: Final = 64  # bits of an IPv6 address: one household or machine has all that follow
_GROUPS_OF_A_SITE: Final = 3  # 48 bits: what a site is given, and whoever rents a server
_LONGEST: Final = 64


def network(address: str) -> str:
    """Return what is taken for one place: an IPv4 address, or the network of an IPv6 one, always written in full."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])  # without the name of an interface
    except ValueError:
        return address[:_LONGEST]
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    groups = found.exploded.split(":")[: _HOUSEHOLD // 16]
    return f"{':'.join(groups)}::/{_HOUSEHOLD}"


def site(network: str) -> str:
    """Return what the networks of one site begin with; "" of what is no network."""
    if not network.endswith(f"::/{_HOUSEHOLD}"):
        return ""
    return ":".join([*network.split(":")[:_GROUPS_OF_A_SITE], ""])
