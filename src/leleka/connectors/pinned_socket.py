"""A connection to an address that was judged, for libraries that would look a name up by themselves."""

import socket
from typing import Final

from leleka.core.configuration import Network
from leleka.errors import TryLater
from leleka.transport.source_hosts import addresses

CONNECT_SECONDS: Final = 10.0
SILENT_SECONDS: Final = 120.0


def connect(host: str, port: int, network: Network) -> socket.socket:
    """Connect to the first address of a host that answers.

    Raises ``TryLater`` SOURCE_UNREACHABLE, and what the policy of hosts raises.
    """
    for address in addresses(host, port, network):
        try:
            made = socket.create_connection((address, port), CONNECT_SECONDS)
        except OSError:
            continue
        made.settimeout(SILENT_SECONDS)
        return made
    raise TryLater("SOURCE_UNREACHABLE")
